//! `log`, `log-tag`, `log-format`.

use super::log_target::log_target;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Facility, Level, LogFormat, LogLine};
use crate::haproxy::section::Section;

pub fn keyword(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    match keyword {
        "log-tag" => section.proxy.log_tag = cx.filled(args, "the tag", "log-tag web"),
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

pub const FACILITIES: [(&str, Facility); 24] = [
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

pub const LEVELS: [(&str, Level); 8] = [
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
