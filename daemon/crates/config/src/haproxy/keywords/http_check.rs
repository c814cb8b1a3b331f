//! `http-check connect|send|expect|comment|disable-on-404`.

use super::{check::CheckLines, tcp_check};
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{Expect, ExpectKind, HttpCheck};
use crate::haproxy::section::Section;
use crate::source::{Span, Spanned};
use std::ops::RangeInclusive;

/// A request and what its answer must look like, as far as lines have said.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    pub method: Option<Spanned<String>>,
    pub uri: Option<Spanned<String>>,
    pub version: Option<Spanned<String>>,
    pub headers: Vec<(Spanned<String>, Spanned<String>)>,
    pub body: Option<Spanned<String>>,
    pub expect: Vec<Spanned<Expect>>,
}

impl Exchange {
    pub fn build(&self, span: Span) -> HttpCheck {
        let or = |value: &Option<Spanned<String>>, default: &str| {
            let default = || Spanned::new(default.to_owned(), span);
            value.clone().unwrap_or_else(default)
        };
        HttpCheck {
            method: or(&self.method, "OPTIONS"),
            uri: or(&self.uri, "/"),
            version: or(&self.version, "HTTP/1.0"),
            headers: self.headers.clone(),
            body: self.body.clone(),
            expect: self.expect.clone(),
        }
    }
}

pub fn http_check(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the step", "http-check expect status 200");
    };
    section.check.first_line.get_or_insert(args.keyword);
    // `set-var(check.name)`
    let step = word.text.split('(').next().unwrap_or_default();
    if !cx.known("http-check", step, "http-check step", word.span) {
        return;
    }
    match step {
        "disable-on-404" => section.proxy.options.disable_on_404 = true,
        "send-state" => section.proxy.options.send_state = true,
        "connect" => connect(cx, &mut section.check, args),
        "send" => {
            if let Some(exchange) = sending(cx, &mut section.check, args) {
                send(cx, exchange, args);
            }
        }
        "expect" => {
            let comment = section.check.comment.take();
            if let Some(mut expect) = expect(cx, args) {
                expect.comment = expect.comment.or(comment);
                expected(cx, &mut section.check, Spanned::new(expect, args.line()));
            }
        }
        "comment" => {
            let comment = cx.string(args, "the comment", "http-check comment start-page");
            section.check.comment = comment.map(|comment| comment.value);
        }
        _ => args.skip_all(),
    }
    cx.finish(args, "http-check");
}

/// The steps must make sense in their order: connect, send, expect, and again.
fn out_of_order(cx: &mut Context<'_>, span: Span, message: &str, help: &str) {
    cx.error("haproxy/check-order", span, message.to_owned())
        .suggest(help);
}

fn connect(cx: &mut Context<'_>, lines: &mut CheckLines, args: &mut Args<'_>) {
    let keyword = args.keyword;
    let Some(connect) = tcp_check::connect(cx, args, "http-check connect", &mut None) else {
        return;
    };
    lines.comment = None;
    let said = !lines.only.expect.is_empty() || lines.sent;
    if lines.connections.is_empty() && said {
        let message = "steps with 'http-check connect' must begin with one";
        return out_of_order(
            cx,
            keyword,
            message,
            "write 'http-check connect' before them",
        );
    }
    let last = lines
        .connections
        .last()
        .and_then(|(_, exchange)| exchange.as_ref());
    if last.is_some_and(|exchange| exchange.expect.is_empty()) {
        let message = "the answer to the request before this is not looked at";
        out_of_order(
            cx,
            keyword,
            message,
            "write e.g. 'http-check expect status 200'",
        );
    }
    lines.connections.push((connect, None));
}

/// The request that a `send` line is about.
fn sending<'l>(
    cx: &mut Context<'_>,
    lines: &'l mut CheckLines,
    args: &mut Args<'_>,
) -> Option<&'l mut Exchange> {
    lines.comment = None;
    lines.sent = true;
    let Some((_, exchange)) = lines.connections.last_mut() else {
        return Some(&mut lines.only);
    };
    if exchange.is_some() {
        let message = "one connection carries one request";
        out_of_order(
            cx,
            args.keyword,
            message,
            "write 'http-check connect' before it",
        );
        args.skip_all();
        return None;
    }
    Some(exchange.insert(Exchange::default()))
}

