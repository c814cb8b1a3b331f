//! Actions that every kind of rule shares: variables, captures, counters, log level.

use super::exchange;
use super::http_rules::{format, sample};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Capture, Effect, Format, FormatPart, PatternChange, TagValue};
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
/// `response`: whose captures are meant.
pub fn effect(
    cx: &mut Context<'_>,
    section: &mut Section,
    name: &str,
    args: &mut Args<'_>,
    response: bool,
) -> Option<Effect> {
    let word = args.previous()?;
    Some(match name {
        "set-var" => Effect::SetVar {
            name: variable(cx, word)?,
            value: sample(cx, args)?,
        },
        "set-var-fmt" => Effect::SetVarFormat {
            name: variable(cx, word)?,
            value: format(cx, args, "the format")?,
        },
        "unset-var" => Effect::UnsetVar {
            name: variable(cx, word)?,
        },
        "capture" => capture(cx, section, args, response)?,
        "track-sc0" => track(cx, args, 0)?,
        "track-sc1" => track(cx, args, 1)?,
        "track-sc2" => track(cx, args, 2)?,
        "sc-inc-gpc0" => increment(slot(cx, word, 0)?, 0),
        "sc-inc-gpc1" => increment(slot(cx, word, 0)?, 1),
        "sc-inc-gpc" => increment(slot(cx, word, 1)?, slot(cx, word, 0)?.into()),
        "sc-set-gpt0" => Effect::SetTag {
            slot: slot(cx, word, 0)?,
            index: 0,
            value: tag(cx, args)?,
        },
        "sc-set-gpt" => Effect::SetTag {
            slot: slot(cx, word, 1)?,
            index: slot(cx, word, 0)?.into(),
            value: tag(cx, args)?,
        },
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

/// `set-var(SCOPE.NAME)`: a scope and a name of letters, digits, `_` and `.`.
fn variable(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<String>> {
    let (_, inner) = Piece::of(word).call();
    let Some(piece) = inner.filter(|piece| !piece.text.is_empty()) else {
        cx.bad(
            word,
            "an action with the name of a variable",
            "write e.g. 'set-var(txn.host)'",
        );
        return None;
    };
    // What follows a comma are conditions of later versions.
    let name = piece.split_outside(b',').first()?.trim();
    cx.variable_name(name).then(|| name.owned())
}

impl Context<'_> {
    /// Whether it is the name of a variable; says what is wrong with it.
    pub fn variable_name(&mut self, piece: Piece<'_>) -> bool {
        let text = piece.text;
        let scopes = ["proc", "sess", "txn", "req", "res", "check"];
        let parts = text.split_once('.');
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        match parts {
            Some((scope, name)) if scopes.contains(&scope) => {
                if !name.is_empty() && name.chars().all(good) {
                    return true;
                }
                let message = format!("'{text}' cannot be the name of a variable");
                self.error("haproxy/bad-name", piece.span, message)
                    .suggest("use letters, digits, '_' and '.' behind the scope");
            }
            _ => {
                let message = format!("the variable '{text}' has no scope");
                self.error("haproxy/bad-value", piece.span, message)
                    .suggest(format!(
                        "write one of proc, sess, txn, req, res in front, e.g. 'txn.{}'",
                        parts.map_or(text, |(_, name)| name)
                    ));
            }
        }
        false
    }
}

fn capture(
    cx: &mut Context<'_>,
    section: &mut Section,
    args: &mut Args<'_>,
    response: bool,
) -> Option<Effect> {
    let example = "capture req.hdr(User-Agent) len 64";
    let value = sample(cx, args)?;
    let slots = if response {
        &mut section.proxy.response_captures
    } else {
        &mut section.proxy.request_captures
    };
    let slot = if let Some(word) = args.take_if("len") {
        let len = *cx.number(args, 1..=65535, "the length", example)?;
        if section.place == crate::registry::Places::BACKEND {
            let message = "a backend has no log of its own to capture for".to_owned();
            cx.error("haproxy/wrong-section", word.span, message)
                .suggest("write 'declare capture request len N' in the frontend and 'id 0' here");
            return None;
        }
        slots.push(Capture {
            name: Spanned::new(String::new(), word.span),
            len,
        });
        u32::try_from(slots.len() - 1).unwrap_or(u32::MAX)
    } else if args.take_if("id").is_some() {
        *cx.number(args, 0..=65535, "the number of the slot", example)?
    } else {
        cx.missing(args, "'len' or 'id'", example);
        args.skip_all();
        return None;
    };
    Some(Effect::Capture { value, slot })
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

/// The nth number in the parentheses of the action's word.
fn slot(cx: &mut Context<'_>, word: &Word<'_>, nth: usize) -> Option<u8> {
    let inner = Piece::of(word).call().1;
    let number = inner.and_then(|piece| {
        let part = *piece.split_outside(b',').get(nth)?;
        part.trim().text.parse::<u8>().ok().filter(|n| *n < 100)
    });
    if number.is_none() {
        cx.bad(
            word,
            "an action with its numbers",
            "write e.g. 'sc-inc-gpc0(0)' or 'sc-set-gpt(0,0) 1'",
        );
    }
    number
}

fn tag(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<TagValue> {
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

/// `set-var proc.NAME EXPR`, `set-var-fmt proc.NAME FORMAT` of `global`.
pub fn process_variable(
    cx: &mut Context<'_>,
    keyword: &str,
    args: &mut Args<'_>,
) -> Option<(Spanned<String>, Format)> {
    let example = "set-var proc.color str(blue)";
    let Some(word) = args.take() else {
        cx.missing(args, "the name of the variable", example);
        return None;
    };
    let name = Piece::of(word);
    if !cx.variable_name(name) {
        return None;
    }
    if !name.text.starts_with("proc.") {
        let message = format!("'{}' is not a variable of the process", name.text);
        cx.error("haproxy/bad-value", word.span, message)
            .suggest("only 'proc.' variables can be set in 'global'");
        return None;
    }
    let value = if keyword == "set-var-fmt" {
        format(cx, args, "the format")?
    } else {
        let text = args.peek().map(crate::haproxy::args::owned);
        let sample = sample(cx, args)?;
        Format {
            parts: vec![FormatPart::Sample {
                sample,
                flags: Vec::new(),
            }],
            text: text?,
        }
    };
    Some((name.owned(), value))
}
