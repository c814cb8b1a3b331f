//! Actions that answer by themselves: `deny`, `tarpit`, `return`.

use super::http_rules::{Side, format, header};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Format, FormatPart, HttpAction, ReturnBody};
use crate::source::Spanned;

/// Statuses for which the proxy has answers of its own.
const DENY: [u16; 17] = [
    200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504,
];

pub fn denied(cx: &mut Context<'_>, args: &mut Args<'_>, side: Side) -> Option<Spanned<u16>> {
    denied_or(cx, args, if side == Side::Request { 403 } else { 502 })
}

/// `[deny_status N | status N]`; what `return` takes as well is not read yet.
pub fn denied_or(cx: &mut Context<'_>, args: &mut Args<'_>, default: u16) -> Option<Spanned<u16>> {
    let mut found = Spanned::new(default, args.keyword);
    if args
        .take_if("deny_status")
        .or_else(|| args.take_if("status"))
        .is_some()
    {
        found = deny_status(cx, args)?;
    }
    let extra = args.peek().filter(|word| {
        matches!(
            word.text.as_ref(),
            "content-type"
                | "errorfile"
                | "errorfiles"
                | "default-errorfiles"
                | "file"
                | "lf-file"
                | "string"
                | "lf-string"
                | "hdr"
        )
    });
    if let Some(word) = extra {
        not_yet(cx, word, "a denial");
        args.skip_all();
        return None;
    }
    Some(found)
}

fn deny_status(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<u16>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", "http-request deny deny_status 429");
        return None;
    };
    let status = word
        .text
        .parse()
        .ok()
        .filter(|status| DENY.contains(status));
    if status.is_none() {
        let all: Vec<String> = DENY.iter().map(ToString::to_string).collect();
        cx.bad(
            word,
            "a status that the proxy answers with",
            &format!("one of {}", all.join(", ")),
        );
    }
    status.map(|status| Spanned::new(status, word.span))
}

fn not_yet(cx: &mut Context<'_>, word: &Word<'_>, of: &str) {
    let severity = cx.refusal_severity();
    let message = format!("'{}' of {of} is not supported yet", word.text);
    cx.diagnostics
        .add(severity, "haproxy/not-yet", word.span, message)
        .suggest("use 'return' with 'string'");
}

/// `return [status N] [content-type T] [string S | lf-string F] [hdr NAME FORMAT]…`
pub fn answer(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<HttpAction> {
    let example = "http-request return status 200 content-type text/plain string ok";
    let mut status = Spanned::new(200, args.keyword);
    let (mut content_type, mut text, mut headers) = (None, None, Vec::new());
    while let Some(word) = args.peek() {
        match word.text.as_ref() {
            "if" | "unless" => break,
            "status" => {
                args.take();
                status = cx.number(args, 200..=599, "the status", example)?;
            }
            "content-type" => {
                args.take();
                content_type = Some(cx.string(args, "the content type", example)?);
            }
            "string" => {
                args.take();
                let literal = cx.string(args, "the text", example)?;
                let parts = vec![FormatPart::Literal(literal.value.clone())];
                text = Some(Format {
                    parts,
                    text: literal,
                });
            }
            "lf-string" => {
                args.take();
                text = Some(format(cx, args, "the text")?);
            }
            "hdr" => {
                args.take();
                headers.push(header(cx, args)?);
            }
            "file" | "lf-file" | "errorfile" | "errorfiles" | "default-errorfiles" => {
                not_yet(cx, word, "'return'");
                args.skip_all();
                return None;
            }
            _ => {
                cx.bad(
                    word,
                    "a parameter of 'return'",
                    "it takes status, content-type, string, lf-string, hdr",
                );
                args.skip_all();
                return None;
            }
        }
    }
    let body = text.map(|text| ReturnBody { content_type, text });
    Some(HttpAction::Return {
        status,
        body,
        headers,
    })
}
