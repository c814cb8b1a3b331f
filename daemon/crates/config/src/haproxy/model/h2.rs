//! HTTP/2: which side speaks it, and `tune.h2.*`.

use crate::source::Spanned;

/// `proto`: what is spoken without being negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    H1,
    H2,
}

/// `ws`: what websockets reach a server by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Websockets {
    /// As everything else, but HTTP/1.1 where TLS offers it, too.
    #[default]
    Auto,
    H1,
    H2,
}

/// What is announced to peers; `None`: the manual's default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct H2 {
    /// `tune.h2.header-table-size`
    pub header_table_size: Option<Spanned<u32>>,
    /// `tune.h2.max-frame-size`
    pub max_frame_size: Option<Spanned<u32>>,
    pub both: H2Side,
    /// `tune.h2.fe.*`, instead of those for both.
    pub front: H2Side,
    /// `tune.h2.be.*`
    pub back: H2Side,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct H2Side {
    pub initial_window_size: Option<Spanned<u32>>,
    /// 0: no limit.
    pub max_concurrent_streams: Option<Spanned<u32>>,
}
