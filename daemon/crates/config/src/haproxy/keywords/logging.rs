//! `log`, `log-tag`, `log-format`.

use crate::haproxy::address;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Facility, Level, LogFormat, LogLine, LogSink, LogTarget};
use crate::haproxy::section::Section;
use crate::source::Spanned;
use crate::suggest::nearest;
use std::net::SocketAddr;

pub fn keyword(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    match keyword {
        "log-tag" => section.proxy.log_tag = cx.string(args, "the tag", "log-tag web"),
        "log-format" => {
            if let Some(text) = args.take_text() {
                section.proxy.log_format = LogFormat::Custom(cx.format(&text));
            } else {
                cx.missing(args, "the format", "log-format \"%ci:%cp %HM %HU %ST\"");
            }
        }
        "log-format-sd" | "error-log-format" => {
            let Some(text) = args.take_text() else {
                return cx.missing(args, "the format", "log-format-sd \"[x@1 id=\\\"%ID\\\"]\"");
            };
            let format = Some(cx.format(&text));
            if keyword == "log-format-sd" {
                section.proxy.log_format_sd = format;
            } else {
                section.proxy.error_log_format = format;
            }
        }
        _ if args.take_if("global").is_some() => section.proxy.logs.push(LogLine::Global),
        _ => {
            if let Some(target) = log_target(cx, args) {
                section.proxy.logs.push(LogLine::Target(target));
            }
        }
    }
    cx.finish(args, keyword);
}

/// `ADDRESS [len N] [format F] [sample …] FACILITY [MAXLEVEL [MINLEVEL]]`
pub fn log_target(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<LogTarget> {
    let example = "log 127.0.0.1:514 local0 info";
    let Some(word) = args.take() else {
        cx.missing(args, "the address", example);
        return None;
    };
    let sink = sink(cx, word)?;
    let mut len = None;
    let mut format = None;
    loop {
        match args.peek_text() {
            Some("len") => {
                args.take();
                len = cx.number(
                    args,
                    80..=65535,
                    "the length",
                    "log 127.0.0.1 len 2048 local0",
                );
            }
            Some("format") => {
                args.take();
                format = log_form(cx, args);
            }
            Some("sample") => {
                let word = args.take()?;
                args.take();
                let message = "'sample' of 'log' is accepted but has no effect: all lines are sent";
                cx.diagnostics.note("haproxy/no-effect", word.span, message);
            }
            _ => break,
        }
    }
    let Some(word) = args.take() else {
        cx.missing(args, "the facility", example);
        return None;
    };
    let facility = facility(&word.text);
    if facility.is_none() {
        let names = FACILITIES.map(|(name, _)| name);
        let help = nearest(&word.text, names).map_or_else(
            || format!("one of {}", names.join(", ")),
            |n| format!("did you mean '{n}'?"),
        );
        cx.bad(word, "a facility", &help);
    }
    let max_level = level_or(cx, args, Level::Debug);
    let min_level = level_or(cx, args, Level::Emerg);
    Some(LogTarget {
        sink,
        len,
        format,
        facility: facility?,
        max_level,
        min_level,
    })
}

fn log_form(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<String>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the format", "log 127.0.0.1 format rfc5424 local0");
        return None;
    };
    let forms = [
        "rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw",
    ];
    if !forms.contains(&word.text.as_ref()) {
        cx.bad(
            word,
            "a log format",
            &format!("one of {}", forms.join(", ")),
        );
        return None;
    }
    Some(owned(word))
}

fn level_or(cx: &mut Context<'_>, args: &mut Args<'_>, default: Level) -> Level {
    let Some(word) = args.take() else {
        return default;
    };
    let level = level(&word.text);
    if level.is_none() {
        cx.bad(
            word,
            "a level",
            &format!("one of {}", LEVELS.map(|(name, _)| name).join(", ")),
        );
    }
    level.unwrap_or(default)
}

fn sink(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<LogSink>> {
    let text = address::expand(cx, word);
    let sink = match text.as_ref() {
        "stdout" => Some(LogSink::Stdout),
        "stderr" => Some(LogSink::Stderr),
        text => {
            let split = address::split(text);
            match split.prefix {
                Some("unix" | "abns") => Some(LogSink::Unix(split.host.to_owned())),
                Some("fd") => split.host.parse().ok().map(LogSink::Fd),
                Some("ring") => Some(LogSink::Ring(split.host.to_owned())),
                _ => network_sink(text, &split),
            }
        }
    };
    if sink.is_none() {
        cx.bad(
            word,
            "a log address",
            "write an address, ADDRESS:PORT, /dev/log or stdout",
        );
    }
    let undone = match &sink {
        Some(LogSink::UdpName(name, _)) => Some(format!(
            "'{name}' is not looked up, so nothing is logged there"
        )),
        Some(LogSink::Fd(_)) => Some("nothing is logged to inherited descriptors".to_owned()),
        Some(LogSink::Ring(_)) => Some("rings are not kept, so nothing is logged".to_owned()),
        _ => None,
    };
    if let Some(message) = undone {
        cx.warning("haproxy/not-done", word.span, message)
            .suggest("write an address, /dev/log or stdout");
    }
    sink.map(|sink| Spanned::new(sink, word.span))
}

/// 514 unless a port is written.
fn network_sink(text: &str, split: &address::Split<'_>) -> Option<LogSink> {
    if let Ok(ip) = text.parse() {
        return Some(LogSink::Udp(SocketAddr::new(ip, 514)));
    }
    let port = match split.port {
        None | Some("") => 514,
        Some(port) => port.parse().ok().filter(|port| *port > 0)?,
    };
    // The name of the machine itself needs no look-up (RFC 6761, 6.3).
    let host = if split.host == "localhost" {
        "127.0.0.1"
    } else {
        split.host
    };
    match host.parse() {
        Ok(ip) => Some(LogSink::Udp(SocketAddr::new(ip, port))),
        Err(_) if address::is_host_name(split.host) => {
            Some(LogSink::UdpName(split.host.to_owned(), port))
        }
        Err(_) => None,
    }
}

const FACILITIES: [(&str, Facility); 24] = [
    ("kern", Facility::Kern),
    ("user", Facility::User),
    ("mail", Facility::Mail),
    ("daemon", Facility::Daemon),
    ("auth", Facility::Auth),
    ("syslog", Facility::Syslog),
    ("lpr", Facility::Lpr),
    ("news", Facility::News),
    ("uucp", Facility::Uucp),
    ("cron", Facility::Cron),
    ("auth2", Facility::Auth2),
    ("ftp", Facility::Ftp),
    ("ntp", Facility::Ntp),
    ("audit", Facility::Audit),
    ("alert", Facility::Alert),
    ("cron2", Facility::Cron2),
    ("local0", Facility::Local0),
    ("local1", Facility::Local1),
    ("local2", Facility::Local2),
    ("local3", Facility::Local3),
    ("local4", Facility::Local4),
    ("local5", Facility::Local5),
    ("local6", Facility::Local6),
    ("local7", Facility::Local7),
];

const LEVELS: [(&str, Level); 8] = [
    ("emerg", Level::Emerg),
    ("alert", Level::Alert),
    ("crit", Level::Crit),
    ("err", Level::Err),
    ("warning", Level::Warning),
    ("notice", Level::Notice),
    ("info", Level::Info),
    ("debug", Level::Debug),
];

pub fn facility(name: &str) -> Option<Facility> {
    FACILITIES
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, facility)| facility)
}

pub fn level(name: &str) -> Option<Level> {
    LEVELS
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, level)| level)
}
