//! Actions on how an exchange is carried: retries, its place in the queue, marks on packets,
//! early hints.

use super::http_rules::{header, sample};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{ExchangeEffect, TimeoutValue};

/// Whether the action of this name is one of these.
pub fn is_one(name: &str) -> bool {
    matches!(
        name,
        "disable-l7-retry"
            | "early-hint"
            | "set-mark"
            | "set-priority-class"
            | "set-priority-offset"
            | "set-timeout"
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
        "set-timeout" => timeout(cx, args)?,
        "early-hint" => {
            let (name, value) = header(cx, args)?;
            ExchangeEffect::EarlyHint { name, value }
        }
        _ => return None,
    })
}

/// `set-timeout server|tunnel TIME|EXPR`
fn timeout(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<ExchangeEffect> {
    let example = "set-timeout server 5s";
    let Some(word) = args.take() else {
        cx.missing(args, "whose timeout", example);
        return None;
    };
    let tunnel = match word.text.as_ref() {
        "server" => false,
        "tunnel" => true,
        _ => {
            cx.bad(
                word,
                "a timeout that rules can set",
                "write 'server' or 'tunnel'",
            );
            args.skip_all();
            return None;
        }
    };
    let written = args.peek_text().unwrap_or("");
    let time = if written.is_empty() || written.starts_with(|c: char| c.is_ascii_digit()) {
        let time = cx.time(args, example)?;
        if time.is_zero() {
            let message = "a timeout of nothing would end every request".to_owned();
            cx.error("haproxy/bad-value", time.span, message)
                .suggest("write a time above 0, e.g. 5s");
            return None;
        }
        TimeoutValue::Fixed(time.value)
    } else {
        // Computed when the server is waited for, whatever the rule is.
        cx.moments = None;
        TimeoutValue::Sample(sample(cx, args)?)
    };
    Some(ExchangeEffect::Timeout { tunnel, time })
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
