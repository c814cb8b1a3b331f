//! Connections that are made for one client: they lead to the address that it asked for, come from
//! its address, or begin with a header that tells of it.

use super::Worker;
use crate::plan::{ForClient, Introduction, Preamble};
use crate::preamble::{self, ALPN, AUTHORITY, Addresses, SSL, UNIQUE_ID};
use crate::rules::memory::Memory;
use crate::rules::sample::sealing;
use crate::rules::{Context, unique_id};
use std::net::SocketAddr;
use sys::tcp::Peer;

/// What such a connection was made for: a request that wants anything else needs another.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// Where it leads; `None`: nobody knows.
    pub peer: Option<Peer>,
    /// The address of the client that is used as its source.
    pub used: Option<SocketAddr>,
    /// What it begins with.
    pub header: Vec<u8>,
}

impl Worker {
    /// What the client's exchange wants of a connection to its server.
    pub(super) fn made_for(&self, i: u32) -> Option<Box<Made>> {
        let c = &self.clients[i];
        let txn = c.txn.as_ref()?;
        let server = txn.server(&c.plan)?;
        let whom = || ForClient {
            client: self.client_address(i),
            head: &txn.request,
        };
        Some(Box::new(Made {
            peer: server.peer(|| c.local()),
            used: server.origin.as_ref().and_then(|o| o.used_for(whom())),
            header: match &server.introduction {
                Some(introduction) => self.header(i, introduction),
                None => Vec::new(),
            },
        }))
    }

    pub(super) fn is_made_for(&self, i: u32, u: u32) -> bool {
        self.made_for(i) == self.ups[u].made
    }

    fn header(&self, i: u32, introduction: &Introduction) -> Vec<u8> {
        let c = &self.clients[i];
        let addresses: Addresses = self.client_address(i).zip(c.local());
        if introduction.version == Preamble::V1 {
            return preamble::write_v1(addresses);
        }
        let view = self.seen(i);
        let ctx = Context {
            session: view.as_ref(),
            ..self.context(i, c.txn.as_ref().and_then(|txn| txn.backend))
        };
        let mut values: Vec<(u8, Vec<u8>)> = Vec::new();
        let spoken = ctx.tls.and_then(|session| session.common().alpn_protocol());
        values.extend(spoken.map(|name| (ALPN, name.to_vec())));
        if introduction.authority {
            let told = |memory: &mut Memory| memory.told.as_ref()?.authority.clone();
            let asked = || Some(ctx.tls?.server_name()?.as_bytes().to_vec());
            let host = self.with_memory(i, told).flatten().or_else(asked);
            values.extend(host.map(|host| (AUTHORITY, host)));
        }
        if introduction.unique_id {
            values.extend(unique_id(&ctx).map(|id| (UNIQUE_ID, id)));
        }
        values.extend(introduction.sealed.map(|told| (SSL, sealing(&ctx, told))));
        let own = introduction.values.iter();
        values.extend(own.map(|(kind, format)| (*kind, format.text(&ctx))));
        let shown: Vec<preamble::Value<'_>> = values.iter().map(|(k, v)| (*k, &v[..])).collect();
        preamble::write_v2(addresses, introduction.checksum, &shown)
    }
}
