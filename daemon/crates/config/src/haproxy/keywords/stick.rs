//! `stick-table`, `stick on|match|store-request|store-response`.

use super::http_rules::sample;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{StickKind, StickRule, StickTable, Store, TableKey};
use crate::haproxy::section::Section;
use crate::haproxy::values::{DefaultUnit, parse_time};
use crate::source::Spanned;
use crate::suggest::nearest;

const EXAMPLE: &str = "stick-table type ip size 100k expire 10m store http_req_rate(10s)";

/// What an entry can keep: plain counters, rates that take a period, arrays that take a size.
const PLAIN: [&str; 13] = [
    "bytes_in_cnt",
    "bytes_out_cnt",
    "conn_cnt",
    "conn_cur",
    "gpc0",
    "gpc1",
    "gpt0",
    "http_err_cnt",
    "http_fail_cnt",
    "http_req_cnt",
    "server_id",
    "server_key",
    "sess_cnt",
];
const RATES: [&str; 9] = [
    "bytes_in_rate",
    "bytes_out_rate",
    "conn_rate",
    "gpc0_rate",
    "gpc1_rate",
    "http_err_rate",
    "http_fail_rate",
    "http_req_rate",
    "sess_rate",
];

pub fn table(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    if let Some(table) = specification(cx, args, false) {
        section.proxy.stick_table = Some(table);
    }
}

/// The words behind `stick-table`, or behind the name of a `table` among peers.
pub fn specification(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    among_peers: bool,
) -> Option<StickTable> {
    let found = words(cx, args, among_peers);
    if found.is_none() {
        args.skip_all();
    }
    found
}

fn words(cx: &mut Context<'_>, args: &mut Args<'_>, among_peers: bool) -> Option<StickTable> {
    let (mut key, mut size, mut expire) = (None, None, None);
    let (mut nopurge, mut store, mut peers) = (false, Vec::new(), None);
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "type" => key = Some(key_type(cx, args)?),
            "size" => {
                let found = cx.size(args, EXAMPLE)?;
                if *found == 0 {
                    let message = "a stick table of size 0 keeps nothing".to_owned();
                    cx.error("haproxy/bad-value", found.span, message)
                        .suggest(format!("write e.g. '{EXAMPLE}'"));
                    return None;
                }
                size = Some(found);
            }
            "expire" => expire = cx.time_in(args, DefaultUnit::Milliseconds, EXAMPLE),
            "nopurge" => nopurge = true,
            "store" => {
                let Some(list) = args.take() else {
                    cx.missing(args, "what is stored", EXAMPLE);
                    return None;
                };
                stores(cx, list, &mut store);
            }
            "peers" if !among_peers => {
                let example = "stick-table type ip size 100k expire 10m peers pair";
                peers = Some(cx.string(args, "the name of a peers section", example)?);
            }
            "srvkey" => match args.take() {
                None => cx.missing(args, "'name' or 'addr'", "srvkey name"),
                Some(by) if by.text == "name" => {}
                Some(by) if by.text == "addr" => {
                    let message = "servers are remembered by name, not by address".to_owned();
                    cx.warning("haproxy/not-done", by.span, message).suggest(
                        "leave 'srvkey addr' out, and give servers the same names on all peers",
                    );
                }
                Some(by) => cx.bad(by, "a key of servers", "write name or addr"),
            },
            "write-to" => {
                args.take();
                let message = "'write-to' of a stick table is accepted but not done: what is \
                               counted goes into this table alone";
                cx.warning("haproxy/not-done", word.span, message.to_owned())
                    .suggest("leave it out");
            }
            _ => {
                let takes = if among_peers { "" } else { ", peers" };
                let help =
                    format!("it takes type, len, size, expire, nopurge, store, srvkey{takes}");
                cx.bad(word, "a parameter of a stick table", &help);
                return None;
            }
        }
    }
    let (Some(key), Some(size)) = (key, size) else {
        let what = if key.is_none() { "'type'" } else { "'size'" };
        cx.missing(args, what, EXAMPLE);
        return None;
    };
    let table = StickTable {
        key,
        size: u64::from(size.value),
        expire: expire.map(|time| time.value),
        nopurge,
        store,
        peers,
    };
    Some(table)
}

