//! Who hears whom. A backup reports to the master that it hears; a master takes reports. Reports
//! are looked at ten times a second and not as they come, so that a flood of them costs nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};

use vrrp::hearing::{self, LENGTH, MOST, PORT, Report};
use vrrp::peers::report_period;
use vrrp::{InstanceId, Micros, Transport};

use super::{NOTICE, WARNING, Worker};
use crate::running::Running;

const LOOK_EVERY: Micros = 100_000;
/// How often it is looked at who is heard.
const NOTE_EVERY: Micros = 500_000;
/// Datagrams taken in one look.
const BATCH: usize = 16;
/// A master that takes no reports (it is not tandemd) is asked again so seldom.
const REFUSED_PAUSE: Micros = 60_000_000;
/// A report waits so long for others to the same master.
const TOGETHER: Micros = 20_000;
/// Masters that are reported to at once; a host has a few peers.
const MOST_OUTBOXES: usize = 64;
/// Longer than the pause after a refusal.
const FORGOTTEN: Micros = 600_000_000;
/// A change of master is reported at once, but no more often than this.
const LEAST_PAUSE: Micros = 100_000;

/// When an instance's next report is due.
#[derive(Debug, Default)]
pub struct Reporter {
    to: Option<IpAddr>,
    next: Micros,
    last: Micros,
}

impl Reporter {
    fn due(&self, master: IpAddr, now: Micros) -> bool {
        let same = self.to == Some(master);
        now >= self.next || (!same && now >= self.last + LEAST_PAUSE)
    }
}

/// Reports to one master, from one address: they wait a moment for each other, because a host may
/// have hundreds of instances with one peer.
#[derive(Debug, Default)]
pub struct Outbox {
    socket: Option<UdpSocket>,
    waiting: Vec<u8>,
    /// Nobody listens there: until then every report would cost the master an answer that says so.
    refused_until: Micros,
    used: Micros,
}

/// Own address, the master's, and the interface that link-local ones are of.
pub type Route = (IpAddr, IpAddr, u32);

impl Outbox {
    /// Somebody listens there, as far as is known.
    pub fn is_taken(&self, now: Micros) -> bool {
        self.socket.is_some() && now >= self.refused_until
    }

    fn send(&mut self, (own, master, scope): Route, now: Micros) {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            self.used = now;
        }
        for bytes in waiting.chunks(MOST * LENGTH) {
            if now < self.refused_until {
                return;
            }
            if self.socket.is_none() {
                self.socket = connect(own, master, scope).ok();
            }
            let sent = self
                .socket
                .as_ref()
                .is_some_and(|it| it.send(bytes).is_ok());
            if !sent {
                self.socket = None;
                self.refused_until = now + REFUSED_PAUSE;
            }
        }
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
                WARNING,
                format!(
                    "cannot listen on UDP port {PORT}: {error}: peers cannot say whether they hear this host, which elections do not depend on; see `ss -ulpn`, a reload tries again"
                ),
            ),
        }
    }

    /// An advert was taken: tells its sender that it is heard, once a second.
    pub(super) fn report_hearing(
        &mut self,
        id: InstanceId,
        master: IpAddr,
        priority: u8,
        now: Micros,
    ) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.peers.advert(master, priority, now);
        if priority == 0 || !running.reporter.due(master, now) {
            return;
        }
        let scope = self.links.link(&running.plan.interface);
        let (Some(own), Some(link), Some(instance)) = (running.address, scope, self.node.get(id))
        else {
            return;
        };
        let (state, own_priority) = (instance.state(), instance.effective_priority());
        let report = Report {
            vrid: running.plan.vrid,
            ipv6: running.plan.ipv6,
            state,
            priority: own_priority,
            heard_ms: 0,
            lists_differ: running.differs_from(master),
        };
        running.reporter = Reporter {
            to: Some(master),
            next: now + report_period(running.plan.settings.interval),
            last: now,
        };
        let route = (own, master, link.index);
        if self.outboxes.len() >= MOST_OUTBOXES && !self.outboxes.contains_key(&route) {
            return;
        }
        let outbox = self.outboxes.entry(route).or_default();
        outbox.waiting.extend_from_slice(&report.encode());
        if self.reports_due.is_none() {
            self.reports_due = Some(now + TOGETHER);
        }
    }

    /// Sends what has gathered. Masters that nothing was reported to for long are forgotten.
    pub(super) fn send_reports(&mut self, now: Micros) {
        if self.reports_due.is_none_or(|at| at > now) {
            return;
        }
        self.reports_due = None;
        for (route, outbox) in &mut self.outboxes {
            outbox.send(*route, now);
        }
        let used = |outbox: &Outbox| now.saturating_sub(outbox.used) < FORGOTTEN;
        self.outboxes.retain(|_, outbox| used(outbox));
    }

    pub(super) fn hear_reports(&mut self, now: Micros) {
        if now < self.next_reports {
            return;
        }
        self.next_reports = now + LOOK_EVERY;
        let mut buffer = [0u8; MOST * LENGTH + 1];
        let mut heard = Vec::new();
        if let Some(socket) = &self.reports {
            for _ in 0..BATCH {
                // An error of an earlier datagram says nothing of the next one.
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    break;
                };
                let from = from.ip().to_canonical();
                let reports = hearing::decode_all(&buffer[..length]);
                heard.extend(reports.into_iter().map(|report| (from, report)));
            }
        }
        for (source, report) in heard {
            self.take_report(source, &report, now);
        }
        if now >= self.next_note {
            self.next_note = now + NOTE_EVERY;
            self.note_hearing(now);
        }
    }

    /// From configured peers, or from the link that the adverts are on.
    fn take_report(&mut self, source: IpAddr, report: &Report, now: Micros) {
        let of_router = self.by_router.get(&report.vrid);
        for id in of_router.into_iter().flatten() {
            let Some(running) = self.running.get_mut(id) else {
                continue;
            };
            if running.plan.ipv6 != report.ipv6 || running.address == Some(source) {
                continue;
            }
            let known = match &running.plan.transport {
                Transport::Unicast { peers } => peers.iter().any(|peer| peer.address == source),
                Transport::Multicast { .. } => {
                    let link = self.links.link(&running.plan.interface);
                    link.is_some_and(|link| self.links.is_on_link(link.index, source))
                }
            };
            if known {
                running.peers.report(source, report, now);
            }
        }
    }

    /// Says when a master begins or ceases to be heard.
    fn note_hearing(&mut self, now: Micros) {
        // Where nobody serves any more, what was heard while they did is forgotten once.
        if !(self.serves || std::mem::take(&mut self.hearing_noted)) {
            return;
        }
        self.hearing_noted = self.serves;
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
