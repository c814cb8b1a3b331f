//! `tcp-request connection|session|content ACTION`, `tcp-request inspect-delay`,
//! `tcp-response content ACTION`.

use super::capture::CaptureSide;
use super::destination::do_resolve;
use super::effects;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{TcpAction, TcpPhase, TcpRule};
use crate::haproxy::section::Section;
use crate::registry::Places;
use crate::source::Spanned;

pub fn rule(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(
            args,
            "the phase",
            "tcp-request connection reject if { src 192.0.2.0/24 }",
        );
    };
    let phase = match (keyword, word.text.as_ref()) {
        ("tcp-request", "connection") => TcpPhase::Connection,
        ("tcp-request", "session") => TcpPhase::Session,
        ("tcp-request", "content") => TcpPhase::RequestContent,
        ("tcp-response", "content") => TcpPhase::ResponseContent,
        (_, "inspect-delay") => {
            cx.known("tcp phase", "inspect-delay", "keyword", args.keyword);
            let delay = cx.time(args, "tcp-request inspect-delay 5s");
            if keyword == "tcp-request" {
                section.proxy.inspect_delay = delay;
            } else {
                section.proxy.response_inspect_delay = delay;
            }
            cx.finish(args, "inspect-delay");
            return;
        }
        _ => {
            cx.bad(
                word,
                "a phase",
                "write connection, session, content or inspect-delay",
            );
            return;
        }
    };
    let group = group_of(phase);
    if comes_too_late(cx, section, phase, group, args) {
        return;
    }
    let Some(word) = args.descend() else {
        return cx.missing(
            args,
            "the action",
            &format!("{group} reject if {{ src 192.0.2.0/24 }}"),
        );
    };
    let name = word.text.split('(').next().unwrap_or("");
    if !cx.known(
        group,
        name,
        &format!("{group} action"),
        word.part(0, name.len()),
    ) {
        return;
    }
    let action = match name {
        "accept" => TcpAction::Accept,
        "reject" => TcpAction::Reject,
        "silent-drop" => TcpAction::SilentDrop,
        "close" => TcpAction::Close,
        "expect-proxy" | "expect-netscaler-cip" => {
            if args.take_if("layer4").is_none() {
                let example = format!("tcp-request connection {name} layer4");
                return cx.missing(args, "'layer4'", &example);
            }
            match name {
                "expect-proxy" => TcpAction::ExpectProxy,
                _ => TcpAction::ExpectNetscaler,
            }
        }
        "switch-mode" => {
            if !switch_mode(cx, section, args) {
                return;
            }
            TcpAction::SwitchMode
        }
        "do-resolve" => match do_resolve(cx, args) {
            Some(resolve) => TcpAction::Resolve(resolve),
            None => return,
        },
        name if effects::is_effect(name) => {
            let captures = match phase {
                TcpPhase::ResponseContent => CaptureSide::Response,
                _ => CaptureSide::TcpRequest,
            };
            match effects::effect(cx, section, name, args, captures) {
                Some(effect) => TcpAction::Effect(effect),
                None => return,
            }
        }
        // Known by name only.
        _ => return,
    };
    let action = Spanned::new(action, args.keyword);
    if let Some(condition) = cx.condition(section, args, group).into_rule() {
        section.proxy.tcp_rules.push(TcpRule {
            phase,
            action,
            condition,
            location: cx.line.clone(),
        });
    }
}

fn group_of(phase: TcpPhase) -> &'static str {
    match phase {
        TcpPhase::Connection => "tcp-request connection",
        TcpPhase::Session => "tcp-request session",
        TcpPhase::RequestContent => "tcp-request content",
        TcpPhase::ResponseContent => "tcp-response content",
    }
}

/// Rules over connections and sessions stand in a backend, where they would never run; says so.
fn comes_too_late(
    cx: &mut Context<'_>,
    section: &Section,
    phase: TcpPhase,
    group: &str,
    args: &mut Args<'_>,
) -> bool {
    let of_clients = matches!(phase, TcpPhase::Connection | TcpPhase::Session);
    if !of_clients || section.place != Places::BACKEND {
        return false;
    }
    let message = format!("'{group}' is decided before there is a backend");
    cx.error("haproxy/wrong-section", args.keyword, message)
        .suggest("move this rule into the frontend, or write 'tcp-request content'");
    args.skip_all();
    true
}

/// `switch-mode http [ proto NAME ]`; false when it cannot be meant.
fn switch_mode(cx: &mut Context<'_>, section: &Section, args: &mut Args<'_>) -> bool {
    let example = "tcp-request content switch-mode http if HTTP";
    if section.place == Places::BACKEND {
        let message = "a connection is taken over from tcp mode by the frontend".to_owned();
        cx.error("haproxy/wrong-section", args.keyword, message)
            .suggest("move this rule into the frontend");
        args.skip_all();
        return false;
    }
    match args.take() {
        Some(word) if word.text == "http" => {}
        Some(word) => {
            cx.bad(word, "a mode to switch to", "write 'switch-mode http'");
            args.skip_all();
            return false;
        }
        None => {
            cx.missing(args, "'http'", example);
            return false;
        }
    }
    if args.take_if("proto").is_none() {
        return true;
    }
    match args.take() {
        Some(word) if word.text == "h1" => true,
        Some(word) => {
            cx.bad(word, "a protocol to switch to", "write 'proto h1'");
            args.skip_all();
            false
        }
        None => {
            cx.missing(args, "the protocol", "switch-mode http proto h1");
            false
        }
    }
}
