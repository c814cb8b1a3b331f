//! `#tandem: witness gateway [ADDR] | neighbours | tcp ADDR:PORT | udp ADDR:PORT [strict]`

use crate::keepalived::context::Context;
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Witness, WitnessKind};
use crate::keepalived::tree::Node;
use crate::source::Spanned;
use std::net::SocketAddr;

const FORMS: &str = "write gateway, gateway 10.0.0.1, neighbours, tcp 10.0.0.9:7 or udp 10.0.0.9:7";

pub fn witness(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<Witness>> {
    let Some((first, rest)) = node.args().split_first() else {
        let message = "a witness is missing behind '#tandem: witness'".to_owned();
        cx.error("keepalived/missing-value", node.span(), message)
            .suggest(FORMS);
        return None;
    };
    let (kind, rest) = match first.text.as_str() {
        "gateway" => gateway(cx, rest)?,
        "neighbours" => (WitnessKind::Neighbours, rest),
        "tcp" => service(cx, first, rest, WitnessKind::Tcp)?,
        "udp" => service(cx, first, rest, WitnessKind::Udp)?,
        _ => {
            cx.bad(first, "a witness", FORMS);
            return None;
        }
    };
    let (strict, rest) = match rest.split_first() {
        Some((word, rest)) if word.text == "strict" => (true, rest),
        _ => (false, rest),
    };
    if let Some(word) = rest.first() {
        cx.bad(
            word,
            "part of a witness",
            "write nothing or strict behind it",
        );
        return None;
    }
    Some(Spanned::new(Witness { kind, strict }, node.span()))
}

fn gateway<'w>(cx: &mut Context<'_>, words: &'w [Word]) -> Option<(WitnessKind, &'w [Word])> {
    match words.split_first() {
        Some((word, rest)) if word.text != "strict" => {
            let address = cx.ip_word(word)?;
            Some((WitnessKind::Gateway(Some(address.value)), rest))
        }
        _ => Some((WitnessKind::Gateway(None), words)),
    }
}

fn service<'w>(
    cx: &mut Context<'_>,
    first: &Word,
    words: &'w [Word],
    kind: fn(SocketAddr) -> WitnessKind,
) -> Option<(WitnessKind, &'w [Word])> {
    let help = format!("write {0} 10.0.0.9:7 or {0} [2001:db8::9]:7", first.text);
    let Some((word, rest)) = words.split_first() else {
        let message = format!("an address and a port are missing behind '{}'", first.text);
        cx.error("keepalived/missing-value", first.span, message)
            .suggest(help);
        return None;
    };
    match word.text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => Some((kind(address), rest)),
        _ => {
            cx.bad(word, "an address with a port", &help);
            None
        }
    }
}
