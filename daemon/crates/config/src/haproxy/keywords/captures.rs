//! What logs are to show of requests: `capture`, `declare capture`, `unique-id-…`; and `monitor`.

use super::http_rules::format;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::Capture;
use crate::haproxy::section::Section;
use crate::source::Spanned;

/// `capture request|response header NAME len N`, `capture cookie NAME len N`
pub fn capture(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "capture request header Host len 64";
    let Some(word) = args.take() else {
        return cx.missing(args, "'request', 'response' or 'cookie'", example);
    };
    match word.text.as_ref() {
        "cookie" => section.proxy.cookie_capture = named(cx, args, "capture cookie sid= len 32"),
        side @ ("request" | "response") => {
            if args.take_if("header").is_none() {
                return cx.missing(args, "'header'", example);
            }
            let Some(capture) = named(cx, args, example) else {
                return;
            };
            if side == "request" {
                section.proxy.request_captures.push(capture);
            } else {
                section.proxy.response_captures.push(capture);
            }
        }
        _ => cx.bad(
            word,
            "something to capture",
            "write request, response or cookie",
        ),
    }
}

fn named(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<Capture> {
    let name = cx.string(args, "the name", example)?;
    let len = length(cx, args, example)?;
    Some(Capture { name, len })
}

fn length(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<u32> {
    if args.take_if("len").is_none() {
        cx.missing(args, "'len'", example);
        return None;
    }
    cx.number(args, 1..=65535, "the length", example)
        .map(|len| len.value)
}

/// `declare capture request|response len N`: a slot that rules fill.
pub fn declare(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "declare capture request len 64";
    if args.take_if("capture").is_none() {
        return cx.missing(args, "'capture'", example);
    }
    let Some(word) = args.take() else {
        return cx.missing(args, "'request' or 'response'", example);
    };
    let slots = match word.text.as_ref() {
        "request" => &mut section.proxy.request_captures,
        "response" => &mut section.proxy.response_captures,
        _ => return cx.bad(word, "a side", "write request or response"),
    };
    if let Some(len) = length(cx, args, example) {
        slots.push(Capture {
            name: Spanned::new(String::new(), word.span),
            len,
        });
    }
}

pub fn unique_id(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    if keyword == "unique-id-header" {
        let name = cx.filled(
            args,
            "the name of the header",
            "unique-id-header X-Request-ID",
        );
        section.proxy.unique_id_header = name;
    } else {
        section.proxy.unique_id_format = format(cx, args, "the format");
    }
}

/// `monitor fail if COND`
pub fn monitor(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "monitor fail if { nbsrv(web) lt 1 }";
    if args.take_if("fail").is_none() {
        return cx.missing(args, "'fail'", example);
    }
    match cx.condition(section, args, "monitor fail").into_rule() {
        Some(Some(condition)) => section.proxy.monitor_fail.push(condition),
        Some(None) => cx.missing(args, "the condition", example),
        None => {}
    }
}
