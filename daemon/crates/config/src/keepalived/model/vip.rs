//! Entries of `virtual_ipaddress` and its like.

use crate::source::Spanned;
use std::net::IpAddr;

/// `ADDR[/LEN] [brd ADDR] [dev IF] [scope S] [label L] [peer ADDR] [no_track] …`
#[derive(Debug, Clone, PartialEq)]
pub struct Vip {
    pub address: Spanned<IpAddr>,
    /// 32 or 128 when not written.
    pub prefix: u8,
    /// `None` = the instance's interface.
    pub interface: Option<Spanned<String>>,
    pub broadcast: Option<Broadcast>,
    pub scope: Option<Spanned<Scope>>,
    /// At most 15 characters, for IPv4 only.
    pub label: Option<Spanned<String>>,
    pub peer: Option<Spanned<(IpAddr, u8)>>,
    /// Its loss (someone else deletes it) does not end mastership.
    pub no_track: bool,
    /// `-nodad`: duplicate address detection stays on for IPv6.
    pub dad: bool,
    pub home: bool,
    pub mngtmpaddr: bool,
    pub noprefixroute: bool,
    pub autojoin: bool,
    /// `preferred_lft` in seconds, the largest number for `forever`; `None` = forever as well, but 0
    /// for an IPv6 /128.
    pub preferred_lifetime: Option<Spanned<u32>>,
    pub track_group: Option<Spanned<String>>,
}

/// `brd`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broadcast {
    /// `brd +`: host bits all one.
    AllOnes,
    /// `brd -`: host bits all zero.
    AllZeros,
    Address(std::net::Ipv4Addr),
}

/// Number of rtnetlink: global 0, site 200, link 253, host 254, nowhere 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope(pub u8);
