//! `peers` sections (configuration manual, 3.5).

use super::args::{Args, owned};
use super::blank;
use super::context::Context;
use super::keywords::{bind, server_words, stick};
use super::lexer::Word;
use super::model::{
    Bind, Config, Host, ListenAddress, Peer, Peers, Server, ServerAddress, ServerPort, SharedTable,
};
use super::variables::LOCAL_PEER;
use crate::source::{Span, Spanned};
use std::net::SocketAddr;

const PEER: &str = "peer lb-b 10.0.0.12:10000";
const BIND: &str = "bind 10.0.0.11:10000";

/// What lines of a section say about those behind them.
pub struct Lines {
    default_server: Server,
    default_bind: Bind,
    /// The `bind` line, and the first address on a `peer` line of this machine.
    bound: Option<Span>,
    addressed: Option<Span>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            default_server: blank::server(),
            default_bind: bind::on(Vec::new()),
            bound: None,
            addressed: None,
        }
    }
}

pub fn open(cx: &mut Context<'_>, config: &mut Config, name: Spanned<String>) {
    cx.peers_begun = true;
    config.peers.push(Peers {
        name,
        disabled: false,
        local: cx
            .environment
            .get(LOCAL_PEER)
            .unwrap_or_default()
            .to_owned(),
        bind: None,
        members: Vec::new(),
        tables: Vec::new(),
    });
}

pub fn keyword(
    cx: &mut Context<'_>,
    config: &mut Config,
    lines: &mut Lines,
    keyword: &str,
    args: &mut Args<'_>,
) {
    let what = "keyword of a peers section";
    if !cx.known("peers", keyword, what, args.keyword) {
        return;
    }
    let Some(section) = config.peers.last_mut() else {
        return;
    };
    match keyword {
        "disabled" => section.disabled = true,
        "enabled" => section.disabled = false,
        "bind" => listen(cx, section, lines, args),
        "default-bind" => bind::parameters(cx, &mut lines.default_bind, args),
        "default-server" => {
            server_words::parameters(cx, &mut lines.default_server, args);
            judge(cx, &mut lines.default_server, args.keyword);
        }
        "table" => table(cx, section, args),
        "peer" | "server" => peer(cx, section, lines, args),
        _ => args.skip_all(),
    }
    cx.finish(args, keyword);
}

fn listen(cx: &mut Context<'_>, section: &mut Peers, lines: &mut Lines, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the address", BIND);
    };
    if lines.bound.replace(args.keyword).is_some() {
        let message = "a peers section listens in one place, and a 'bind' line stands above";
        cx.error("haproxy/bad-value", args.keyword, message.to_owned())
            .suggest("leave one of them out");
        return args.skip_all();
    }
    if lines.addressed.is_some() {
        mixed(cx, args.keyword);
        return args.skip_all();
    }
    let mut bind = Bind {
        addresses: cx.listen_addresses(word),
        ..lines.default_bind.clone()
    };
    bind::parameters(cx, &mut bind, args);
    judge_bind(cx, &mut bind, args.keyword);
    section.bind = Some(bind);
}

fn mixed(cx: &mut Context<'_>, span: Span) {
    let message = "both a 'bind' line and the line of this machine say where it listens".to_owned();
    cx.error("haproxy/bad-value", span, message)
        .suggest("write this machine's line without an address, as 'server NAME'");
}

