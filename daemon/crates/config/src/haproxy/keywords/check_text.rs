//! Texts in `tcp-check` and `http-check` lines: as they stand there, or composed for each check.

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{CheckText, Format, Sample};

/// The next word as it stands there.
pub fn fixed(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    what: &str,
    example: &str,
) -> Option<CheckText> {
    let text = cx.string(args, what, example)?;
    Some(CheckText::Fixed(text.value.into_bytes()))
}

/// The next word as a format string.
pub fn format(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    what: &str,
    example: &str,
) -> Option<Format> {
    let text = cx.string(args, what, example)?;
    Some(cx.format(&text))
}

/// The next word as an expression.
pub fn sample(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    what: &str,
    example: &str,
) -> Option<Sample> {
    let Some(word) = args.take() else {
        cx.missing(args, what, example);
        return None;
    };
    expression(cx, word)
}

pub fn expression(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Sample> {
    cx.sample(crate::haproxy::piece::Piece::of(word))
}

/// Bytes in hexadecimal, two digits each.
pub fn hexadecimal(cx: &mut Context<'_>, word: &Word<'_>) -> Option<CheckText> {
    let digits: Option<Vec<u8>> = word
        .text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 && !digits.is_empty() => {
            let pairs = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]);
            Some(CheckText::Fixed(pairs.collect()))
        }
        _ => {
            cx.bad(
                word,
                "a row of bytes in hexadecimal",
                "write two digits for each byte, e.g. 50494e470d0a",
            );
            None
        }
    }
}

/// `set-var(SCOPE.NAME) EXPRESSION` and its like. The word was taken last.
pub fn variable(
    cx: &mut Context<'_>,
    section: &mut crate::haproxy::section::Section,
    action: &str,
    args: &mut Args<'_>,
) -> Option<crate::haproxy::model::Effect> {
    let captures = super::capture::CaptureSide::Response;
    super::effects::effect(cx, section, action, args, captures)
}

/// The comment that stands with the line it belongs to.
pub fn comment(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<String> {
    let Some(word) = args.take() else {
        cx.missing(args, "the comment", example);
        return None;
    };
    Some(owned(word).value)
}
