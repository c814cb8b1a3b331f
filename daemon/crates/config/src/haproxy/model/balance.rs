//! `balance` and `hash-type`.

use super::Sample;
use crate::source::Spanned;

/// How a server is chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Balance {
    /// Weighted, weights may change at run time; the default.
    #[default]
    RoundRobin,
    StaticRr,
    LeastConn,
    /// Fills servers in the order of their ids up to `maxconn`.
    First,
    Source,
    Uri {
        len: Option<u32>,
        depth: Option<u32>,
        whole: bool,
        path_only: bool,
    },
    /// Falls back to round robin without the parameter.
    UrlParam {
        name: Spanned<String>,
        check_post: Option<u32>,
    },
    /// Falls back to round robin without the header.
    Hdr {
        name: Spanned<String>,
        use_domain_only: bool,
    },
    /// The best of `draws` random picks; 2 by default.
    Random {
        draws: u32,
    },
    RdpCookie {
        name: Option<Spanned<String>>,
    },
    Hash(Sample),
}

/// `hash-type METHOD [FUNCTION [MODIFIER]]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HashType {
    /// `consistent` instead of `map-based`.
    pub consistent: bool,
    /// `sdbm` (default), `djb2`, `crc32`, `none`.
    pub function: Option<Spanned<String>>,
    pub avalanche: bool,
}

impl Balance {
    /// Whether something of the client or its request decides, so that it belongs to one server.
    pub fn hashes(&self) -> bool {
        !matches!(
            self,
            Self::RoundRobin | Self::StaticRr | Self::LeastConn | Self::First | Self::Random { .. }
        )
    }
}
