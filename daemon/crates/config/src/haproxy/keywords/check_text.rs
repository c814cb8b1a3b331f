//! Texts in `tcp-check` and `http-check` lines: as they stand there, or composed for each check.

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{CheckText, Fetch, Format, FormatPart, Sample};

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
    let format = cx.format(&text);
    for part in &format.parts {
        if let FormatPart::Sample { sample, .. } = part {
            known_in_checks(cx, sample);
        }
    }
    Some(format)
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
    let sample = cx.sample(crate::haproxy::piece::Piece::of(word))?;
    known_in_checks(cx, &sample);
    Some(sample)
}

/// A check has neither a client nor a request.
pub fn known_in_checks(cx: &mut Context<'_>, sample: &Sample) {
    let Some(lacking) = lacking(&sample.fetch.value) else {
        return;
    };
    let message = format!("a check has no {lacking} that this could look at");
    cx.error("haproxy/not-in-checks", sample.fetch.span, message)
        .suggest("look at the server's answer (res.…, status), at the backend or at variables");
}

fn lacking(fetch: &Fetch) -> Option<&'static str> {
    use Fetch as F;
    let (request, frontend) = (Some("request"), Some("frontend"));
    match fetch {
        F::Method
        | F::Path
        | F::PathQuery
        | F::Url
        | F::Query
        | F::Base
        | F::ReqVersion
        | F::ReqHeader(_)
        | F::ReqHeaderCount(_)
        | F::ReqCookie(_)
        | F::UrlParam(_)
        | F::ReqSslSni
        | F::ReqSslHelloType => request,
        F::FeName => frontend,
        F::Other { name, .. } => {
            let of_request = [
                "req.",
                "req_",
                "capture.",
                "url",
                "base32",
                "http_auth",
                "path",
                "cook",
            ];
            if of_request.iter().any(|start| name.starts_with(start)) {
                request
            } else if matches!(name.as_str(), "fe_id" | "fe_defbe" | "so_id" | "so_name") {
                frontend
            } else {
                None
            }
        }
        _ => None,
    }
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
    use crate::haproxy::model::Effect;
    let effect = super::effects::effect(
        cx,
        section,
        action,
        args,
        super::capture::CaptureSide::Response,
    )?;
    match &effect {
        Effect::SetVar { value, .. } => known_in_checks(cx, value),
        Effect::SetVarFormat { value, .. } => {
            for part in &value.parts {
                if let FormatPart::Sample { sample, .. } = part {
                    known_in_checks(cx, sample);
                }
            }
        }
        _ => {}
    }
    Some(effect)
}

/// The comment that stands with the line it belongs to.
pub fn comment(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<String> {
    let Some(word) = args.take() else {
        cx.missing(args, "the comment", example);
        return None;
    };
    Some(owned(word).value)
}
