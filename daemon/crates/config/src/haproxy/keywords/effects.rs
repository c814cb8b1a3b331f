//! Actions that every kind of rule shares: variables, captures, counters, log level.

use super::capture::{self, CaptureSide};
use super::exchange;
use super::http_rules::{format, sample};
use super::set_variable::{CONDITIONS, variable};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Effect, PatternChange, TagValue};
use crate::haproxy::piece::Piece;
use crate::haproxy::section::Section;
use crate::source::Spanned;

/// Whether the action of this name is one of these.
pub fn is_effect(name: &str) -> bool {
    exchange::is_one(name)
        || matches!(
            name,
            "set-var"
                | "set-var-fmt"
                | "unset-var"
                | "capture"
                | "track-sc"
                | "track-sc0"
                | "track-sc1"
                | "track-sc2"
                | "sc-inc-gpc"
                | "sc-inc-gpc0"
                | "sc-inc-gpc1"
                | "sc-set-gpt"
                | "sc-set-gpt0"
                | "set-log-level"
                | "set-src"
                | "set-src-port"
                | "set-dst"
                | "set-dst-port"
                | "set-map"
                | "del-map"
                | "add-acl"
                | "del-acl"
        )
}

/// Reads the rest of the action, whose word was taken last.
///
/// `side`: whose captures are meant.
pub fn effect(
    cx: &mut Context<'_>,
    section: &mut Section,
    name: &str,
    args: &mut Args<'_>,
    side: CaptureSide,
) -> Option<Effect> {
    let word = args.previous()?;
    Some(match name {
        "set-var" => {
            let (name, conditions) = variable(cx, word, &CONDITIONS)?;
            Effect::SetVar {
                name,
                conditions,
                value: sample(cx, args)?,
            }
        }
        "set-var-fmt" => {
            let (name, conditions) = variable(cx, word, &CONDITIONS)?;
            Effect::SetVarFormat {
                name,
                conditions,
                value: format(cx, args, "the format")?,
            }
        }
        "unset-var" => Effect::UnsetVar {
            name: variable(cx, word, &[])?.0,
        },
        "capture" => capture::capture(cx, section, args, side)?,
        "track-sc0" => track(cx, args, 0)?,
        "track-sc1" => track(cx, args, 1)?,
        "track-sc2" => track(cx, args, 2)?,
        "sc-inc-gpc0" => increment(numbers::<1>(cx, word)?.0, 0),
        "sc-inc-gpc1" => increment(numbers::<1>(cx, word)?.0, 1),
        "sc-inc-gpc" => {
            let (slot, index) = numbers::<2>(cx, word)?;
            increment(slot, index)
        }
        "sc-set-gpt0" | "sc-set-gpt" => {
            let (slot, index) = match name {
                "sc-set-gpt" => numbers::<2>(cx, word)?,
                _ => numbers::<1>(cx, word)?,
            };
            let value = tag(cx, args)?;
            Effect::SetTag { slot, index, value }
        }
        "set-src" => Effect::SetSrc(sample(cx, args)?),
        "set-src-port" => Effect::SetSrcPort(sample(cx, args)?),
        "set-dst" => Effect::SetDst(sample(cx, args)?),
        "set-dst-port" => Effect::SetDstPort(sample(cx, args)?),
        "set-map" => patterns(cx, args, PatternChange::SetMap)?,
        "del-map" => patterns(cx, args, PatternChange::DelMap)?,
        "add-acl" => patterns(cx, args, PatternChange::AddAcl)?,
        "del-acl" => patterns(cx, args, PatternChange::DelAcl)?,
        "set-log-level" => Effect::SetLogLevel(log_level(cx, args)?),
        _ => Effect::Exchange(exchange::action(cx, name, args)?),
    })
}

fn track(cx: &mut Context<'_>, args: &mut Args<'_>, slot: u8) -> Option<Effect> {
    let key = sample(cx, args)?;
    let mut table = None;
    if args.take_if("table").is_some() {
        table = Some(cx.string(args, "the table", "track-sc0 src table per_ip")?);
    }
    Some(Effect::Track { slot, key, table })
}

/// `set-map(FILE) KEY VALUE` and its like: the file whose entries are meant is in parentheses.
fn patterns(cx: &mut Context<'_>, args: &mut Args<'_>, change: PatternChange) -> Option<Effect> {
    let word = args.previous()?;
    let inner = Piece::of(word).call().1;
    let Some(file) = inner.filter(|piece| !piece.text.is_empty()) else {
        cx.bad(
            word,
            "an action with the name of a file",
            "write e.g. 'set-map(/etc/haproxy/hosts.map) %[src] seen'",
        );
        return None;
    };
    let file = file.owned();
    let key = format(cx, args, "the key")?;
    let value = match change {
        PatternChange::SetMap => Some(format(cx, args, "the value")?),
        _ => None,
    };
    Some(Effect::ChangePatterns {
        file,
        change,
        key,
        value,
    })
}

fn increment(slot: u8, index: u32) -> Effect {
    Effect::IncrementCounter { slot, index }
}

/// The numbers in the parentheses of the action's word: which of the three that are tracked, and
/// before that which element of an array, where there is one (`COUNT` = 2).
fn numbers<const COUNT: usize>(cx: &mut Context<'_>, word: &Word<'_>) -> Option<(u8, u32)> {
    let inner = Piece::of(word).call().1;
    let parts = inner
        .map(|piece| piece.split_outside(b','))
        .unwrap_or_default();
    let given: Vec<Option<u32>> = parts
        .iter()
        .map(|part| part.trim().text.parse().ok())
        .collect();
    let found = match given.as_slice() {
        [Some(slot)] if COUNT == 1 => Some((*slot, 0)),
        [Some(index), Some(slot)] if COUNT == 2 => Some((*slot, *index)),
        _ => None,
    };
    let found = found.filter(|(slot, index)| *slot < 3 && *index < 100 && word.text.ends_with(')'));
    let Some((slot, index)) = found else {
        cx.bad(
            word,
            "an action with its numbers",
            "write e.g. 'sc-inc-gpc0(0)' or 'sc-set-gpt(0,0) 1'; what is tracked is 0, 1 or 2",
        );
        return None;
    };
    Some((u8::try_from(slot).ok()?, index))
}

fn tag(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<TagValue> {
    // Nothing is read as 0, as the original does.
    if args.peek().is_none() {
        return Some(TagValue::Number(0));
    }
    if let Some(number) = args.peek_text().and_then(|text| text.parse().ok()) {
        args.take();
        return Some(TagValue::Number(number));
    }
    sample(cx, args).map(TagValue::Sample)
}

fn log_level(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<String>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the level", "set-log-level silent");
        return None;
    };
    if word.text != "silent" && super::logging::level(&word.text).is_none() {
        cx.bad(
            word,
            "a level",
            "write silent, or one of emerg, alert, crit, err, warning, notice, info, debug",
        );
        return None;
    }
    Some(crate::haproxy::args::owned(word))
}
