//! `option httpchk`, `http-check …`, and what the lines about checks come to.

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{CheckProtocol, CheckStep, Expect, ExpectKind, HealthCheck, HttpCheck};
use crate::haproxy::section::Section;
use crate::source::{Span, Spanned};
use std::ops::RangeInclusive;

/// What the lines about checks have said so far.
#[derive(Debug, Clone, Default)]
pub struct CheckLines {
    /// `option httpchk`, where it stands.
    pub httpchk: Option<Span>,
    method: Option<Spanned<String>>,
    uri: Option<Spanned<String>>,
    version: Option<Spanned<String>>,
    headers: Vec<(Spanned<String>, Spanned<String>)>,
    body: Option<Spanned<String>>,
    expect: Vec<Spanned<Expect>>,
    /// The first `http-check` line, to say when it has no effect.
    pub first_line: Option<Span>,
    /// `option tcp-check`, where it stands.
    pub tcp_check: Option<Span>,
    pub steps: Vec<CheckStep>,
    /// The first `tcp-check` line, to say when it has no effect.
    pub first_step: Option<Span>,
    protocol: Option<Spanned<CheckProtocol>>,
}

impl CheckLines {
    /// The check that the lines ask for.
    pub fn build(&self) -> Spanned<HealthCheck> {
        if let Some(protocol) = &self.protocol {
            return protocol.clone().map(HealthCheck::Protocol);
        }
        if let Some(span) = self.tcp_check.filter(|_| !self.steps.is_empty()) {
            return Spanned::new(HealthCheck::Steps(self.steps.clone()), span);
        }
        let Some(span) = self.httpchk else {
            return Spanned::implied(HealthCheck::Tcp);
        };
        let or = |value: &Option<Spanned<String>>, default: &str| {
            value
                .clone()
                .unwrap_or_else(|| Spanned::new(default.to_owned(), span))
        };
        let check = HttpCheck {
            method: or(&self.method, "OPTIONS"),
            uri: or(&self.uri, "/"),
            version: or(&self.version, "HTTP/1.0"),
            headers: self.headers.clone(),
            body: self.body.clone(),
            expect: self.expect.clone(),
        };
        Spanned::new(HealthCheck::Http(Box::new(check)), span)
    }
}

impl CheckLines {
    /// One kind of check at a time: the last `option` counts.
    pub fn start_over(&mut self) {
        self.httpchk = None;
        self.tcp_check = None;
        self.protocol = None;
    }

    pub fn set_protocol(&mut self, protocol: Spanned<CheckProtocol>) {
        self.start_over();
        self.protocol = Some(protocol);
    }
}

/// `option httpchk [[METHOD] URI [VERSION]]`; old files put headers behind the version.
pub fn httpchk(section: &mut Section, args: &mut Args<'_>, span: Span) {
    let lines = &mut section.check;
    lines.start_over();
    lines.httpchk = Some(span);
    match args.rest().len() {
        0 => {}
        1 => lines.uri = args.take_string(),
        _ => {
            lines.method = args.take_string();
            lines.uri = args.take_string();
            if let Some(version) = args.take() {
                old_headers(lines, version);
            }
        }
    }
}

/// `HTTP/1.1\r\nHost:\ www`: the spelling of version 2.1 and before.
fn old_headers(lines: &mut CheckLines, word: &crate::haproxy::lexer::Word<'_>) {
    let mut parts = word.text.split("\r\n");
    let version = parts.next().unwrap_or("").to_owned();
    lines.version = Some(Spanned::new(version, word.span));
    for header in parts {
        if let Some((name, value)) = header.split_once(':') {
            let name = Spanned::new(name.to_owned(), word.span);
            lines
                .headers
                .push((name, Spanned::new(value.trim().to_owned(), word.span)));
        }
    }
}

/// `option tcp-check`: the connection alone is the check, unless `tcp-check` lines say more.
pub fn tcpchk(section: &mut Section, span: Span) {
    section.check.start_over();
    section.check.tcp_check = Some(span);
}

/// `http-check send …`, `http-check expect …`.
pub fn http_check(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the step", "http-check expect status 200");
    };
    section.check.first_line.get_or_insert(args.keyword);
    if !cx.known("http-check", &word.text, "http-check step", word.span) {
        return;
    }
    match word.text.as_ref() {
        "disable-on-404" => section.proxy.options.disable_on_404 = true,
        "send-state" => section.proxy.options.send_state = true,
        "send" => send(cx, &mut section.check, args),
        "expect" => {
            if let Some(expect) = expect(cx, args) {
                section.check.expect.push(Spanned::new(expect, args.line()));
            }
        }
        _ => {}
    }
    cx.finish(args, "http-check");
}

fn send(cx: &mut Context<'_>, lines: &mut CheckLines, args: &mut Args<'_>) {
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
    while let Some(word) = args.peek() {
        // Options that only change how results are logged or counted.
        let two = matches!(
            word.text.as_ref(),
            "min-recv"
                | "comment"
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
    Some(Expect { negated, kind })
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
