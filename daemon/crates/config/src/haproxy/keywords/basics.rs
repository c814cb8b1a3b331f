//! Keywords that set one value.

use super::http_answers::{OWN_STATUSES, one_of_own};
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{HttpReuse, Mode, ProxyName};
use crate::haproxy::section::Section;
use crate::source::Spanned;

pub fn keyword(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    let proxy = &mut section.proxy;
    match keyword {
        "mode" => mode(cx, section, args),
        "disabled" => proxy.disabled = true,
        "enabled" => proxy.disabled = false,
        "description" => {
            proxy.description = args.take_text();
            if proxy.description.is_none() {
                cx.missing(args, "the text", "description web site");
            }
        }
        "maxconn" => {
            let value = cx.number(
                args,
                0..=u32::MAX,
                "the number of connections",
                "maxconn 2000",
            );
            // 0 = no limit of its own.
            proxy.maxconn = value.filter(|value| **value > 0);
        }
        "fullconn" => {
            proxy.fullconn = cx.number(args, 1..=u32::MAX, "the load", "fullconn 10000");
        }
        "backlog" => {
            proxy.backlog = cx.number(
                args,
                1..=i32::MAX.unsigned_abs(),
                "the length",
                "backlog 1024",
            );
        }
        "id" => proxy.id = cx.number(args, 1..=i32::MAX.unsigned_abs(), "the id", "id 10"),
        "retries" => {
            let value = cx.number(args, 0..=u32::MAX, "the number of attempts", "retries 3");
            if let Some(value) = value {
                proxy.retries = value;
            }
        }
        "default_backend" => {
            let name = cx.string(args, "the name of a backend", "default_backend web");
            proxy.default_backend = name.map(|name| name.map(ProxyName));
        }
        "http-reuse" => http_reuse(cx, section, args),
        "monitor-uri" => proxy.monitor_uri = cx.filled(args, "the path", "monitor-uri /alive"),
        "source" => {
            proxy.source = cx.source(args, false);
        }
        "rate-limit" => rate_limit(cx, section, args),
        "errorloc" | "errorloc302" => errorloc(cx, section, args, 302),
        "errorloc303" => errorloc(cx, section, args, 303),
        "errorfiles" => errorfiles(cx, section, args),
        _ => errorfile(cx, section, args),
    }
    cx.finish(args, keyword);
}

fn mode(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the mode", "mode http");
    };
    let mode = match word.text.as_ref() {
        "tcp" => Mode::Tcp,
        "http" => Mode::Http,
        _ => return cx.bad(word, "a mode", "write 'mode tcp' or 'mode http'"),
    };
    section.proxy.mode = Spanned::new(mode, word.span);
}

fn http_reuse(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the kind of reuse", "http-reuse safe");
    };
    section.proxy.http_reuse = match word.text.as_ref() {
        "never" => HttpReuse::Never,
        "safe" => HttpReuse::Safe,
        "aggressive" => HttpReuse::Aggressive,
        "always" => HttpReuse::Always,
        _ => {
            return cx.bad(
                word,
                "a kind of reuse",
                "write never, safe, aggressive or always",
            );
        }
    };
}

fn rate_limit(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    if args.take_if("sessions").is_none() {
        return cx.missing(args, "'sessions'", "rate-limit sessions 100");
    }
    let limit = cx.number(
        args,
        0..=u32::MAX,
        "the number of sessions",
        "rate-limit sessions 100",
    );
    section.proxy.rate_limit_sessions = limit.filter(|limit| **limit > 0);
}

/// The status that a line is about, one that the proxy answers with.
fn own_status(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<u16> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", example);
        return None;
    };
    let status = word
        .text
        .parse()
        .ok()
        .filter(|status| OWN_STATUSES.contains(status));
    if status.is_none() {
        cx.bad(word, "a status that the proxy answers with", &one_of_own());
        args.skip_all();
    }
    status
}

fn errorloc(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>, code: u16) {
    let example = "errorloc 503 http://sorry.example.com/";
    let Some(status) = own_status(cx, args, example) else {
        return;
    };
    if let Some(url) = cx.string(args, "the URL", example) {
        section.proxy.error_files.remove(&status);
        section.proxy.error_locations.insert(status, (code, url));
    }
}

fn errorfile(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "errorfile 503 /etc/haproxy/errors/503.http";
    let Some(status) = own_status(cx, args, example) else {
        return;
    };
    let Some(file) = args.take() else {
        return cx.missing(args, "the file", example);
    };
    section.proxy.error_locations.remove(&status);
    section.proxy.error_files.insert(status, owned(file));
}

/// `errorfiles NAME [STATUS…]`
fn errorfiles(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(name) = cx.string(args, "the name of a section", "errorfiles site 403 503") else {
        return;
    };
    let mut statuses = Vec::new();
    while let Some(word) = args.take() {
        if let Some(status) = cx.number_word(word, 200..=599) {
            statuses.push(status.value);
        }
    }
    section.proxy.error_sections.push((name, statuses));
}
