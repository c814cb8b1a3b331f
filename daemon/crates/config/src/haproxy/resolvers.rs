//! Lines of `resolvers` sections.

use super::address::{bare_ipv6, ip, split};
use super::args::Args;
use super::context::Context;
use super::model::{Config, NameServers, Resolvers};
use super::values::DefaultUnit;
use crate::source::Spanned;
use std::net::SocketAddr;
use std::time::Duration;

const DNS: u16 = 53;
const NAMESERVER: &str = "nameserver dns1 10.0.0.53:53";

pub fn keyword(cx: &mut Context<'_>, config: &mut Config, mut args: Args<'_>) {
    let args = &mut args;
    let (Some(keyword), Some(section)) = (args.keyword_text(), config.resolvers.last_mut()) else {
        return;
    };
    if !cx.known(
        "resolvers",
        keyword,
        "keyword of a resolvers section",
        args.keyword,
    ) {
        return;
    }
    match keyword {
        "nameserver" => nameserver(cx, section, args),
        "parse-resolv-conf" => section.sources.push(NameServers::System),
        "hold" => hold(cx, section, args),
        "timeout" => timeout(cx, section, args),
        "resolve_retries" => {
            let example = "resolve_retries 3";
            if let Some(n) = cx.number(args, 1..=1000, "the number of questions", example) {
                section.retries = n.value;
            }
        }
        "accepted_payload_size" => {
            let example = "accepted_payload_size 4096";
            if let Some(n) = cx.number(args, 512..=u16::MAX, "the size in bytes", example) {
                section.payload = n.value;
            }
        }
        _ => return,
    }
    cx.finish(args, keyword);
}

fn nameserver(cx: &mut Context<'_>, section: &mut Resolvers, args: &mut Args<'_>) {
    let Some(name) = cx.string(args, "the name of the name server", NAMESERVER) else {
        return;
    };
    cx.permitted("a name server", &name, name.span);
    let Some(word) = args.take() else {
        return cx.missing(args, "the address", NAMESERVER);
    };
    let taken = section.sources.iter().any(
        |known| matches!(known, NameServers::Given { name: other, .. } if other.value == name.value),
    );
    if taken {
        let message = format!("this section has a name server '{name}' already");
        cx.error("haproxy/duplicate-name", name.span, message)
            .suggest("give each name server of a section its own name");
    }
    let address = split(&word.text);
    let (host, port) = bare_ipv6(&address, &word.text);
    let port = port.map_or(Some(DNS), |port| port.parse().ok().filter(|p| *p > 0));
    let family = matches!(
        address.prefix,
        None | Some("udp" | "udp4" | "udp6" | "tcp" | "tcp4" | "tcp6" | "ipv4" | "ipv6")
    );
    let host = (!matches!(host, "" | "*"))
        .then(|| ip(host, address.prefix))
        .flatten();
    let (Some(ip), Some(port), true) = (host, port, family) else {
        let help = "write ADDRESS[:PORT], or tcp@ADDRESS[:PORT] to ask by TCP; a name server cannot be named";
        return cx.bad(word, "the address of a name server", help);
    };
    if let Some(param) = args.peek() {
        let message = format!("'{}' behind a name server has no effect here", param.text);
        cx.error("haproxy/extra-words", param.span, message)
            .suggest("write the name and the address alone; questions share one connection by TCP");
        args.skip_all();
    }
    section.sources.push(NameServers::Given {
        name,
        address: SocketAddr::new(ip, port),
        stream: address.prefix.is_some_and(|p| p.starts_with("tcp")),
    });
}

fn hold(cx: &mut Context<'_>, section: &mut Resolvers, args: &mut Args<'_>) {
    let example = "hold nx 30s";
    let Some(word) = args.take() else {
        return cx.missing(args, "the kind of answer", example);
    };
    let hold = &mut section.hold;
    let place = match word.text.as_ref() {
        "nx" => &mut hold.nx,
        "refused" => &mut hold.refused,
        "timeout" => &mut hold.timeout,
        "other" => &mut hold.other,
        "valid" => &mut hold.valid,
        "obsolete" => &mut hold.obsolete,
        _ => {
            let help = "write nx, refused, timeout, other, valid or obsolete";
            cx.bad(word, "a kind of answer", help);
            return args.skip_all();
        }
    };
    set(cx, place, args, example);
}

fn timeout(cx: &mut Context<'_>, section: &mut Resolvers, args: &mut Args<'_>) {
    let example = "timeout retry 1s";
    let Some(word) = args.take() else {
        return cx.missing(args, "'resolve' or 'retry'", example);
    };
    let place = match word.text.as_ref() {
        "resolve" => &mut section.resolve,
        "retry" => &mut section.retry,
        _ => {
            cx.bad(
                word,
                "a timeout of a resolvers section",
                "write resolve or retry",
            );
            return args.skip_all();
        }
    };
    let time = set(cx, place, args, example);
    if let Some(time) = time.filter(|time| time.is_zero()) {
        let message = "a time of 0 would ask without a pause".to_owned();
        cx.error("haproxy/bad-value", time.span, message)
            .suggest("write a time of 1ms or more");
    }
}

fn set(
    cx: &mut Context<'_>,
    place: &mut Duration,
    args: &mut Args<'_>,
    example: &str,
) -> Option<Spanned<Duration>> {
    let time = cx.time_in(args, DefaultUnit::Milliseconds, example)?;
    *place = time.value;
    Some(time)
}

/// A section that asks nobody.
pub fn close(cx: &mut Context<'_>, config: &Config) {
    if let Some(section) = config.resolvers.last()
        && section.sources.is_empty()
    {
        let message = format!("resolvers '{}' has no name server", section.name);
        cx.error("haproxy/no-name-server", section.name.span, message)
            .suggest("add 'nameserver NAME ADDRESS:53', or 'parse-resolv-conf'");
    }
}
