//! `bind ADDRESS… [parameters]`.

use super::accepted;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Bind, Ipv6Mode, ListenAddress};
use crate::haproxy::section::Section;
use crate::haproxy::tls;
use crate::haproxy::values::DefaultUnit;
use crate::source::Spanned;

pub fn bind(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(address) = args.take() else {
        return cx.missing(args, "the address", "bind *:80");
    };
    let mut bind = on(cx.listen_addresses(address));
    parameters(cx, &mut bind, args);
    section.proxy.binds.push(bind);
}

pub fn parameters(cx: &mut Context<'_>, bind: &mut Bind, args: &mut Args<'_>) {
    while let Some(word) = args.take() {
        // Unknown: whether the next word belongs to it cannot be told.
        if cx.known("bind", &word.text, "bind parameter", word.span) {
            parameter(cx, bind, word, args);
        }
    }
}

/// A line that says nothing but where to listen.
pub fn on(addresses: Vec<Spanned<ListenAddress>>) -> Bind {
    Bind {
        addresses,
        name: None,
        id: None,
        ipv6: Ipv6Mode::System,
        interface: None,
        maxconn: None,
        backlog: None,
        accept_proxy: false,
        netscaler_magic: None,
        proto: None,
        transparent: false,
        defer_accept: false,
        tcp_fast_open: false,
        mss: None,
        tcp_user_timeout: None,
        unix_mode: None,
        unix_user: None,
        unix_group: None,
        tls: None,
    }
}

pub fn parameter(cx: &mut Context<'_>, bind: &mut Bind, word: &Word<'_>, args: &mut Args<'_>) {
    match word.text.as_ref() {
        "v4v6" => bind.ipv6 = Ipv6Mode::V4V6,
        "v6only" => bind.ipv6 = Ipv6Mode::V6Only,
        "accept-proxy" => bind.accept_proxy = true,
        "transparent" => bind.transparent = true,
        "defer-accept" => bind.defer_accept = true,
        "tfo" => bind.tcp_fast_open = true,
        "name" => bind.name = cx.string(args, "the name", "bind :80 name web"),
        "interface" => bind.interface = cx.string(args, "the interface", "bind :80 interface eth0"),
        "user" | "uid" => {
            bind.unix_user = cx.string(args, "the user", "bind /run/x.sock user root");
        }
        "group" | "gid" => {
            bind.unix_group = cx.string(args, "the group", "bind /run/x.sock group adm");
        }
        "id" => id(cx, bind, args),
        "maxconn" => {
            let limit = cx.number(args, 0..=u32::MAX, "the limit", "bind :80 maxconn 1000");
            bind.maxconn = limit.filter(|limit| **limit > 0);
        }
        "backlog" => {
            bind.backlog = cx.number(
                args,
                1..=i32::MAX.unsigned_abs(),
                "the length",
                "bind :80 backlog 1024",
            );
        }
        "mss" => bind.mss = cx.number(args, 1..=65535, "the segment size", "bind :80 mss 1400"),
        "tcp-ut" => {
            bind.tcp_user_timeout =
                cx.time_in(args, DefaultUnit::Milliseconds, "bind :80 tcp-ut 30s");
        }
        "accept-netscaler-cip" => {
            let example = "bind :80 accept-netscaler-cip 573785173";
            bind.netscaler_magic = cx.number(args, 1..=u32::MAX, "the magic number", example);
        }
        "proto" => bind.proto = super::h2::protocol(cx, args, "bind :80 proto h2"),
        "mode" => bind.unix_mode = cx.file_mode(args, "bind /run/x.sock mode 660"),
        "process" | "thread" | "shards" | "nice" | "level" | "severity-output" | "expose-fd"
        | "namespace" => accepted::bind(cx, word, args),
        _ => {
            tls::bind(cx, bind.tls.get_or_insert_default(), word, args);
        }
    }
}

/// The number that statistics tell a socket by.
fn id(cx: &mut Context<'_>, bind: &mut Bind, args: &mut Args<'_>) {
    let example = "bind :80 id 1";
    bind.id = cx.number(args, 1..=i32::MAX.unsigned_abs(), "the id", example);
    if let (Some(id), [first, _, ..]) = (&bind.id, &bind.addresses[..]) {
        let message = format!(
            "'id {}' is the number of one socket, and this line opens {}: statistics could not tell them apart",
            id.value,
            bind.addresses.len()
        );
        let help = format!(
            "give each address a line of its own: 'bind {} id {}', and another id for the next",
            first.value, id.value
        );
        cx.error("haproxy/bad-value", id.span, message)
            .suggest(help);
    }
}

impl Context<'_> {
    /// An octal file mode.
    pub fn file_mode(&mut self, args: &mut Args<'_>, example: &str) -> Option<Spanned<u32>> {
        let Some(word) = args.take() else {
            self.missing(args, "the mode", example);
            return None;
        };
        match u32::from_str_radix(&word.text, 8)
            .ok()
            .filter(|mode| *mode <= 0o7777)
        {
            Some(mode) => Some(Spanned::new(mode, word.span)),
            None => {
                self.bad(word, "a file mode in octal", "write e.g. 660");
                None
            }
        }
    }
}
