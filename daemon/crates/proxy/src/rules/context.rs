//! What a rule can look at.

use super::Edits;
use crate::plan::Plan;
use http1::Field;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

/// The head under examination.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub buf: &'a [u8],
    pub fields: &'a [Field],
    pub edits: &'a Edits,
}

impl<'a> Message<'a> {
    /// Name and value of every field that is still there, added ones behind.
    pub fn fields(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let kept = self
            .fields
            .iter()
            .filter(|f| f.keep || f.kind == http1::Kind::Connection);
        let own = kept.map(move |f| (f.name.of(self.buf), f.value.of(self.buf)));
        own.chain(self.edits.fields())
    }

    pub fn values(self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.fields()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    }
}

#[derive(Clone, Copy, Default)]
pub struct RequestLine<'a> {
    pub method: &'a [u8],
    pub target: &'a [u8],
    pub http11: bool,
}

#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub plan: &'a Plan,
    pub frontend: usize,
    pub backend: Option<usize>,
    pub server: Option<&'a str>,
    pub client: Option<SocketAddr>,
    /// The client's socket: its own address is asked for only when a rule wants it.
    pub socket: Option<&'a OwnedFd>,
    /// The address that it connected to, as a proxy before us tells it.
    pub told: Option<SocketAddr>,
    /// Absent in tcp mode and while a response is looked at.
    pub line: Option<RequestLine<'a>>,
    pub request: Option<Message<'a>>,
    pub response: Option<Message<'a>>,
    pub status: u16,
    /// A random number of this message.
    pub random: u32,
}

impl<'a> Context<'a> {
    pub fn local(&self) -> Option<SocketAddr> {
        self.told
            .or_else(|| sys::tcp::local_address(self.socket?).ok())
    }

    pub fn header(&self, name: &'a str) -> Option<&'a [u8]> {
        self.request
            .or(self.response)?
            .values(name.as_bytes())
            .next()
    }
}
