//! Actions on how an exchange is carried: retries, its place in the queue, marks on packets,
//! early hints.

use super::http_rules::{header, sample};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::ExchangeEffect;

/// Whether the action of this name is one of these.
pub fn is_one(name: &str) -> bool {
    matches!(
        name,
        "disable-l7-retry"
            | "early-hint"
            | "set-mark"
            | "set-priority-class"
            | "set-priority-offset"
            | "set-tos"
    )
}

/// Reads the rest of the action.
pub fn action(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) -> Option<ExchangeEffect> {
    Some(match name {
        "disable-l7-retry" => ExchangeEffect::Once,
        "set-mark" => ExchangeEffect::Mark(packets(cx, name, args, u32::MAX)?),
        "set-tos" => {
            let value = packets(cx, name, args, 255)?;
            ExchangeEffect::Tos(u8::try_from(value).unwrap_or(u8::MAX))
        }
        "set-priority-class" => ExchangeEffect::PriorityClass(sample(cx, args)?),
        "set-priority-offset" => ExchangeEffect::PriorityOffset(sample(cx, args)?),
        "early-hint" => {
            let (name, value) = header(cx, args)?;
            ExchangeEffect::EarlyHint { name, value }
        }
        _ => return None,
    })
}

/// What packets are marked with: a number in decimal, or in hexadecimal behind `0x`.
fn packets(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>, most: u32) -> Option<u32> {
    let Some(word) = args.take() else {
        cx.missing(args, "the value", &format!("{name} 0x20"));
        return None;
    };
    let value = number(word).filter(|value| *value <= most);
    if value.is_none() {
        cx.bad(
            word,
            &format!("a number from 0 to {most}"),
            &format!("write a number from 0 to {most}, or from 0x0 to {most:#x}"),
        );
    }
    value
}

fn number(word: &Word<'_>) -> Option<u32> {
    match word.text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.text.parse().ok(),
    }
}
