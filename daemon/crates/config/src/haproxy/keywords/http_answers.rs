//! Actions that answer by themselves: `deny`, `tarpit`, `return`, and `http-error`.

use super::http_rules::{format, header};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Content, Format, FormatPart, HttpError, Reply, ReturnBody};
use crate::haproxy::section::Section;
use crate::source::Spanned;

/// Statuses for which the proxy has answers of its own.
pub const OWN_STATUSES: [u16; 17] = [
    200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504,
];

/// `deny`, `tarpit`: `[deny_status N | status N]` and what `return` takes.
pub fn denied(cx: &mut Context<'_>, args: &mut Args<'_>, default: u16) -> Option<Reply> {
    reply(
        cx,
        args,
        default,
        "deny",
        "http-request deny deny_status 429",
    )
}

/// `return [status N] [content-type T] [string S | …] [hdr NAME FORMAT]…`
pub fn answer(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Reply> {
    let example = "http-request return status 200 content-type text/plain string ok";
    reply(cx, args, 200, "return", example)
}

/// `http-error status N …`
pub fn http_error(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "http-error status 503 content-type text/plain string sorry";
    if args.peek_text() != Some("status") {
        cx.missing(args, "'status'", example);
        return;
    }
    if let Some(reply) = reply(cx, args, 0, "http-error", example) {
        let Reply {
            status,
            body,
            headers,
        } = reply;
        if !OWN_STATUSES.contains(&status.value) {
            let message = format!("the proxy never answers {} by itself", status.value);
            cx.error("haproxy/bad-value", status.span, message)
                .suggest(one_of_own());
            return;
        }
        section.proxy.error_files.remove(&status.value);
        section.proxy.error_locations.remove(&status.value);
        section
            .proxy
            .http_errors
            .retain(|error| error.status.value != status.value);
        section.proxy.http_errors.push(HttpError {
            status,
            body,
            headers,
        });
    }
}

pub fn one_of_own() -> String {
    let all: Vec<String> = OWN_STATUSES.iter().map(ToString::to_string).collect();
    format!("one of {}", all.join(", "))
}

fn reply(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    default: u16,
    action: &str,
    example: &str,
) -> Option<Reply> {
    let mut status = Spanned::new(default, args.keyword);
    let (mut content_type, mut content, mut headers) = (None, None, Vec::new());
    while let Some(word) = args.peek() {
        let name = word.text.as_ref();
        if matches!(name, "if" | "unless") {
            break;
        }
        args.take();
        match name {
            "deny_status" if action == "deny" => status = deny_status(cx, args)?,
            "status" => status = cx.number(args, 200..=599, "the status", example)?,
            "content-type" => {
                content_type = Some(cx.string(args, "the content type", example)?);
            }
            "hdr" => headers.push(header(cx, args)?),
            _ => match payload(cx, word, args, example)? {
                Some(_) if content.is_some() => {
                    cx.bad(
                        word,
                        "expected here: the answer has its text already",
                        "leave one of them out",
                    );
                    args.skip_all();
                    return None;
                }
                Some(found) => content = Some(found),
                None => {
                    cx.bad(
                        word,
                        &format!("a parameter of '{action}'"),
                        "it takes status, content-type, string, lf-string, file, lf-file, \
                         errorfile, errorfiles, default-errorfiles, hdr",
                    );
                    args.skip_all();
                    return None;
                }
            },
        }
    }
    let typed = content_type.as_ref().is_some_and(|given| !given.is_empty());
    if let Some(text) = content.as_ref().filter(|content| content.needs_type()) {
        if !typed && !text.is_nothing() {
            cx.missing(args, "'content-type' with the type of the text", example);
            return None;
        }
    } else if matches!(content, Some(Content::Own)) && !OWN_STATUSES.contains(&status.value) {
        let message = format!("the proxy has no answer {} of its own", status.value);
        cx.error("haproxy/bad-value", status.span, message)
            .suggest(one_of_own());
        return None;
    }
    let body = match (content, &content_type) {
        (Some(content), _) => Some(ReturnBody {
            content_type,
            content,
        }),
        (None, Some(given)) => {
            let message = "'content-type' has no effect without a text or a file".to_owned();
            cx.warning("haproxy/no-effect", given.span, message)
                .suggest("add 'string TEXT', 'lf-string FORMAT' or 'file PATH'");
            None
        }
        (None, None) => None,
    };
    Some(Reply {
        status,
        body,
        headers,
    })
}

/// Where the body comes from; `Some(None)` when the word is not about that.
#[allow(clippy::option_option)]
fn payload(
    cx: &mut Context<'_>,
    word: &Word<'_>,
    args: &mut Args<'_>,
    example: &str,
) -> Option<Option<Content>> {
    Some(Some(match word.text.as_ref() {
        "string" => {
            let literal = cx.string(args, "the text", example)?;
            let parts = vec![FormatPart::Literal(literal.value.clone())];
            Content::Text(Format {
                parts,
                text: literal,
            })
        }
        "lf-string" => Content::Text(format(cx, args, "the text")?),
        "file" => Content::File(cx.string(args, "the file", example)?),
        "lf-file" => Content::FormatFile(cx.string(args, "the file", example)?),
        "errorfile" => Content::ErrorFile(cx.string(args, "the file", example)?),
        "errorfiles" => Content::Section(cx.string(args, "the section", example)?),
        "default-errorfiles" => Content::Own,
        _ => return Some(None),
    }))
}

fn deny_status(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<u16>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", "http-request deny deny_status 429");
        return None;
    };
    let status = word.text.parse().ok();
    let status = status.filter(|status| OWN_STATUSES.contains(status));
    if status.is_none() {
        cx.bad(word, "a status that the proxy answers with", &one_of_own());
    }
    status.map(|status| Spanned::new(status, word.span))
}
