//! `http-request ACTION …`, `http-response ACTION …`, `http-after-response ACTION …`, `redirect …`.

use super::accepted;
use super::capture::CaptureSide;
use super::destination::do_resolve;
use super::effects;
use super::header_name::{check_name, matching};
use super::http_answers::{answer, denied};
use super::normalize;
use super::redirect;
use super::service;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{Format, HttpAction, HttpRule, NameMatch, Sample};
use crate::haproxy::moment;
use crate::haproxy::piece::Piece;
use crate::haproxy::section::Section;
use crate::registry::Places;
use crate::source::Spanned;

/// Which list a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Request,
    Response,
    /// `http-after-response`: answers of the proxy itself, too.
    After,
}

impl Side {
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Request => "http-request",
            Self::Response => "http-response",
            Self::After => "http-after-response",
        }
    }
}

pub fn rule(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>, side: Side) {
    let Some(word) = args.descend() else {
        let example = format!("{} set-header X-Forwarded-Proto http", side.keyword());
        return cx.missing(args, "the action", &example);
    };
    // `set-var(txn.x)` is one word whose argument is in parentheses.
    let name = word.text.split('(').next().unwrap_or("");
    let what = format!("{} action", side.keyword());
    if !cx.known(side.keyword(), name, &what, word.part(0, name.len())) {
        return;
    }
    let Some(action) = action(cx, section, name, args, side) else {
        return;
    };
    let span = args.keyword;
    push(cx, section, args, side, Spanned::new(action, span), name);
}

/// `redirect KIND VALUE …`: as `http-request redirect`, but behind all of those rules.
pub fn bare_redirect(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    if let Some(redirect) = redirect::redirect(cx, args) {
        let action = Spanned::new(HttpAction::Redirect(redirect), args.keyword);
        cx.moments = Some(moment::requests(section));
        if let Some(condition) = cx.condition(section, args, "redirect").into_rule() {
            section.redirects.push(HttpRule {
                action,
                condition,
                location: None,
            });
        }
    }
}

fn push(
    cx: &mut Context<'_>,
    section: &mut Section,
    args: &mut Args<'_>,
    side: Side,
    action: Spanned<HttpAction>,
    name: &str,
) {
    let rule = format!("{} {name}", side.keyword());
    let outcome = cx.condition(section, args, &rule);
    let Some(condition) = outcome.into_rule() else {
        return;
    };
    let rules = match side {
        Side::Request => &mut section.proxy.http_request,
        Side::Response => &mut section.proxy.http_response,
        Side::After => &mut section.proxy.http_after_response,
    };
    rules.push(HttpRule {
        action,
        condition,
        location: Some(cx.line.clone()),
    });
}

fn action(
    cx: &mut Context<'_>,
    section: &mut Section,
    name: &str,
    args: &mut Args<'_>,
    side: Side,
) -> Option<HttpAction> {
    if name == "set-timeout" && section.place == Places::FRONTEND {
        let message = "timeouts of servers are the backend's to set".to_owned();
        cx.error("haproxy/wrong-section", args.keyword, message)
            .suggest("move this rule into the backend");
        args.skip_all();
        return None;
    }
    if effects::is_effect(name) {
        let captures = match side {
            Side::Request => CaptureSide::HttpRequest,
            Side::Response | Side::After => CaptureSide::Response,
        };
        return effects::effect(cx, section, name, args, captures).map(HttpAction::Effect);
    }
    Some(match name {
        "set-header" | "add-header" | "del-header" | "replace-header" | "replace-value" => {
            header_action(cx, name, args)?
        }
        "replace-path" | "replace-pathq" | "replace-uri" => replace(cx, name, args)?,
        "set-method" => HttpAction::SetMethod(format(cx, args, "the method")?),
        "set-path" => HttpAction::SetPath(format(cx, args, "the path")?),
        "set-pathq" => HttpAction::SetPathQuery(format(cx, args, "the path")?),
        "set-query" => HttpAction::SetQuery(format(cx, args, "the query string")?),
        "set-uri" => HttpAction::SetUri(format(cx, args, "the URI")?),
        "normalize-uri" => HttpAction::NormalizeUri(normalize::normalizer(cx, args)?),
        "wait-for-body" => wait_for_body(cx, args)?,
        "allow" => HttpAction::Allow,
        "silent-drop" => HttpAction::SilentDrop,
        "reject" => HttpAction::Reject,
        "deny" => HttpAction::Deny(denied(
            cx,
            args,
            if side == Side::Request { 403 } else { 502 },
        )?),
        "tarpit" => HttpAction::Tarpit(denied(cx, args, 500)?),
        "redirect" => HttpAction::Redirect(redirect::of_side(cx, args, side)?),
        "return" => HttpAction::Return(answer(cx, args)?),
        "do-resolve" => HttpAction::Resolve(do_resolve(cx, args)?),
        "auth" => {
            let mut realm = None;
            if args.take_if("realm").is_some() {
                realm = Some(format(cx, args, "the realm")?);
            }
            HttpAction::Auth { realm }
        }
        "use-service" => service::service(cx, args)?,
        "set-status" => {
            let status = cx.number(args, 100..=999, "the status", "set-status 503")?;
            let mut reason = None;
            if args.take_if("reason").is_some() {
                reason =
                    Some(cx.filled(args, "the reason", "set-status 503 reason \"Slow Down\"")?);
            }
            HttpAction::SetStatus { status, reason }
        }
        // Accepted without effect, or known by name only; the support table has said so.
        _ => {
            accepted::action(cx, name, args);
            args.skip_all();
            return None;
        }
    })
}

