//! The server's address: as written, from /etc/hosts, or from the name servers of
//! /etc/resolv.conf.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use names::message::query;
use names::{Answer, Hosts, Lookup, Settings, Step, answer};

/// A name server's answer is no longer than this without extensions (RFC 1035 §2.3.4 has 512).
const LONGEST: usize = 1500;

#[derive(Debug)]
pub enum Unresolved {
    /// Every name server was asked.
    Unknown,
    Late,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => {
                "no address for this name in /etc/hosts and from the servers of /etc/resolv.conf"
            }
            Self::Late => "the servers of /etc/resolv.conf did not tell its address in time",
        })
    }
}

pub fn address(host: &str, deadline: Instant) -> Result<IpAddr, Unresolved> {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = plain.parse() {
        return Ok(address);
    }
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let hosts = Hosts::parse(&read("/etc/hosts"));
    let settings = Settings::parse(&read("/etc/resolv.conf"));
    look_up(host, &hosts, &settings, deadline)
}

fn look_up(
    host: &str,
    hosts: &Hosts,
    settings: &Settings,
    deadline: Instant,
) -> Result<IpAddr, Unresolved> {
    let began = Instant::now();
    let now = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut lookup = Lookup::new(host, hosts, settings, None, 0);
    loop {
        if let Some(address) = lookup.address {
            return Ok(address);
        }
        if Instant::now() >= deadline {
            return Err(Unresolved::Late);
        }
        // It rests when all servers were asked for all spellings.
        if lookup.due.is_none_or(|due| due > now()) {
            return Err(Unresolved::Unknown);
        }
        let Some(step) = lookup.run(now()) else {
            return Err(Unresolved::Unknown);
        };
        let late = lookup.due.unwrap_or_default().saturating_sub(now());
        let until = deadline.min(Instant::now() + Duration::from_millis(late));
        match ask(&step, until) {
            Some(answer) => {
                lookup.take(answer, now());
            }
            // The next server's turn.
            None => lookup.due = Some(now()),
        }
    }
}

/// `None`: no answer that counts.
fn ask(step: &Step, until: Instant) -> Option<Answer> {
    let id = RandomState::new().hash_one(&step.name);
    let question = query(u16::try_from(id & 0xffff).ok()?, &step.name, step.kind)?;
    let own: SocketAddr = match step.server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let exchange = || -> io::Result<Option<Answer>> {
        let socket = UdpSocket::bind(own)?;
        // Connected, so that strangers' packets are the kernel's to drop.
        socket.connect(step.server)?;
        socket.send(&question)?;
        let mut buffer = [0; LONGEST];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            socket.set_read_timeout(Some(left))?;
            let length = socket.recv(&mut buffer)?;
            if let Some(found) = answer(&buffer[..length], &question, step.kind) {
                return Ok(Some(found));
            }
        }
    };
    exchange().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn an_address_needs_nobody() {
        let now = Instant::now();
        assert_eq!(
            address("192.0.2.1", now).unwrap(),
            IpAddr::from([192, 0, 2, 1])
        );
        assert_eq!(
            address("[::1]", now).unwrap(),
            IpAddr::from(Ipv6Addr::LOCALHOST)
        );
    }

    #[test]
    fn the_hosts_file_goes_first() {
        let hosts = Hosts::parse("192.0.2.7 relay\n");
        let settings = Settings::parse("nameserver 127.0.0.1\n");
        let found = look_up("relay", &hosts, &settings, soon()).unwrap();
        assert_eq!(found, IpAddr::from([192, 0, 2, 7]));
    }

    #[test]
    fn a_name_server_is_asked_and_a_dead_one_is_passed_over() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let dead = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let place = server.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let mut buffer = [0; 512];
            let (length, from) = server.recv_from(&mut buffer).unwrap();
            let mut reply = buffer[..length].to_vec();
            (reply[2], reply[3], reply[7]) = (0x81, 0x80, 1);
            reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 25]);
            server.send_to(&reply, from).unwrap();
        });
        let settings = Settings::parse(&format!("nameserver {dead}\nnameserver {place}\n"));
        let found = look_up("relay.example", &Hosts::default(), &settings, soon());
        assert_eq!(found.unwrap(), IpAddr::from([192, 0, 2, 25]));
        serving.join().unwrap();
    }

    #[test]
    fn a_name_that_nobody_knows_is_unknown() {
        let dead = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let settings = Settings::parse(&format!("nameserver {dead}\n"));
        let found = look_up("relay.example", &Hosts::default(), &settings, soon());
        assert!(matches!(found, Err(Unresolved::Unknown)), "{found:?}");
    }
}
