//! One check of one server: connect, ask, judge.

use crate::plan::Target;
use config::haproxy::model::{self, ExpectKind, HealthCheck, Host, ServerPort};
use health::{
    CheckResult, CheckStatus, Expect, HttpCheck, Pattern, ResponseReader, StatusRange, Verdict,
};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;
use sys::epoll::Ready;
use sys::tcp::{self, Peer};

/// How a server is checked.
#[derive(Debug)]
pub struct Prober {
    peer: Option<Peer>,
    source: Option<SocketAddr>,
    http: Option<HttpCheck>,
    connect: Option<Duration>,
    check: Option<Duration>,
}

/// A check under way.
#[derive(Debug)]
pub struct Probe {
    fd: OwnedFd,
    connected: bool,
    http: bool,
    sent: usize,
    reader: ResponseReader,
}

impl Prober {
    pub fn new(section: &model::Proxy, server: &model::Server, target: &Target) -> Self {
        let http = match &section.check.value {
            HealthCheck::Tcp => None,
            HealthCheck::Http(check) => Some(http_check(check)),
        };
        Self {
            peer: peer(server, target),
            source: server
                .source
                .as_ref()
                .or(section.source.as_ref())
                .map(|s| s.value),
            http,
            connect: section.timeouts.connect.as_ref().map(|d| d.value),
            check: section.timeouts.check.as_ref().map(|d| d.value),
        }
    }

    /// Without `timeout check` the whole check may take `inter`; with it, `timeout connect` (if
    /// shorter than `inter`) is for the connection alone.
    pub fn connect_timeout(&self, interval: Duration) -> Duration {
        match (self.check, self.connect) {
            (Some(_), Some(connect)) => connect.min(interval),
            _ => interval,
        }
    }

    pub fn read_timeout(&self, interval: Duration) -> Duration {
        self.check.unwrap_or(interval)
    }

    pub fn start(&self) -> Result<Probe, CheckResult> {
        let Some(peer) = &self.peer else {
            return Err(
                CheckResult::new(CheckStatus::SocketError).with_info("no address or port to check")
            );
        };
        match tcp::connect(peer, self.source) {
            Ok(fd) => Ok(Probe {
                fd,
                connected: false,
                http: self.http.is_some(),
                sent: 0,
                reader: ResponseReader::new(),
            }),
            Err(e) => Err(CheckResult::new(CheckStatus::L4Connection).with_info(text(&e))),
        }
    }

    /// Moves the check on; a result ends it.
    pub fn advance(&self, probe: &mut Probe, ready: Ready) -> Option<CheckResult> {
        if !probe.connected {
            if ready.broken()
                && let Err(e) = tcp::take_error(&probe.fd)
            {
                return Some(CheckResult::new(CheckStatus::L4Connection).with_info(text(&e)));
            }
            if !ready.writable() {
                return None;
            }
            probe.connected = true;
            if self.http.is_none() {
                // Nothing was said, so nothing has to be waited for.
                let _ = tcp::set_reset_on_close(&probe.fd);
                return Some(CheckResult::new(CheckStatus::L4Ok));
            }
        }
        let check = self.http.as_ref()?;
        while probe.sent < check.request().len() {
            match tcp::send(&probe.fd, &check.request()[probe.sent..]) {
                Ok(n) => probe.sent += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => {
                    return Some(CheckResult::new(CheckStatus::L4Connection).with_info(text(&e)));
                }
            }
        }
        let mut buf = [0u8; 4096];
        loop {
            match tcp::recv(&probe.fd, &mut buf) {
                Ok(0) => return Some(probe.reader.end(check)),
                Ok(n) => {
                    if let Verdict::Done(result) = probe.reader.feed(check, &buf[..n]) {
                        return Some(result);
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return None,
                Err(e) => {
                    return Some(CheckResult::new(CheckStatus::L7Response).with_info(text(&e)));
                }
            }
        }
    }
}

impl Probe {
    pub fn socket(&self) -> &OwnedFd {
        &self.fd
    }

    pub fn is_connected(&self) -> bool {
        self.connected
    }

    pub fn timed_out(self) -> CheckResult {
        let late = self.connected && self.http;
        CheckResult::new(if late {
            CheckStatus::L7Timeout
        } else {
            CheckStatus::L4Timeout
        })
    }
}

/// The operating system's words without the number behind them.
fn text(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// `addr` and `port` of the server line override where checks go.
fn peer(server: &model::Server, target: &Target) -> Option<Peer> {
    let fixed = match target {
        Target::Fixed(peer) => Some(peer.clone()),
        Target::ClientPort(ip, _) => Some(Peer::Tcp(SocketAddr::new(*ip, 0))),
        Target::Unresolved(_) => None,
    };
    let mut address = match fixed? {
        Peer::Unix(path) => return Some(Peer::Unix(path)),
        Peer::Tcp(address) => address,
    };
    if let Some(Host::Ip(ip)) = server.check.addr.as_ref().map(|a| &a.value) {
        address.set_ip(*ip);
    }
    let own_port = match &server.address.value {
        model::ServerAddress::Tcp {
            port: ServerPort::Fixed(port),
            ..
        } => Some(*port),
        _ => None,
    };
    address.set_port(server.check.port.as_ref().map(|p| p.value).or(own_port)?);
    Some(Peer::Tcp(address))
}

fn http_check(check: &model::HttpCheck) -> HttpCheck {
    let headers: Vec<(&str, &str)> = check
        .headers
        .iter()
        .map(|(n, v)| (n.value.as_str(), v.value.as_str()))
        .collect();
    let expect = check
        .expect
        .iter()
        .filter_map(|e| expect(&e.value))
        .collect();
    let body = check.body.as_ref().map(|b| b.value.as_str());
    HttpCheck::new(
        &check.method,
        &check.uri,
        &check.version,
        &headers,
        body,
        expect,
    )
}

fn expect(e: &model::Expect) -> Option<Expect> {
    let regex = |p: &str| {
        regex::bytes::RegexBuilder::new(p)
            .unicode(false)
            .build()
            .ok()
    };
    let pattern = match &e.kind {
        ExpectKind::Status(ranges) => Pattern::Status(
            ranges
                .iter()
                .map(|r| StatusRange {
                    from: *r.start(),
                    to: *r.end(),
                })
                .collect(),
        ),
        ExpectKind::StatusRegex(p) => Pattern::StatusRegex(regex(p)?),
        ExpectKind::Text(t) => Pattern::Text(t.clone().into_bytes()),
        ExpectKind::BodyRegex(p) => Pattern::BodyRegex(regex(p)?),
    };
    Some(Expect {
        negated: e.negated,
        pattern,
    })
}
