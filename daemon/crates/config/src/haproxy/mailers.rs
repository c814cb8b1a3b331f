//! `mailers` sections: the servers that mails are handed to (configuration manual, 3.6).

use super::address::{bare_ipv6, ip, split};
use super::args::Args;
use super::context::Context;
use super::lexer::Word;
use super::model::{Config, Host, Mailer, Mailers};
use super::values::DefaultUnit;
use crate::source::Spanned;

const MAILER: &str = "mailer relay 192.0.2.25:25";
const TIMEOUT: &str = "timeout mail 20s";

pub fn open(config: &mut Config, name: Spanned<String>) {
    config.mailers.push(Mailers::named(name));
}

pub fn keyword(cx: &mut Context<'_>, config: &mut Config, keyword: &str, args: &mut Args<'_>) {
    let what = "keyword of a mailers section";
    if !cx.known("mailers", keyword, what, args.keyword) {
        return;
    }
    let Some(section) = config.mailers.last_mut() else {
        return;
    };
    match keyword {
        "mailer" => section.servers.extend(mailer(cx, args)),
        _ => timeout(cx, section, args),
    }
    cx.finish(args, keyword);
}

fn mailer(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Mailer> {
    let name = cx.string(args, "the name of the mail server", MAILER)?;
    cx.permitted("a mail server", &name, name.span);
    let Some(word) = args.take() else {
        cx.missing(args, "the address", MAILER);
        return None;
    };
    let (host, port) = address(cx, word)?;
    Some(Mailer { name, host, port })
}

fn address(cx: &mut Context<'_>, word: &Word<'_>) -> Option<(Host, u16)> {
    let address = split(&word.text);
    if !matches!(
        address.prefix,
        None | Some("ipv4" | "ipv6" | "tcp" | "tcp4" | "tcp6")
    ) {
        let message = format!("'{}' is not reached by TCP, as mail servers are", word.text);
        cx.error("haproxy/bad-address", word.span, message)
            .suggest("write ADDRESS:PORT, e.g. '192.0.2.25:25'");
        return None;
    }
    let (host, port) = bare_ipv6(&address, &word.text);
    let host = match ip(host, address.prefix) {
        Some(ip) => Host::Ip(ip),
        None => cx.host(host, word.span)?,
    };
    let port = port.and_then(|port| port.parse().ok().filter(|port| *port > 0));
    if port.is_none() {
        let message = format!("'{}' does not say at which port mails are taken", word.text);
        cx.error("haproxy/bad-address", word.span, message)
            .suggest("write ADDRESS:PORT with a port from 1 to 65535, e.g. '192.0.2.25:25'");
    }
    Some((host, port?))
}

fn timeout(cx: &mut Context<'_>, section: &mut Mailers, args: &mut Args<'_>) {
    match args.descend() {
        None => cx.missing(args, "'mail'", TIMEOUT),
        Some(word) if word.text == "mail" => {
            let Some(time) = cx.time_in(args, DefaultUnit::Milliseconds, TIMEOUT) else {
                return;
            };
            if time.value.is_zero() {
                let message = "no mail can be handed over in a time of 0".to_owned();
                cx.error("haproxy/bad-value", time.span, message)
                    .suggest(format!("write e.g. '{TIMEOUT}', or leave it out for 10 s"));
            }
            section.timeout = time.value;
        }
        Some(word) => {
            cx.bad(word, "a timeout of a mailers section", "write mail");
            args.skip_all();
        }
    }
}