fn expected(cx: &mut Context<'_>, lines: &mut CheckLines, expect: Spanned<Expect>) {
    let exchange = match lines.connections.last_mut() {
        None => Some(&mut lines.only),
        Some((_, exchange)) => exchange.as_mut(),
    };
    match exchange {
        Some(exchange) => exchange.expect.push(expect),
        None => {
            let message = "nothing was asked over this connection";
            out_of_order(
                cx,
                expect.span,
                message,
                "write 'http-check send' before it",
            );
        }
    }
}

fn send(cx: &mut Context<'_>, lines: &mut Exchange, args: &mut Args<'_>) {
    while let Some(word) = args.take() {
        let example = "http-check send meth GET uri /health ver HTTP/1.1 hdr Host www.example.com";
        match word.text.as_ref() {
            "meth" => lines.method = cx.string(args, "the method", example),
            "uri" => lines.uri = cx.string(args, "the URI", example),
            "ver" => lines.version = cx.string(args, "the version", example),
            "body" => lines.body = cx.string(args, "the body", example),
            "hdr" => {
                let name = cx.string(args, "the name of the header", example);
                let value = name
                    .as_ref()
                    .and_then(|_| cx.string(args, "the header's value", example));
                if let (Some(name), Some(value)) = (name, value) {
                    lines.headers.push((name, value));
                }
            }
            "comment" => {
                cx.string(args, "the comment", example);
            }
            _ => cx.bad(
                word,
                "a parameter of 'http-check send'",
                "it takes meth, uri, ver, hdr, body",
            ),
        }
    }
}

fn expect(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Expect> {
    let example = "http-check expect status 200";
    let mut comment = None;
    while let Some(word) = args.peek() {
        if word.text == "comment" {
            args.take();
            comment = cx.string(args, "the comment", example).map(|c| c.value);
            continue;
        }
        // Options that only change how results are logged or counted.
        let two = matches!(
            word.text.as_ref(),
            "min-recv"
                | "ok-status"
                | "error-status"
                | "tout-status"
                | "on-success"
                | "on-error"
                | "status-code"
        );
        if !two {
            break;
        }
        let name = word.text.to_string();
        let message = format!("'{name}' of 'http-check expect' is accepted but has no effect");
        cx.diagnostics.note("haproxy/no-effect", word.span, message);
        args.take();
        args.take();
    }
    let negated = args.take_if("!").is_some();
    let Some(kind) = args.take() else {
        cx.missing(args, "what is expected", example);
        return None;
    };
    let Some(pattern) = args.take() else {
        cx.missing(args, "the pattern", example);
        return None;
    };
    let text = owned(pattern).value;
    let kind = match kind.text.as_ref() {
        "status" => ExpectKind::Status(statuses(cx, pattern)?),
        "rstatus" => ExpectKind::StatusRegex(cx.regex(pattern)?),
        "string" => ExpectKind::Text(text),
        "rstring" => ExpectKind::BodyRegex(cx.regex(pattern)?),
        _ => {
            cx.bad(
                kind,
                "something to expect",
                "write status, rstatus, string or rstring",
            );
            return None;
        }
    };
    cx.finish(args, "http-check expect");
    Some(Expect {
        negated,
        kind,
        comment,
    })
}

/// `200,204,300-399`
fn statuses(
    cx: &mut Context<'_>,
    word: &crate::haproxy::lexer::Word<'_>,
) -> Option<Vec<RangeInclusive<u16>>> {
    let mut ranges = Vec::new();
    for part in word.text.split(',') {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        match (low.parse(), high.parse()) {
            (Ok(low), Ok(high)) if low >= 100 && low <= high && high <= 999 => {
                ranges.push(low..=high);
            }
            _ => {
                cx.bad(
                    word,
                    "a list of statuses",
                    "write e.g. 200 or 200-399 or 200,204",
                );
                return None;
            }
        }
    }
    Some(ranges)
}
