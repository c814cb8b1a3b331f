//! `tcp-check connect|send|send-binary|expect|comment`.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{
    CheckAction, CheckConnect, CheckStep, ContentExpect, ExpectedContent, Host, ServerAddress,
    ServerPort,
};
use crate::haproxy::section::Section;
use std::net::SocketAddr;

const EXPECT: &str = "tcp-check expect string +PONG";
const CONNECT: &str = "tcp-check connect port 6379";
/// Codes that `ok-status`, `error-status` and `tout-status` take.
const OK: [&str; 4] = ["L7OK", "L7OKC", "L6OK", "L4OK"];
const ERROR: [&str; 4] = ["L7RSP", "L7STS", "L6RSP", "L4CON"];
const TIMEOUT: [&str; 3] = ["L7TOUT", "L6TOUT", "L4TOUT"];

pub fn tcp_check(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the step", "tcp-check connect");
    };
    section.check.first_step.get_or_insert(args.keyword);
    // `set-var(check.name)`
    let step = word.text.split('(').next().unwrap_or_default();
    if !cx.known("tcp-check", step, "tcp-check step", word.span) {
        return;
    }
    let mut comment = None;
    let action = match word.text.as_ref() {
        "connect" => connect(cx, args, "tcp-check connect", &mut comment).map(CheckAction::Connect),
        "send" => {
            let data = cx.string(args, "the text", "tcp-check send PING\\r\\n");
            data.map(|data| CheckAction::Send(data.value.into_bytes()))
        }
        "send-binary" => match args.take() {
            Some(word) => hexadecimal(cx, word).map(CheckAction::Send),
            None => {
                cx.missing(args, "the bytes", "tcp-check send-binary 50494e470d0a");
                None
            }
        },
        "expect" => expect(cx, args, &mut comment).map(|e| CheckAction::Expect(Box::new(e))),
        "comment" => {
            comment = cx.string(args, "the comment", "tcp-check comment opening");
            Some(CheckAction::Nothing)
        }
        _ => {
            args.skip_all();
            None
        }
    };
    if args.take_if("comment").is_some() {
        comment = cx.string(args, "the comment", "comment 'asks for the role'");
    }
    cx.finish(args, "tcp-check");
    if let Some(action) = action {
        let comment = comment.map(|comment| comment.value);
        section.check.steps.push(CheckStep { action, comment });
    }
}

/// What stands behind `tcp-check connect` or `http-check connect`, which is named in messages.
pub fn connect(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    keyword: &str,
    comment: &mut Option<crate::source::Spanned<String>>,
) -> Option<CheckConnect> {
    let mut connect = CheckConnect::default();
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "default" => {}
            "port" => connect.port = Some(*cx.number(args, 1..=65535, "the port", CONNECT)?),
            "addr" => {
                let Some(word) = args.take() else {
                    cx.missing(args, "the address", "tcp-check connect addr 10.0.0.9:6379");
                    return None;
                };
                connect.address = Some(address(cx, word)?);
            }
            "send-proxy" => connect.send_proxy = true,
            "linger" => connect.linger = true,
            "comment" => *comment = cx.string(args, "the comment", CONNECT),
            "ssl" | "sni" | "alpn" | "via-socks4" | "proto" => {
                let what = format!("'{}' of '{keyword}'", word.text);
                let severity = cx.refusal_severity();
                let message = format!("{what} is not supported yet");
                cx.diagnostics
                    .add(severity, "haproxy/not-yet", word.span, message)
                    .suggest("check the port without TLS, or with 'option ssl-hello-chk'");
                if matches!(word.text.as_ref(), "sni" | "alpn" | "proto") {
                    args.take();
                }
            }
            _ => {
                cx.bad(
                    word,
                    &format!("a parameter of '{keyword}'"),
                    "it takes port, addr, send-proxy, linger, comment",
                );
                args.skip_all();
                return None;
            }
        }
    }
    Some(connect)
}

/// An address that needs no name server: checks may not depend on one.
fn address(cx: &mut Context<'_>, word: &Word<'_>) -> Option<SocketAddr> {
    match cx.server_address(word)?.value {
        ServerAddress::Tcp {
            host: Host::Ip(ip),
            port,
        } => {
            let port = if let ServerPort::Fixed(port) = port {
                port
            } else {
                0
            };
            Some(SocketAddr::new(ip, port))
        }
        _ => {
            cx.bad(word, "an IP address", "write e.g. addr 10.0.0.9:6379");
            None
        }
    }
}

fn expect(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    comment: &mut Option<crate::source::Spanned<String>>,
) -> Option<ContentExpect> {
    let mut expect = ContentExpect {
        negated: false,
        content: ExpectedContent::Text(String::new()),
        min_recv: 0,
        ok_status: None,
        error_status: None,
        timeout_status: None,
        on_success: None,
        on_error: None,
    };
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "min-recv" => {
                let count = cx.number(args, -1..=65_536_i64, "the number of bytes", EXPECT)?;
                expect.min_recv = usize::try_from(count.value).unwrap_or(0);
            }
            "comment" => *comment = cx.string(args, "the comment", EXPECT),
            "ok-status" => expect.ok_status = Some(status(cx, args, &OK)?),
            "error-status" => expect.error_status = Some(status(cx, args, &ERROR)?),
            "tout-status" => expect.timeout_status = Some(status(cx, args, &TIMEOUT)?),
            "on-success" => expect.on_success = Some(plain(cx, args)?),
            "on-error" => expect.on_error = Some(plain(cx, args)?),
            "!" => expect.negated = true,
            _ => {
                expect.content = content(cx, word, args)?;
                return Some(expect);
            }
        }
    }
    cx.missing(args, "what is expected", EXPECT);
    None
}

fn content(cx: &mut Context<'_>, kind: &Word<'_>, args: &mut Args<'_>) -> Option<ExpectedContent> {
    if !matches!(
        kind.text.as_ref(),
        "string" | "rstring" | "binary" | "rbinary"
    ) {
        cx.bad(
            kind,
            "something to expect",
            "write string, rstring, binary or rbinary",
        );
        args.skip_all();
        return None;
    }
    let Some(pattern) = args.take() else {
        cx.missing(args, "the pattern", EXPECT);
        return None;
    };
    Some(match kind.text.as_ref() {
        "string" => ExpectedContent::Text(pattern.text.to_string()),
        "binary" => ExpectedContent::Binary(hexadecimal(cx, pattern)?),
        "rstring" => ExpectedContent::Regex(cx.regex(pattern)?),
        _ => ExpectedContent::BinaryRegex(cx.regex(pattern)?),
    })
}

fn status(cx: &mut Context<'_>, args: &mut Args<'_>, known: &[&str]) -> Option<String> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", EXPECT);
        return None;
    };
    if known.contains(&word.text.as_ref()) {
        return Some(word.text.to_string());
    }
    cx.bad(
        word,
        "a status that fits here",
        &format!("write one of {}", known.join(", ")),
    );
    args.skip_all();
    None
}

/// A text of the log without expressions in it.
fn plain(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<String> {
    let text = cx.string(args, "the text", "on-error 'no master'")?;
    if text.value.contains("%[") {
        let severity = cx.refusal_severity();
        let message = "expressions in results of checks are not supported yet".to_owned();
        cx.diagnostics
            .add(severity, "haproxy/not-yet", text.span, message)
            .suggest("write the text without '%[…]'");
    }
    Some(text.value)
}

fn hexadecimal(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = word
        .text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 && !digits.is_empty() => Some(
            digits
                .chunks(2)
                .map(|pair| pair[0] << 4 | pair[1])
                .collect(),
        ),
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
