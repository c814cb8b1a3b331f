//! Who hears whom. A backup reports to the master that it hears; a master takes reports. Reports
//! are looked at ten times a second and not as they come, so that a flood of them costs nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};

use vrrp::hearing::{LENGTH, PORT, Report};
use vrrp::peers::report_period;
use vrrp::{InstanceId, Micros, Transport};

use super::{INFO, NOTICE, WARNING, Worker};
use crate::clock;
use crate::running::Running;

const LOOK_EVERY: Micros = 100_000;
/// Reports taken in one look.
const BATCH: usize = 64;
/// A master that takes no reports (it is not tandemd) is asked again so seldom.
const REFUSED_PAUSE: Micros = 60_000_000;
/// A change of master is reported at once, but no more often than this.
const LEAST_PAUSE: Micros = 100_000;

/// The socket of an instance's reports, and when the next one is due.
#[derive(Debug, Default)]
pub struct Reporter {
    to: Option<(IpAddr, UdpSocket)>,
    next: Micros,
    last: Micros,
}

impl Reporter {
    fn due(&self, master: IpAddr, now: Micros) -> bool {
        let same = self.to.as_ref().is_some_and(|(to, _)| *to == master);
        now >= self.next || (!same && now >= self.last + LEAST_PAUSE)
    }

    fn send(&mut self, own: IpAddr, master: IpAddr, scope: u32, bytes: &[u8]) -> io::Result<()> {
        if self.to.as_ref().is_none_or(|(to, _)| *to != master) {
            self.to = Some((master, connect(own, master, scope)?));
        }
        if let Some((_, socket)) = &self.to {
            socket.send(bytes)?;
        }
        Ok(())
    }
}

fn connect(own: IpAddr, master: IpAddr, scope: u32) -> io::Result<UdpSocket> {
    let at = |address: IpAddr, port: u16| match address {
        IpAddr::V4(v4) => SocketAddr::V4(SocketAddrV4::new(v4, port)),
        IpAddr::V6(v6) => {
            let scope = if v6.is_unicast_link_local() { scope } else { 0 };
            SocketAddr::V6(SocketAddrV6::new(v6, port, 0, scope))
        }
    };
    let socket = UdpSocket::bind(at(own, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(at(master, PORT))?;
    Ok(socket)
}

impl Worker {
    /// Both families by one socket; IPv4 alone where the kernel has no IPv6.
    pub(super) fn open_reports(&mut self) {
        if self.reports.is_some() {
            return;
        }
        let any = |address: IpAddr| UdpSocket::bind(SocketAddr::new(address, PORT));
        let bound =
            any(Ipv6Addr::UNSPECIFIED.into()).or_else(|_| any(Ipv4Addr::UNSPECIFIED.into()));
        match bound.and_then(|socket| socket.set_nonblocking(true).map(|()| socket)) {
            Ok(socket) => self.reports = Some(socket),
            Err(error) => self.log(
                INFO,
                format!("no word from peers whether they hear us: UDP port {PORT}: {error}"),
            ),
        }
    }

    /// An advert was taken: tells its sender that it is heard, once a second.
    pub(super) fn report_hearing(&mut self, id: InstanceId, master: IpAddr, priority: u8) {
        let now = clock::monotonic();
        let Some(instance) = self.node.get(id) else {
            return;
        };
        let (state, own_priority) = (instance.state(), instance.effective_priority());
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.peers.advert(master, priority, now);
        let scope = self.links.link(&running.plan.interface);
        let (Some(own), Some(link)) = (running.address, scope) else {
            return;
        };
        if priority == 0 || !running.reporter.due(master, now) {
            return;
        }
        let report = Report {
            vrid: running.plan.vrid,
            ipv6: running.plan.ipv6,
            state,
            priority: own_priority,
            heard_ms: 0,
            lists_differ: running.differs_from(master),
        };
        let pause = report_period(running.plan.settings.interval);
        let reporter = &mut running.reporter;
        let sent = reporter.send(own, master, link.index, &report.encode());
        reporter.last = now;
        // Nobody listens there: every report would cost the master an answer that says so.
        reporter.next = now + if sent.is_ok() { pause } else { REFUSED_PAUSE };
        if sent.is_err() {
            reporter.to = None;
        }
    }

    pub(super) fn hear_reports(&mut self, now: Micros) {
        if now < self.next_reports {
            return;
        }
        self.next_reports = now + LOOK_EVERY;
        let mut buffer = [0u8; LENGTH + 1];
        let mut heard = Vec::new();
        if let Some(socket) = &self.reports {
            for _ in 0..BATCH {
                // An error of an earlier datagram says nothing of the next one.
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    break;
                };
                if let Some(report) = Report::decode(&buffer[..length]) {
                    heard.push((from.ip().to_canonical(), report));
                }
            }
        }
        for (source, report) in heard {
            self.take_report(source, &report, now);
        }
        self.note_hearing(now);
    }

    /// From configured peers, or from the link that the adverts are on.
    fn take_report(&mut self, source: IpAddr, report: &Report, now: Micros) {
        for running in self.running.values_mut() {
            let same = (running.plan.vrid, running.plan.ipv6) == (report.vrid, report.ipv6);
            let known = match &running.plan.transport {
                Transport::Unicast { peers } => peers.iter().any(|peer| peer.address == source),
                Transport::Multicast { .. } => {
                    let link = self.links.link(&running.plan.interface);
                    link.is_some_and(|link| self.links.is_on_link(link.index, source))
                }
            };
            if same && known && running.address != Some(source) {
                running.peers.report(source, report, now);
            }
        }
    }

    /// Says when a master begins or ceases to be heard.
    fn note_hearing(&mut self, now: Micros) {
        let mut lines = Vec::new();
        for running in self.running.values_mut() {
            let name = &running.plan.name;
            let master = (self.node.get(running.id))
                .is_some_and(|it| it.state() == vrrp::State::Master && !it.is_handing_over());
            if !master {
                running.heard_by_peer = None;
                continue;
            }
            let heard = running.peers.hear_us(running.plan.settings.interval, now);
            let before = std::mem::replace(&mut running.heard_by_peer, heard);
            match (before, heard) {
                (Some(true), Some(false)) => lines.push((
                    WARNING,
                    format!(
                        "instance {name}: no backup says any more that it hears us: nobody would take over"
                    ),
                )),
                (Some(false), Some(true)) => {
                    lines.push((NOTICE, format!("instance {name}: a backup hears us again")));
                }
                _ => {}
            }
        }
        for (severity, text) in lines {
            self.log(severity, text);
        }
    }
}

impl Running {
    fn differs_from(&self, source: IpAddr) -> bool {
        let other = self.difference.as_ref();
        other.is_some_and(|difference| difference.source == source)
    }
}