/// `replace-path REGEX FORMAT` and its kin.
fn replace(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) -> Option<HttpAction> {
    let example = format!("{name} ^/a/(.*) /\\1");
    let regex = regex(cx, args, &example)?;
    let value = format(cx, args, "the replacement")?;
    Some(match name {
        "replace-path" => HttpAction::ReplacePath { regex, value },
        "replace-pathq" => HttpAction::ReplacePathQuery { regex, value },
        _ => HttpAction::ReplaceUri { regex, value },
    })
}

/// A regular expression that compiles.
fn regex(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<Spanned<String>> {
    let regex = cx.string(args, "the regular expression", example)?;
    cx.regex_text(&regex, regex.span)?;
    Some(regex)
}

/// What changes header fields.
fn header_action(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) -> Option<HttpAction> {
    Some(match name {
        "set-header" => {
            let (name, value) = header(cx, args)?;
            HttpAction::SetHeader { name, value }
        }
        "add-header" => {
            let (name, value) = header(cx, args)?;
            HttpAction::AddHeader { name, value }
        }
        "del-header" => {
            let name = cx.string(args, "the name of the header", "del-header X-Debug")?;
            let matching = matching(cx, args)?;
            if matching == NameMatch::Regex {
                cx.regex_text(&name, name.span)?;
            } else {
                check_name(cx, &name);
            }
            HttpAction::DelHeader { name, matching }
        }
        "replace-header" | "replace-value" => {
            let header = header_name(cx, args)?;
            let regex = regex(cx, args, "replace-header Host ^a b")?;
            let value = format(cx, args, "the replacement")?;
            if name == "replace-header" {
                HttpAction::ReplaceHeader {
                    name: header,
                    regex,
                    value,
                }
            } else {
                HttpAction::ReplaceValue {
                    name: header,
                    regex,
                    value,
                }
            }
        }
        _ => return None,
    })
}

/// `NAME FORMAT`
pub fn header(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<(Spanned<String>, Format)> {
    let name = header_name(cx, args)?;
    Some((name, format(cx, args, "the header's value")?))
}

fn header_name(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<String>> {
    let name = cx.string(
        args,
        "the name of the header",
        "set-header X-Real-IP %[src]",
    )?;
    check_name(cx, &name);
    Some(name)
}

pub fn format(cx: &mut Context<'_>, args: &mut Args<'_>, what: &str) -> Option<Format> {
    let Some(word) = args.take() else {
        cx.missing(args, what, "set-header X-Real-IP %[src]");
        return None;
    };
    Some(cx.format(&owned(word)))
}

fn wait_for_body(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<HttpAction> {
    let example = "wait-for-body time 1s at-least 1k";
    let (mut time, mut at_least) = (None, 0);
    while let Some(word) = args.peek() {
        match word.text.as_ref() {
            "time" => {
                args.take();
                time = Some(*cx.time(args, example)?);
            }
            "at-least" => {
                args.take();
                at_least = u64::from(*cx.size(args, example)?);
            }
            _ => break,
        }
    }
    if time.is_none() {
        cx.missing(args, "'time' with how long to wait", example);
        args.skip_all();
    }
    time.map(|time| HttpAction::WaitForBody { time, at_least })
}

pub fn sample(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Sample> {
    let Some(word) = args.take() else {
        cx.missing(args, "the expression", "set-var(txn.host) req.hdr(host)");
        return None;
    };
    cx.sample(Piece::of(word))
}
