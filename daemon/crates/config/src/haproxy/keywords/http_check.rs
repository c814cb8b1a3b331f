//! `http-check connect|send|expect|set-var|comment|disable-on-404|send-state`.

use super::check::Exchange;
use super::check_text::{self, fixed, format};
use super::{check_connect, check_expect};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{CheckAction, CheckText};
use crate::haproxy::section::Section;
use crate::source::Span;

pub fn http_check(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the step", "http-check expect status 200");
    };
    // `set-var(check.name)`
    let step = word.text.split('(').next().unwrap_or_default();
    let is_switch = matches!(step, "disable-on-404" | "send-state");
    let lines = &mut section.check.http;
    if is_switch {
        lines.first.get_or_insert(args.keyword);
    } else {
        lines.begin(args.keyword);
    }
    if !cx.known("http-check", step, "http-check step", word.span) {
        return;
    }
    match step {
        "disable-on-404" => section.proxy.options.disable_on_404 = true,
        "send-state" => section.proxy.options.send_state = true,
        "connect" => connect(cx, section, args),
        "send" => send(cx, section, args),
        "expect" => expect(cx, section, args),
        "comment" => {
            let comment = check_text::comment(cx, args, "http-check comment start-page");
            section.check.http.comment(comment);
        }
        _ => {
            let effect = check_text::variable(cx, section, step, args);
            if effect.is_none() {
                args.skip_all();
            }
            let effect = effect.map(CheckAction::Effect);
            section.check.http.push(effect, None);
        }
    }
    cx.finish(args, "http-check");
}

/// The steps must make sense in their order: connect, send, expect, and again.
fn out_of_order(cx: &mut Context<'_>, span: Span, message: &str, help: &str) {
    cx.error("haproxy/check-order", span, message.to_owned())
        .suggest(help);
}

fn connect(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let keyword = args.keyword;
    let mut comment = None;
    let connect = check_connect::connect(cx, args, "http-check connect", &mut comment);
    let before = section.check.http.connection();
    if !before.opened && (before.sent || before.expected) {
        let message = "steps with 'http-check connect' must begin with one";
        let help = "write 'http-check connect' before them";
        return out_of_order(cx, keyword, message, help);
    }
    if before.unanswered {
        let message = "the answer to the request before this is not looked at";
        let help = "write e.g. 'http-check expect status 200'";
        out_of_order(cx, keyword, message, help);
    }
    let connect = connect.map(CheckAction::Connect);
    section.check.http.push(connect, comment);
}

fn expect(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let line = args.line();
    let mut comment = None;
    let expect = check_expect::expect(cx, args, &mut comment, true);
    let before = section.check.http.connection();
    if expect.is_none() {
        args.skip_all();
    } else if before.opened && !before.sent {
        let message = "nothing was asked over this connection";
        return out_of_order(cx, line, message, "write 'http-check send' before it");
    }
    let expect = expect.map(|expect| CheckAction::Expect(Box::new(expect)));
    section.check.http.push(expect, comment);
}

fn send(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let before = section.check.http.connection();
    let help = "write 'http-check connect' before it";
    if before.sent {
        let message = "one connection carries one request";
        out_of_order(cx, args.keyword, message, help);
    } else if before.expected {
        let message = "the answer to this request was looked at before it is sent";
        let help = "write it before 'http-check expect', or 'http-check connect' between them";
        out_of_order(cx, args.keyword, message, help);
    }
    let mut comment = None;
    let exchange = exchange(cx, args, &mut comment);
    section.check.http.push_send(exchange, comment);
}

fn exchange(cx: &mut Context<'_>, args: &mut Args<'_>, comment: &mut Option<String>) -> Exchange {
    let example = "http-check send meth GET uri /health ver HTTP/1.1 hdr Host www.example.com";
    let mut exchange = Exchange::default();
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "meth" => exchange.method = cx.string(args, "the method", example),
            "uri" => exchange.uri = fixed(cx, args, "the URI", example),
            "uri-lf" => {
                let format = format(cx, args, "the URI", "http-check send uri-lf /%[srv_name]");
                exchange.uri = format.map(CheckText::Format);
            }
            "ver" => exchange.version = cx.string(args, "the version", example),
            "body" => exchange.body = fixed(cx, args, "the body", example),
            "body-lf" => {
                let format = format(cx, args, "the body", "http-check send body-lf %[be_name]");
                exchange.body = format.map(CheckText::Format);
            }
            "hdr" => {
                let name = cx.string(args, "the name of the header", example);
                let value = name
                    .as_ref()
                    .and_then(|_| format(cx, args, "the header's value", example));
                exchange.headers.extend(name.zip(value));
            }
            "comment" => *comment = check_text::comment(cx, args, example),
            _ => cx.bad(
                word,
                "a parameter of 'http-check send'",
                "it takes meth, uri, uri-lf, ver, hdr, body, body-lf, comment",
            ),
        }
    }
    exchange
}
