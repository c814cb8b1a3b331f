//! Keywords of `defaults`, `frontend`, `listen` and `backend`: one file for each family.

mod accepted;
mod balance;
mod basics;
pub mod bind;
mod capture;
mod captures;
mod check;
mod check_connect;
mod check_expect;
mod check_lines;
mod check_text;
mod cookie;
mod destination;
mod effects;
mod email_alert;
mod exchange;
mod external_check;
mod h2;
mod header_name;
mod http_answers;
mod http_check;
mod http_rules;
mod idle;
mod log_sink;
mod log_target;
mod logging;
mod normalize;
mod options;
mod protocol_check;
mod proxy_v2;
mod redirect;
mod resolving;
mod retry;
mod routing;
mod server;
pub mod server_words;
mod service;
mod set_variable;
mod stats;
pub mod stick;
mod tcp_check;
mod tcp_rules;
mod timeouts;
mod watching;

pub use check::CheckLines;
pub use h2::tune as h2_tuning;
pub use http_answers::OWN_STATUSES;
pub use log_sink::stream_address;
pub use log_target::{log_form, log_target};
pub use set_variable::process_variable;

use super::args::Args;
use super::context::Context;
use super::moment;
use super::section::Section;
use crate::registry::{self, Places};

/// Reads one line of a proxy section.
pub fn keyword(cx: &mut Context<'_>, section: &mut Section, mut args: Args<'_>) {
    let Some(keyword) = args.keyword_text() else {
        return;
    };
    if matches!(keyword, "no" | "default") {
        return negated(cx, section, keyword, &mut args);
    }
    if !allowed(cx, section, keyword, &args) {
        return;
    }
    cx.moments = moment::of_line(section, keyword, &args);
    let args = &mut args;
    match keyword {
        "mode" | "disabled" | "enabled" | "description" | "maxconn" | "fullconn" | "backlog"
        | "id" | "retries" | "default_backend" | "http-reuse" | "errorfile" | "errorloc"
        | "errorloc302" | "errorloc303" | "errorfiles" | "monitor-uri" | "rate-limit"
        | "source" => {
            basics::keyword(cx, section, keyword, args);
        }
        "timeout" => timeouts::timeout(cx, section, args),
        "option" => options::option(cx, section, args, true),
        "log" | "log-tag" | "log-format" | "log-format-sd" | "error-log-format" => {
            logging::keyword(cx, section, keyword, args);
        }
        "capture" | "declare" | "unique-id-format" | "unique-id-header" | "monitor" => {
            match keyword {
                "capture" => captures::capture(cx, section, args),
                "declare" => captures::declare(cx, section, args),
                "monitor" => captures::monitor(cx, section, args),
                _ => captures::unique_id(cx, section, keyword, args),
            }
            cx.finish(args, keyword);
        }
        "http-error" => {
            http_answers::http_error(cx, section, args);
            cx.finish(args, keyword);
        }
        "stick-table" => {
            stick::table(cx, section, args);
            cx.finish(args, keyword);
        }
        "stick" => stick::stick(cx, section, args),
        "bind" => bind::bind(cx, section, args),
        "balance" | "hash-type" | "hash-balance-factor" => {
            balance::keyword(cx, section, keyword, args);
        }
        "dispatch" => destination::dispatch(cx, section, args),
        "server" => server::server(cx, section, args),
        "server-template" => server::template(cx, section, args),
        "default-server" => server::default_server(cx, section, args),
        "http-check" => http_check::http_check(cx, section, args),
        "tcp-check" => tcp_check::tcp_check(cx, section, args),
        "external-check" => external_check::line(cx, section, args),
        "acl" => cx.acl_line(section, args),
        "http-request" => http_rules::rule(cx, section, args, http_rules::Side::Request),
        "http-response" => http_rules::rule(cx, section, args, http_rules::Side::Response),
        "http-after-response" => http_rules::rule(cx, section, args, http_rules::Side::After),
        "redirect" => http_rules::bare_redirect(cx, section, args),
        "use_backend" => routing::use_backend(cx, section, args),
        "use-server" => routing::use_server(cx, section, args),
        "persist" => routing::persist(cx, section, args),
        "ignore-persist" | "force-persist" => {
            routing::persistence(cx, section, keyword, args);
        }
        "tcp-request" | "tcp-response" => tcp_rules::rule(cx, section, keyword, args),
        "cookie" => cookie::cookie(cx, section, args),
        "dynamic-cookie-key" => cookie::key(cx, section, args),
        "retry-on" => retry::retry_on(cx, section, args),
        "stats" => stats::stats(cx, section, args),
        "email-alert" => email_alert::email_alert(cx, section, args),
        // Known, and its status has been said: accepted without effect, or refused.
        _ => accepted::line(cx, keyword, args),
    }
}

