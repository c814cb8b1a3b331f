//! How a pair speaks VRRP, and the keepalived.conf that says so to either engine.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub const VRID: u8 = 77;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    #[serde(rename = "v2-1s")]
    V2Second,
    #[serde(rename = "v3-100ms")]
    V3Tenth,
    #[serde(rename = "v3-10ms")]
    V3Hundredth,
    Unicast,
    Ipv6,
    Vmac,
    VmacXmitBase,
}

/// What the check script does to the instance that tracks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    None,
    Fault,
    Weight,
}

impl Profile {
    pub const ALL: [Self; 7] = [
        Self::V2Second,
        Self::V3Tenth,
        Self::V3Hundredth,
        Self::Unicast,
        Self::Ipv6,
        Self::Vmac,
        Self::VmacXmitBase,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::V2Second => "v2-1s",
            Self::V3Tenth => "v3-100ms",
            Self::V3Hundredth => "v3-10ms",
            Self::Unicast => "unicast",
            Self::Ipv6 => "ipv6",
            Self::Vmac => "vmac",
            Self::VmacXmitBase => "vmac-xmit-base",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::V2Second => "VRRPv2, advert 1 s, multicast",
            Self::V3Tenth => "VRRPv3, advert 100 ms, multicast",
            Self::V3Hundredth => "VRRPv3, advert 10 ms, multicast",
            Self::Unicast => "VRRPv3, advert 100 ms, unicast",
            Self::Ipv6 => "VRRPv3, advert 100 ms, IPv6",
            Self::Vmac => "VRRPv3, advert 100 ms, use_vmac",
            Self::VmacXmitBase => "VRRPv3, advert 100 ms, use_vmac and vmac_xmit_base",
        }
    }

    pub fn advert(self) -> Duration {
        match self {
            Self::V2Second => Duration::from_secs(1),
            Self::V3Hundredth => Duration::from_millis(10),
            _ => Duration::from_millis(100),
        }
    }

    /// How long a backup of this priority waits once its master has said goodbye.
    pub fn skew(self, priority: u8) -> Duration {
        self.advert() * (256 - u32::from(priority)) / 256
    }

    /// The address that moves.
    pub fn vip(self) -> IpAddr {
        match self {
            Self::Ipv6 => IpAddr::V6(Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 0x100)),
            _ => IpAddr::V4(Ipv4Addr::new(10, 77, 0, 100)),
        }
    }

    /// The backup's own address: no event touches that node.
    pub fn control(self) -> IpAddr {
        match self {
            Self::Ipv6 => IpAddr::V6(Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 2)),
            _ => IpAddr::V4(Ipv4Addr::new(10, 77, 0, 2)),
        }
    }

    /// The virtual address with its prefix length and the interface that carries it.
    pub fn vip_entry(self) -> (String, String) {
        let length = if self == Self::Ipv6 { 64 } else { 24 };
        let interface = match self {
            Self::Vmac | Self::VmacXmitBase => format!("vrrp.{VRID}"),
            _ => "eth0".to_owned(),
        };
        (format!("{}/{length}", self.vip()), interface)
    }

    /// The virtual router's own link address, where there is one.
    pub fn virtual_mac(self) -> Option<String> {
        matches!(self, Self::Vmac | Self::VmacXmitBase)
            .then(|| format!("00:00:5e:00:01:{VRID:02x}"))
    }

    /// keepalived.conf of node 0 or 1; the check asks whether `flag` exists.
    pub fn configuration(self, node: usize, priority: u8, check: Check, flag: &Path) -> String {
        let version = if self == Self::V2Second { 2 } else { 3 };
        let mut text = format!(
            "global_defs {{\n    router_id node-{node}\n    vrrp_version {version}\n    \
             enable_script_security\n    script_user root\n}}\n"
        );
        if check != Check::None {
            let weight = if check == Check::Weight {
                "    weight -60\n"
            } else {
                ""
            };
            let _ = write!(
                text,
                "vrrp_script service {{\n    script \"/usr/bin/test -e {}\"\n    interval 1\n    \
                 fall 1\n    rise 1\n{weight}}}\n",
                flag.display()
            );
        }
        let _ = write!(
            text,
            "vrrp_instance VI_1 {{\n    state BACKUP\n    interface eth0\n    \
             virtual_router_id {VRID}\n    priority {priority}\n    advert_int {}\n{}",
            self.advert().as_secs_f64(),
            self.transport(node)
        );
        if check != Check::None {
            text.push_str("    track_script {\n        service\n    }\n");
        }
        text.push_str("}\n");
        text
    }

    fn transport(self, node: usize) -> String {
        let (own, peer) = (node + 1, 2 - node);
        let addresses = match self {
            // RFC 9568 section 5.2.9: a link-local address comes first.
            Self::Ipv6 => "        fe80::77:1/64\n        fd77::100/64\n",
            _ => "        10.77.0.100/24\n",
        };
        let more = match self {
            Self::Unicast => format!(
                "    unicast_src_ip 10.77.0.{own}\n    unicast_peer {{\n        10.77.0.{peer}\n    }}\n"
            ),
            Self::Vmac => "    use_vmac\n".to_owned(),
            Self::VmacXmitBase => "    use_vmac\n    vmac_xmit_base\n".to_owned(),
            _ => String::new(),
        };
        format!("{more}    virtual_ipaddress {{\n{addresses}    }}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_files() {
        for profile in Profile::ALL {
            let text = serde_json::to_string(&profile).unwrap();
            assert_eq!(text, format!("\"{}\"", profile.name()));
        }
    }

    #[test]
    fn the_skew_is_the_share_of_an_advert_that_the_priority_leaves() {
        assert_eq!(Profile::V2Second.skew(192), Duration::from_millis(250));
        assert_eq!(Profile::V3Hundredth.skew(255).as_nanos(), 39_062);
    }

    #[test]
    fn each_node_names_the_other_as_its_unicast_peer() {
        let text = Profile::Unicast.configuration(1, 100, Check::None, Path::new("/f"));
        assert!(text.contains("unicast_src_ip 10.77.0.2") && text.contains("        10.77.0.1\n"));
    }
}