fn peer(cx: &mut Context<'_>, section: &mut Peers, lines: &mut Lines, args: &mut Args<'_>) {
    let Some(name) = args.take() else {
        return cx.missing(args, "the name of the peer", PEER);
    };
    let name = owned(name);
    let is_local = *name == section.local;
    if section
        .members
        .iter()
        .any(|peer| peer.name.value == name.value)
    {
        let message = format!("there is a peer '{name}' above");
        cx.warning("haproxy/duplicate-name", name.span, message)
            .suggest("leave one of them out: the first one counts");
        return args.skip_all();
    }
    let Some(word) = args.take() else {
        section.members.push(Peer {
            name,
            address: None,
            source: None,
            tcp_user_timeout: None,
        });
        return;
    };
    if is_local && lines.bound.is_some() {
        mixed(cx, word.span);
        return args.skip_all();
    }
    let mut server = lines.default_server.clone();
    let address = address(cx, word);
    server_words::parameters(cx, &mut server, args);
    judge(cx, &mut server, name.span);
    let Some(address) = address else { return };
    if is_local {
        lines.addressed = Some(word.span);
        let listen = address.map(ListenAddress::Tcp);
        let own = lines.default_bind.clone();
        section.bind = Some(Bind {
            addresses: vec![listen],
            ..own
        });
    }
    section.members.push(Peer {
        name,
        address: Some(address),
        source: server.source,
        tcp_user_timeout: server.tcp_user_timeout,
    });
}

/// Peers have addresses: names are not looked up for them.
fn address(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<SocketAddr>> {
    let found = cx.server_address(word)?;
    let why = match &found.value {
        ServerAddress::Tcp {
            host: Host::Ip(ip),
            port: ServerPort::Fixed(port),
        } => return Some(Spanned::new(SocketAddr::new(*ip, *port), word.span)),
        ServerAddress::Tcp {
            host: Host::Name(_),
            ..
        } => "is a name, and names of peers are not looked up",
        ServerAddress::Tcp { .. } => "does not say at which port",
        ServerAddress::Unix(_) => "is no address of another machine",
    };
    let message = format!("'{}' {why}", word.text);
    cx.error("haproxy/bad-address", word.span, message)
        .suggest(format!("write ADDRESS:PORT, e.g. '{PEER}'"));
    None
}

fn table(cx: &mut Context<'_>, section: &mut Peers, args: &mut Args<'_>) {
    let Some(name) = args.take_string() else {
        return cx.missing(
            args,
            "the name of the table",
            "table hits type ip size 100k",
        );
    };
    let taken = section
        .tables
        .iter()
        .any(|table| table.name.value == name.value);
    if taken {
        let message = format!("'peers {}' has a table '{name}' above", section.name);
        cx.error("haproxy/duplicate-name", name.span, message)
            .suggest("give it another name");
    }
    if let Some(mut spec) = stick::specification(cx, args, true) {
        spec.peers = Some(section.name.clone());
        if !taken {
            section.tables.push(SharedTable { name, spec });
        }
    }
}

/// Words of servers that mean nothing for peers, or that are not done for them.
fn judge(cx: &mut Context<'_>, server: &mut Server, span: Span) {
    let blank = blank::server();
    let sealed = server.tls.take().is_some();
    in_plain(cx, sealed, server.send_proxy != blank.send_proxy, span);
    let idle = server.check != blank.check
        || server.agent != blank.agent
        || server.observation != blank.observation
        || server.resolving != blank.resolving
        || server.track.is_some()
        || server.cookie.is_some()
        || server.maxconn.is_some()
        || server.weight.value != blank.weight.value
        || server.backup
        || server.disabled;
    if idle {
        let message = "peers are not checked, weighed, limited or looked up: words about that mean \
                       nothing here";
        cx.warning("haproxy/no-effect", span, message.to_owned())
            .suggest("leave them out; 'source' and 'tcp-ut' are done");
    }
}

fn judge_bind(cx: &mut Context<'_>, bind: &mut Bind, span: Span) {
    let sealed = bind.tls.take().is_some();
    let greeted = bind.accept_proxy || bind.netscaler_magic.is_some();
    in_plain(cx, sealed, greeted, span);
}

/// Refuses what is not done for either end of a session of peers.
fn in_plain(cx: &mut Context<'_>, sealed: bool, greeted: bool, span: Span) {
    let refusal = cx.refusal_severity();
    for (asked, what) in [(sealed, "TLS"), (greeted, "the PROXY protocol")] {
        if asked {
            let message = format!("{what} between peers is not supported yet");
            let help = "peers speak in plain: let them meet in a network of their own";
            cx.diagnostics
                .add(refusal, "haproxy/not-yet", span, message)
                .suggest(help);
        }
    }
}