/// What the original passes over with a warning where it does not belong.
const PASSED_OVER: [&str; 19] = [
    "balance",
    "bind",
    "capture",
    "cookie",
    "default_backend",
    "external-check",
    "fullconn",
    "hash-balance-factor",
    "hash-type",
    "http-check",
    "http-reuse",
    "log-format",
    "monitor",
    "monitor-uri",
    "retries",
    "stick",
    "tcp-check",
    "unique-id-format",
    "use_backend",
];

/// What only a `defaults` section with a name hands on (configuration manual, 4).
const RULES: [&str; 6] = [
    "acl",
    "http-after-response",
    "http-request",
    "http-response",
    "tcp-request",
    "tcp-response",
];

/// Whether the keyword exists and may stand in this kind of section; says what is wrong.
fn allowed(cx: &mut Context<'_>, section: &Section, keyword: &str, args: &Args<'_>) -> bool {
    let Some(entry) = registry::haproxy().find("proxy", keyword) else {
        unknown(cx, section, keyword, args);
        return false;
    };
    if !entry.places.allows(section.place) {
        let here = section.place.names().first().copied().unwrap_or("");
        let there = entry.places.names().join(", ");
        if PASSED_OVER.contains(&keyword) && section.place != Places::DEFAULTS {
            let message = format!("'{keyword}' has no effect in a '{here}' section");
            cx.warning("haproxy/wrong-section", args.keyword, message)
                .suggest(format!("it belongs into: {there}"));
            return false;
        }
        let message = format!("'{keyword}' is not allowed in a '{here}' section");
        cx.error("haproxy/wrong-section", args.keyword, message)
            .suggest(format!("it belongs into: {there}"));
        return false;
    }
    if RULES.contains(&keyword) && section.is_defaults() && section.proxy.name.0.is_empty() {
        let message = format!("'{keyword}' is not allowed in a 'defaults' section without a name");
        cx.error("haproxy/wrong-section", args.keyword, message)
            .suggest("write 'defaults NAME', and 'from NAME' behind the sections that have it");
        return false;
    }
    cx.known("proxy", keyword, "keyword", args.keyword)
}

/// An unknown keyword may be a parameter of another line, or a slip.
fn unknown(cx: &mut Context<'_>, section: &Section, keyword: &str, args: &Args<'_>) {
    let what = format!("keyword in section {}", section.title());
    let table = registry::haproxy();
    if table.knows(keyword) && cx.suggestion("proxy", keyword).is_none() {
        let groups: Vec<&str> = table
            .groups_of(keyword)
            .filter(|group| matches!(*group, "bind" | "server" | "option" | "timeout" | "global"))
            .collect();
        if let Some(group) = groups.first() {
            let message = format!("unknown {what}: '{keyword}'");
            let help = match *group {
                "global" => format!("'{keyword}' belongs into the section 'global'"),
                "option" | "timeout" => format!("write '{group} {keyword}'"),
                group => format!("'{keyword}' is a parameter of a '{group}' line"),
            };
            let severity = cx.refusal_severity();
            cx.diagnostics
                .add(severity, "haproxy/unknown-keyword", args.keyword, message)
                .suggest(help);
            return;
        }
    }
    cx.unknown("proxy", keyword, "keyword", args.keyword);
}

/// `no option X`, `no log`, `default option X`.
fn negated(cx: &mut Context<'_>, section: &mut Section, prefix: &str, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        cx.missing(
            args,
            &format!("what '{prefix}' is about"),
            "no option httpclose",
        );
        return;
    };
    match word.text.as_ref() {
        "option" => options::option(cx, section, args, false),
        "log" if prefix == "no" => {
            section.proxy.logs.clear();
            cx.finish(args, "no log");
        }
        other => {
            let message = format!("'{prefix}' does not go with '{other}'");
            cx.error("haproxy/bad-negation", word.span, message)
                .suggest("write 'no option …' or 'no log'");
        }
    }
}
