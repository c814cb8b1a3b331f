//! Every way in which two routers can exchange adverts, as configuration that tandemd and
//! keepalived read alike.

use std::fmt::Write as _;

use super::{VIP, VIP6, conf};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    None,
    Pass,
    Ah,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub version: u8,
    pub unicast: bool,
    pub authentication: Authentication,
    pub ipv6: bool,
    pub vmac: bool,
}

/// What cannot be paired with keepalived 2.2.7, because the protocol or keepalived has no such
/// thing, and what keepalived does instead.
pub struct Unsupported {
    pub name: &'static str,
    pub manner: Manner,
    pub why: &'static str,
    pub instead: Instead,
}

#[derive(Debug, Clone, Copy)]
pub enum Instead {
    /// Its configuration test says this.
    Complains(&'static str),
    /// It says nothing and advertises in another version.
    Speaks(u8),
}

const PLAIN: Manner = Manner {
    version: 3,
    unicast: false,
    authentication: Authentication::None,
    ipv6: false,
    vmac: false,
};

pub const UNSUPPORTED: [Unsupported; 3] = [
    Unsupported {
        name: "version 2 over IPv6",
        manner: Manner {
            version: 2,
            ipv6: true,
            ..PLAIN
        },
        why: "RFC 3768 knows IPv4 only",
        instead: Instead::Speaks(3),
    },
    Unsupported {
        name: "version 3 with PASS",
        manner: Manner {
            authentication: Authentication::Pass,
            ..PLAIN
        },
        why: "RFC 5798 removed authentication",
        instead: Instead::Complains("does not support authentication"),
    },
    Unsupported {
        name: "version 3 with AH",
        manner: Manner {
            authentication: Authentication::Ah,
            ..PLAIN
        },
        why: "RFC 5798 removed authentication",
        instead: Instead::Complains("does not support authentication"),
    },
];

/// All others: version 2 with every authentication over IPv4, version 3 over both families, each
/// by multicast and unicast, with and without a virtual link address.
pub fn manners() -> Vec<Manner> {
    let mut all = Vec::new();
    for unicast in [false, true] {
        for vmac in [false, true] {
            let base = Manner {
                unicast,
                vmac,
                ..PLAIN
            };
            for authentication in [
                Authentication::None,
                Authentication::Pass,
                Authentication::Ah,
            ] {
                all.push(Manner {
                    version: 2,
                    authentication,
                    ..base
                });
            }
            all.push(base);
            all.push(Manner { ipv6: true, ..base });
        }
    }
    all
}

impl Manner {
    pub fn name(self) -> String {
        let path = if self.unicast { "unicast" } else { "multicast" };
        let family = if self.ipv6 { "IPv6" } else { "IPv4" };
        let link = if self.vmac { ", vmac" } else { "" };
        format!(
            "v{} {path} {:?} {family}{link}",
            self.version, self.authentication
        )
    }

    pub fn vip(self) -> &'static str {
        if self.ipv6 { VIP6 } else { VIP }
    }

    /// Seconds.
    pub fn interval(self) -> f64 {
        if self.version == 2 { 1.0 } else { 0.25 }
    }

    /// For the host at .1 (side 0) or at .2 (side 1).
    pub fn conf(self, side: usize, priority: u8) -> String {
        let mut text = String::new();
        if self.unicast {
            let ends = if self.ipv6 {
                ["fd77::1", "fd77::2"]
            } else {
                ["10.77.0.1", "10.77.0.2"]
            };
            let (own, peer) = (ends[side], ends[1 - side]);
            let _ = write!(
                text,
                "unicast_src_ip {own}\n  unicast_peer {{\n    {peer}\n  }}\n  "
            );
        }
        if self.vmac {
            text += "use_vmac vrrp.77\n  ";
            if self.unicast {
                // Answers to unicast come back to the physical address only.
                text += "vmac_xmit_base\n  ";
            }
        }
        let kind = match self.authentication {
            Authentication::None => None,
            Authentication::Pass => Some("PASS"),
            Authentication::Ah => Some("AH"),
        };
        if let Some(kind) = kind {
            let _ = write!(
                text,
                "authentication {{\n    auth_type {kind}\n    auth_pass s3cret\n  }}\n  "
            );
        }
        text += &if self.ipv6 {
            super::vip6()
        } else {
            super::vip4()
        };
        conf(self.version, &self.interval().to_string(), priority, &text)
    }
}
