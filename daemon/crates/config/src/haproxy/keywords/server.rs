//! `server NAME ADDRESS [parameters]`, `server-template PREFIX COUNT NAME:PORT [parameters]`,
//! `default-server [parameters]`.

use super::server_words;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::ServerName;
use crate::haproxy::section::Section;
use crate::source::Spanned;
use std::ops::RangeInclusive;

const TEMPLATE: &str = "server-template web 3 web.example.com:80 resolvers dns check";
/// Slots of one line.
const MOST: u32 = 4096;

pub fn server(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(name) = args.take() else {
        return cx.missing(args, "the name", "server web1 10.0.0.21:8080 check");
    };
    let Some(address) = args.take() else {
        return cx.missing(
            args,
            "the address",
            &format!("server {} 10.0.0.21:8080", name.text),
        );
    };
    cx.permitted("a server", &name.text, name.span);
    let mut server = section.default_server.clone();
    server.name = owned(name).map(ServerName);
    let found = cx.server_address(address);
    server_words::parameters(cx, &mut server, args);
    if let Some(found) = found {
        server.address = found;
        section.proxy.servers.push(server);
    }
}

/// As many servers, all alike, as the line says; their addresses come from one name.
pub fn template(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(prefix) = args.take() else {
        return cx.missing(args, "the beginning of the names", TEMPLATE);
    };
    let Some(count) = args.take() else {
        return cx.missing(args, "the number of servers", TEMPLATE);
    };
    let Some(address) = args.take() else {
        return cx.missing(args, "the name that is resolved", TEMPLATE);
    };
    cx.permitted("a server", &prefix.text, prefix.span);
    let numbers = numbers(&count.text);
    if numbers.is_none() {
        let help = format!("write a number from 1 to {MOST}, or a range such as 1-10");
        cx.bad(count, "a number of servers", &help);
    }
    let mut server = section.default_server.clone();
    let found = cx.server_address(address);
    server_words::parameters(cx, &mut server, args);
    let Some(found) = found else { return };
    if found.value.name().is_none() {
        let message = format!(
            "'{}' is an address: all servers of this line are the same until they are told others",
            address.text
        );
        cx.warning("haproxy/bad-address", address.span, message)
            .suggest("write the name that has the addresses, or 'server' lines");
    }
    server.address = found;
    for number in numbers.into_iter().flatten() {
        let mut one = server.clone();
        one.name = Spanned::new(ServerName(format!("{}{number}", prefix.text)), prefix.span);
        section.proxy.servers.push(one);
        // The number is the first one's: the others get numbers that are free.
        server.id = None;
    }
}

/// `3` or `1-3`
fn numbers(text: &str) -> Option<RangeInclusive<u32>> {
    let (low, high) = match text.split_once('-') {
        Some((low, high)) => (low.parse().ok()?, high.parse().ok()?),
        None => (1, text.parse().ok()?),
    };
    (low > 0 && low <= high && high - low < MOST).then_some(low..=high)
}

pub fn default_server(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    server_words::parameters(cx, &mut section.default_server, args);
}
