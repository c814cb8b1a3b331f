//! `/etc/hosts` and `/etc/resolv.conf` (hosts(5), resolv.conf(5)).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

#[derive(Debug, Clone, Default)]
pub struct Hosts(HashMap<String, IpAddr>);

impl Hosts {
    /// The first address of a name counts; IPv4 goes before IPv6.
    pub fn parse(text: &str) -> Self {
        let mut all: HashMap<String, IpAddr> = HashMap::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or(line);
            let mut words = line.split_whitespace();
            let Some(address) = words.next().and_then(|a| a.parse::<IpAddr>().ok()) else {
                continue;
            };
            for name in words {
                let known = all.entry(name.to_ascii_lowercase()).or_insert(address);
                if known.is_ipv6() && address.is_ipv4() {
                    *known = address;
                }
            }
        }
        Self(all)
    }

    pub fn get(&self, name: &str) -> Option<IpAddr> {
        self.0.get(&name.to_ascii_lowercase()).copied()
    }
}

/// Whom to ask, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub servers: Vec<SocketAddr>,
    pub search: Vec<String>,
    pub ndots: usize,
}

const DNS: u16 = 53;

impl Settings {
    pub fn parse(text: &str) -> Self {
        let mut new = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
        };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let server = words.next().and_then(|w| {
                        let plain = w.parse().map(|ip| SocketAddr::new(ip, DNS));
                        plain.or_else(|_| w.parse()).ok()
                    });
                    new.servers.extend(server);
                }
                Some("search" | "domain") => {
                    new.search = words.map(|w| w.trim_end_matches('.').to_owned()).collect();
                }
                Some("options") => {
                    let ndots = words.find_map(|w| w.strip_prefix("ndots:")?.parse().ok());
                    new.ndots = ndots.unwrap_or(new.ndots);
                }
                _ => {}
            }
        }
        if new.servers.is_empty() {
            new.servers
                .push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), DNS));
        }
        new
    }

    /// Full names to ask for, in order.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(full) = name.strip_suffix('.') {
            return vec![full.to_owned()];
        }
        let mut all: Vec<String> = self
            .search
            .iter()
            .filter(|s| !s.is_empty())
            .map(|s| format!("{name}.{s}"))
            .collect();
        let dots = name.bytes().filter(|b| *b == b'.').count();
        let at = if dots >= self.ndots { 0 } else { all.len() };
        all.insert(at, name.to_owned());
        all
    }
}
