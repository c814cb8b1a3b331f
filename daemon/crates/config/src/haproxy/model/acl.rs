//! ACLs and the conditions built from them.

use super::Sample;
use crate::source::Spanned;
use std::fmt;
use std::net::IpAddr;

/// Index into [`super::Proxy::acls`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AclId(pub u32);

/// A named ACL: all lines of one name; it holds when any test holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Acl {
    pub name: Spanned<String>,
    pub any_of: Vec<Spanned<Test>>,
}

/// `if`/`unless` and an expression: an OR of ANDs of possibly negated tests, exactly what the
/// language can say.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// `unless` instead of `if`.
    pub unless: bool,
    /// Holds when all terms of any row hold.
    pub any_of: Vec<Vec<AclTerm>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AclTerm {
    pub negated: bool,
    pub test: Spanned<TestRef>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TestRef {
    /// A named ACL of the same section.
    Named(AclId),
    /// `{ … }`, or a predefined ACL such as `TRUE` or `METH_GET`.
    Anonymous(Box<Test>),
}

/// One sample compared with patterns.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub sample: Sample,
    pub matching: MatchKind,
    /// `-i`
    pub ignore_case: bool,
    /// `-f`: files with a pattern on each line, read when the daemon takes the text up.
    pub files: Vec<Spanned<String>>,
    /// `-M`: the files are maps; only the keys count.
    pub keyed: bool,
}

/// How the sample is compared; any pattern suffices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchKind {
    /// The sample itself is a truth value (an integer is true when not 0).
    Bool,
    /// `-m found`, or a string sample without a pattern.
    Found,
    Int(Vec<IntTest>),
    /// `-m len`
    Length(Vec<IntTest>),
    Ip(Vec<IpNet>),
    /// Exact.
    Str(Vec<String>),
    Beg(Vec<String>),
    End(Vec<String>),
    Sub(Vec<String>),
    /// Whole part between slashes.
    Dir(Vec<String>),
    /// Whole part between dots, slashes, colons, question marks.
    Dom(Vec<String>),
    Reg(Vec<String>),
    /// `-m bin`: written in hexadecimal.
    Bin(Vec<Vec<u8>>),
}

/// `eq 5`, `gt 5`, `1:1024`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntTest {
    Eq(i64),
    Ge(i64),
    Gt(i64),
    Le(i64),
    Lt(i64),
    /// Both ends included.
    Range(i64, i64),
}

impl IntTest {
    pub fn holds(self, value: i64) -> bool {
        match self {
            Self::Eq(than) => value == than,
            Self::Ge(than) => value >= than,
            Self::Gt(than) => value > than,
            Self::Le(than) => value <= than,
            Self::Lt(than) => value < than,
            Self::Range(from, to) => (from..=to).contains(&value),
        }
    }
}

/// An address with a prefix length; host bits are kept as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IpNet {
    pub address: IpAddr,
    pub prefix: u8,
}

impl IpNet {
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let shift = 32u32.saturating_sub(u32::from(self.prefix));
                (u64::from(net.to_bits()) >> shift) == (u64::from(ip.to_bits()) >> shift)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let shift = 128u32.saturating_sub(u32::from(self.prefix));
                shift >= 128 || (net.to_bits() >> shift) == (ip.to_bits() >> shift)
            }
            // A mapped address of a dual-stack socket is an IPv4 client.
            (IpAddr::V4(_), IpAddr::V6(ip)) => ip
                .to_ipv4_mapped()
                .is_some_and(|ip| self.contains(IpAddr::V4(ip))),
            (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl fmt::Display for IpNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}
