//! A name server that says what a test wants: by UDP and by TCP, on one port.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};

pub const A: u16 = 1;
pub const AAAA: u16 = 28;
pub const SRV: u16 = 33;

#[derive(Debug, Clone)]
pub enum Says {
    Addresses(Vec<IpAddr>),
    /// Weight, port, target, and its address as an additional record.
    Services(Vec<(u16, u16, String, Option<IpAddr>)>),
    /// 2: failed, 3: no such name, 5: refused.
    Code(u8),
    Silence,
    /// By UDP nothing but "ask by TCP".
    ByStreamOnly(Vec<IpAddr>),
    /// Bytes behind the header that are no records.
    Junk,
}

/// A pointer to the name that was asked for.
const QUESTION: &[u8] = &[0xc0, 12];

type Zone = Arc<Mutex<HashMap<(String, u16), Says>>>;

pub struct NameServer {
    pub port: u16,
    zone: Zone,
    /// Names and types, `/tcp` behind them where they came so.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    pub fn start() -> Self {
        let (udp, tcp) = sockets();
        let port = udp.local_addr().unwrap().port();
        let (zone, asked) = (Zone::default(), Arc::<Mutex<Vec<String>>>::default());
        let (z, log) = (zone.clone(), asked.clone());
        std::thread::spawn(move || {
            let mut buf = [0; 4096];
            while let Ok((n, from)) = udp.recv_from(&mut buf) {
                if let Some(reply) = reply(&buf[..n], false, &z, &log) {
                    let _ = udp.send_to(&reply, from);
                }
            }
        });
        let (z, log) = (zone.clone(), asked.clone());
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = tcp.accept() {
                let (z, log) = (z.clone(), log.clone());
                std::thread::spawn(move || {
                    let mut length = [0; 2];
                    while stream.read_exact(&mut length).is_ok() {
                        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                        if stream.read_exact(&mut query).is_err() {
                            return;
                        }
                        let Some(reply) = reply(&query, true, &z, &log) else {
                            continue;
                        };
                        let length = u16::try_from(reply.len()).unwrap().to_be_bytes();
                        let _ = stream.write_all(&[&length[..], &reply].concat());
                    }
                });
            }
        });
        Self { port, zone, asked }
    }

    pub fn say(&self, name: &str, kind: u16, says: Says) {
        let key = (name.to_owned(), kind);
        self.zone.lock().unwrap().insert(key, says);
    }

    /// Addresses of both families.
    pub fn addresses(&self, name: &str, list: &[&str]) {
        let all: Vec<IpAddr> = list.iter().map(|a| a.parse().unwrap()).collect();
        for (kind, v4) in [(A, true), (AAAA, false)] {
            let some = all.iter().filter(|a| a.is_ipv4() == v4).copied().collect();
            self.say(name, kind, Says::Addresses(some));
        }
    }

    /// All questions for the name end so.
    pub fn fail(&self, name: &str, says: &Says) {
        for kind in [A, AAAA, SRV] {
            self.say(name, kind, says.clone());
        }
    }
}

/// Both on the same port.
fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address: SocketAddr = udp.local_addr().unwrap();
        if let Ok(tcp) = TcpListener::bind(address) {
            return (udp, tcp);
        }
    }
}

fn encoded(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend(label.as_bytes());
    }
    out.push(0);
    out
}

fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    let fixed = [
        &kind.to_be_bytes()[..],
        &[0, 1, 0, 0, 0, 1],
        &length.to_be_bytes(),
    ];
    [owner, &fixed.concat(), data].concat()
}

fn address_record(owner: &[u8], ip: &IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => record(owner, A, &ip.octets()),
        IpAddr::V6(ip) => record(owner, AAAA, &ip.octets()),
    }
}

fn reply(query: &[u8], stream: bool, zone: &Zone, log: &Mutex<Vec<String>>) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    while *query.get(at)? > 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(query.get(at + 1..end)?).to_lowercase());
        at = end;
    }
    let kind = u16::from_be_bytes([*query.get(at + 1)?, *query.get(at + 2)?]);
    let name = labels.join(".");
    let suffix = if stream { "/tcp" } else { "" };
    log.lock().unwrap().push(format!("{name}/{kind}{suffix}"));
    let says = zone.lock().unwrap().get(&(name, kind)).cloned();
    let (mut code, mut truncated, mut answers, mut more) = (0, 0, Vec::new(), Vec::new());
    match says {
        None => {}
        Some(Says::Silence) => return None,
        Some(Says::Code(n)) => code = n,
        Some(Says::ByStreamOnly(_)) if !stream => truncated = 2,
        Some(Says::Addresses(list) | Says::ByStreamOnly(list)) => {
            answers.extend(list.iter().map(|ip| address_record(QUESTION, ip)));
        }
        Some(Says::Services(list)) => {
            for (weight, port, target, address) in list {
                let target = encoded(&target);
                let numbers = [0u16, weight, port].map(u16::to_be_bytes).concat();
                answers.push(record(QUESTION, SRV, &[numbers, target.clone()].concat()));
                more.extend(address.map(|ip| address_record(&target, &ip)));
            }
        }
        Some(Says::Junk) => answers.push(vec![0xc0, 12, 0]),
    }
    let mut m = query[..2].to_vec();
    m.extend([0x81 | truncated, 0x80 | code, 0, 1]);
    for count in [answers.len(), 0, more.len()] {
        m.extend(u16::try_from(count).unwrap().to_be_bytes());
    }
    m.extend(&query[12..at + 5]);
    m.extend(answers.concat());
    m.extend(more.concat());
    Some(m)
}
