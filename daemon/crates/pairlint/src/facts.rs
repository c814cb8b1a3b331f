//! What is known of a machine beside its keepalived.conf.

use config::haproxy;
use config::{Parsed, Span};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Everything may be unknown; rules say less then.
#[derive(Default)]
pub struct Facts<'a> {
    /// The proxy of the node.
    pub haproxy: Option<&'a Parsed<haproxy::Config>>,
    /// Kernel parameters by dotted name.
    pub sysctls: Option<BTreeMap<String, String>>,
    /// All addresses of the machine, in the kernel's order.
    pub addresses: Option<Vec<HostAddress>>,
    /// Rules of the packet filter, as `nft list ruleset` or `iptables-save` print them.
    pub firewall: Option<String>,
    pub scripts: Option<&'a dyn Scripts>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAddress {
    pub interface: String,
    pub ip: IpAddr,
    pub prefix: u8,
}

/// Looks at programs and users of a machine, or of a tree that was copied from one.
pub trait Scripts {
    /// `None` when the program can be run by root or the named user.
    fn unfit(&self, program: &str) -> Option<Unfit>;
    fn has_user(&self, name: &str) -> bool;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    Missing,
    NotExecutable,
    /// This part of its path can be changed by others than root.
    Insecure(String),
}

impl Facts<'_> {
    pub fn first_address(&self, interface: &str, ipv6: bool) -> Option<IpAddr> {
        let all = self.addresses.as_ref()?.iter();
        let mut own = all.filter(|a| a.interface == interface && a.ip.is_ipv6() == ipv6);
        own.next().map(|a| a.ip)
    }
}

/// Reads what `ip -j address` prints.
pub fn addresses(json: &str) -> Result<Vec<HostAddress>, String> {
    let links: serde_json::Value = serde_json::from_str(json)
        .map_err(|error| format!("no JSON of `ip -j address`: {error}"))?;
    let links = links
        .as_array()
        .ok_or("no list of interfaces; `ip -j address` prints one")?;
    let mut found = Vec::new();
    for link in links {
        let interface = link["ifname"].as_str().unwrap_or_default();
        for entry in link["addr_info"].as_array().into_iter().flatten() {
            let ip = entry["local"].as_str().and_then(|text| text.parse().ok());
            let prefix = entry["prefixlen"]
                .as_u64()
                .and_then(|n| u8::try_from(n).ok());
            if let (Some(ip), Some(prefix)) = (ip, prefix) {
                found.push(HostAddress {
                    interface: interface.to_owned(),
                    ip,
                    prefix,
                });
            }
        }
    }
    Ok(found)
}

/// Reads sysctl.conf(5) or what `sysctl -a` prints; the last line of a name counts.
pub fn sysctls(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with(['#', ';']));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| {
            let name = name.trim().trim_start_matches('-').replace('/', ".");
            (name, value.trim().to_owned())
        })
        .collect()
}

/// Whether two addresses lie in one network of that prefix length.
pub fn same_network(a: IpAddr, b: IpAddr, prefix: u8) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let bits = 32u32.saturating_sub(u32::from(prefix));
            let (a, b) = (u64::from(a.to_bits()), u64::from(b.to_bits()));
            a >> bits == b >> bits
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let bits = 128u32.saturating_sub(u32::from(prefix));
            bits >= 128 || a.to_bits() >> bits == b.to_bits() >> bits
        }
        _ => false,
    }
}

/// A listener of the node's proxy, for rules E10 and E16.
pub struct Listener {
    pub ip: IpAddr,
    pub port: u16,
    pub transparent: bool,
    /// In the proxy's own sources.
    pub span: Span,
}

impl Facts<'_> {
    pub fn listeners(&self) -> Vec<Listener> {
        let Some(proxy) = self.haproxy else {
            return Vec::new();
        };
        let frontends = proxy.config.frontends();
        let all = frontends.flat_map(|f| f.listen_addresses().collect::<Vec<_>>());
        all.filter_map(|(_, bind, address)| match &address.value {
            haproxy::model::ListenAddress::Tcp(socket) => Some(Listener {
                ip: socket.ip(),
                port: socket.port(),
                transparent: bind.transparent,
                span: address.span,
            }),
            _ => None,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_every_length() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (a, b, prefix, same) in [
            ("10.0.0.1", "10.0.0.200", 24, true),
            ("10.0.0.1", "10.0.1.1", 24, false),
            ("10.0.0.1", "192.0.2.1", 0, true),
            ("10.0.0.1", "10.0.0.2", 32, false),
            ("2001:db8::1", "2001:db8::ffff", 64, true),
            ("2001:db8::1", "2001:db9::1", 0, true),
            ("2001:db8::1", "10.0.0.1", 0, false),
        ] {
            assert_eq!(
                same_network(ip(a), ip(b), prefix),
                same,
                "{a} {b} /{prefix}"
            );
        }
    }

    #[test]
    fn what_ip_and_sysctl_print_is_read() {
        let json = r#"[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.11","prefixlen":24}]},{"ifname":"lo"}]"#;
        assert_eq!(addresses(json).unwrap()[0].prefix, 24);
        assert!(addresses("{}").is_err() && addresses("nonsense").is_err());
        let kernel =
            sysctls("# note\nnet/ipv4/ip_nonlocal_bind = 0\nnet.ipv4.ip_nonlocal_bind=1\n");
        assert_eq!(kernel["net.ipv4.ip_nonlocal_bind"], "1");
    }
}