fn key_type(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<TableKey>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the type", EXAMPLE);
        return None;
    };
    let mut len = None;
    if args.take_if("len").is_some() {
        len = Some(*cx.number(args, 1..=65535, "the length", "type string len 64")?);
    }
    let key = match word.text.as_ref() {
        "ip" => TableKey::Ip,
        "ipv6" => TableKey::Ipv6,
        "integer" => TableKey::Integer,
        // The manual says 32; the original counts the byte that ends a string.
        "string" => TableKey::String(len.unwrap_or(31)),
        "binary" => TableKey::Binary(len.unwrap_or(32)),
        _ => {
            cx.bad(
                word,
                "a type of key",
                "write ip, ipv6, integer, string or binary",
            );
            return None;
        }
    };
    Some(Spanned::new(key, word.span))
}

fn stores(cx: &mut Context<'_>, word: &Word<'_>, into: &mut Vec<Store>) {
    let piece = crate::haproxy::piece::Piece::of(word);
    for part in piece.split_outside(b',') {
        let (name, inner) = part.trim().call();
        let arguments = inner.map(|inner| inner.arguments()).unwrap_or_default();
        let known = PLAIN
            .iter()
            .chain(&RATES)
            .chain(&["gpc", "gpt", "gpc_rate"]);
        let Some(found) = known.clone().find(|known| **known == name.text) else {
            let message = format!("a stick table does not store '{}'", name.text);
            let help = nearest(name.text, known.copied()).map_or_else(
                || {
                    format!(
                        "it stores {}",
                        PLAIN
                            .iter()
                            .chain(&RATES)
                            .copied()
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                },
                |near| format!("did you mean '{near}'?"),
            );
            cx.error("haproxy/bad-value", name.span, message)
                .suggest(help);
            continue;
        };
        let array = matches!(*found, "gpc" | "gpt" | "gpc_rate");
        let mut rest = arguments.iter();
        let count = if array {
            rest.next()
                .and_then(|n| n.trim().parse().ok())
                .filter(|n| (1..=100).contains(n))
        } else {
            Some(1)
        };
        let rate = RATES.contains(found) || *found == "gpc_rate";
        let period = rest
            .next()
            .map(|text| parse_time(text.trim(), DefaultUnit::Milliseconds));
        match (count, rate, period) {
            (Some(count), true, Some(Ok(period))) if !period.is_zero() => into.push(Store {
                name: found,
                period: Some(period),
                count,
            }),
            (Some(count), false, None) => into.push(Store {
                name: found,
                period: None,
                count,
            }),
            _ => {
                let example = match (array, rate) {
                    (true, true) => format!("{found}(2,10s)"),
                    (true, false) => format!("{found}(2)"),
                    (false, true) => format!("{found}(10s)"),
                    (false, false) => (*found).to_owned(),
                };
                let message = format!("'{}' is not how '{found}' is stored", part.trim().text);
                cx.error("haproxy/bad-value", part.trim().span, message)
                    .suggest(format!("write '{example}'"));
            }
        }
    }
}

pub fn stick(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "stick on src";
    let Some(word) = args.descend() else {
        return cx.missing(
            args,
            "'on', 'match', 'store-request' or 'store-response'",
            example,
        );
    };
    let kind = match word.text.as_ref() {
        "on" => StickKind::On,
        "match" => StickKind::Match,
        "store-request" => StickKind::StoreRequest,
        "store-response" => StickKind::StoreResponse,
        _ => {
            return cx.bad(
                word,
                "a kind of stick rule",
                "write on, match, store-request or store-response",
            );
        }
    };
    let Some(key) = sample(cx, args) else { return };
    let mut table = None;
    if args.take_if("table").is_some() {
        table = cx.string(args, "the table", "stick on src table sessions");
    }
    if let Some(condition) = cx.condition(section, args, "stick").into_rule() {
        section.proxy.stick_rules.push(StickRule {
            kind,
            key,
            table,
            condition,
        });
    }
}
