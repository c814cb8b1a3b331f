//! `id`: numbers that are written for sections, sockets and servers are taken once, since statistics
//! and tools go by them.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Bind, Config};
use crate::source::Spanned;
use std::collections::HashMap;

/// Sections share their numbers, whatever they are; those of sockets and of servers are a section's own.
pub fn unique(cx: &mut Context<'_>, config: &Config) {
    let mut sections = Taken::default();
    for proxy in &config.proxies {
        sections.take(cx, proxy.id.as_ref(), || {
            format!("{} '{}'", proxy.kind.keyword(), proxy.name)
        });
        let mut sockets = Taken::default();
        for bind in &proxy.binds {
            sockets.take(cx, bind.id.as_ref(), || named(bind));
        }
        let mut servers = Taken::default();
        for server in &proxy.servers {
            servers.take(cx, server.id.as_ref(), || {
                format!("server '{}'", server.name)
            });
        }
    }
}

fn named(bind: &Bind) -> String {
    let first = bind.addresses.first();
    first.map_or("bind".to_owned(), |address| format!("'bind {address}'"))
}

/// Who has which number.
#[derive(Default)]
struct Taken(HashMap<u32, String>);

impl Taken {
    fn take(
        &mut self,
        cx: &mut Context<'_>,
        id: Option<&Spanned<u32>>,
        who: impl FnOnce() -> String,
    ) {
        let Some(id) = id else { return };
        let who = who();
        if let Some(other) = self.0.get(&id.value) {
            let message = format!("{who} cannot have the id {id}: {other} has it");
            cx.error("haproxy/duplicate-id", id.span, message)
                .suggest("write another number, or none: a free one is given then");
            return;
        }
        self.0.insert(id.value, who);
    }
}
