//! `http-request ACTION …`, `http-response ACTION …`, `redirect …`.

use super::http_answers::{answer, denied, denied_or};
use super::redirect;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{Format, HttpAction, HttpRule, Sample};
use crate::haproxy::piece::Piece;
use crate::haproxy::section::Section;
use crate::source::Spanned;

/// Which list a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Request,
    Response,
}

impl Side {
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Request => "http-request",
            Self::Response => "http-response",
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
    let what = if side == Side::Request {
        "http-request action"
    } else {
        "http-response action"
    };
    if !cx.known(side.keyword(), name, what, word.part(0, name.len())) {
        return;
    }
    let Some(action) = action(cx, name, args, side) else {
        return;
    };
    let span = args.keyword;
    push(cx, section, args, side, Spanned::new(action, span), name);
}

/// `redirect KIND VALUE …`, the older spelling of `http-request redirect`.
pub fn bare_redirect(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    if let Some(redirect) = redirect::redirect(cx, args) {
        let action = Spanned::new(HttpAction::Redirect(redirect), args.keyword);
        push(cx, section, args, Side::Request, action, "redirect");
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
    };
    rules.push(HttpRule { action, condition });
}

fn action(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>, side: Side) -> Option<HttpAction> {
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
            let name = header_name(cx, args)?;
            HttpAction::DelHeader {
                name,
                prefix: matching(cx, args)?,
            }
        }
        "replace-header" | "replace-value" => {
            let header = header_name(cx, args)?;
            let regex = cx.string(args, "the regular expression", "replace-header Host ^a b")?;
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
        "replace-path" => {
            let regex = cx.string(args, "the regular expression", "replace-path ^/a/(.*) /\\1")?;
            HttpAction::ReplacePath {
                regex,
                value: format(cx, args, "the replacement")?,
            }
        }
        "set-method" => HttpAction::SetMethod(format(cx, args, "the method")?),
        "set-path" => HttpAction::SetPath(format(cx, args, "the path")?),
        "set-query" => HttpAction::SetQuery(format(cx, args, "the query string")?),
        "set-uri" => HttpAction::SetUri(format(cx, args, "the URI")?),
        "allow" => HttpAction::Allow,
        "silent-drop" => HttpAction::SilentDrop,
        "deny" => HttpAction::Deny {
            status: denied(cx, args, side)?,
        },
        "tarpit" => HttpAction::Tarpit {
            status: denied_or(cx, args, 500)?,
        },
        "redirect" => HttpAction::Redirect(redirect::redirect(cx, args)?),
        "return" => answer(cx, args)?,
        "set-status" => {
            let status = cx.number(args, 100..=999, "the status", "set-status 503")?;
            let mut reason = None;
            if args.take_if("reason").is_some() {
                reason =
                    Some(cx.string(args, "the reason", "set-status 503 reason \"Slow Down\"")?);
            }
            HttpAction::SetStatus { status, reason }
        }
        "set-log-level" => {
            HttpAction::SetLogLevel(cx.string(args, "the level", "set-log-level silent")?)
        }
        "set-src" => HttpAction::SetSrc(sample(cx, args)?),
        "set-var" => {
            let (name, value) = variable(cx, args)?;
            HttpAction::SetVar { name, value }
        }
        // Known by name only; the support table has said so.
        _ => {
            args.skip_all();
            return None;
        }
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
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if let Some(bare) = name.strip_suffix(':') {
        let message = format!("the name '{name}' ends in a colon, which would become part of it");
        cx.error("haproxy/bad-header-name", name.span, message)
            .suggest(format!("write '{bare}'"));
    } else if name.is_empty() || !name.bytes().all(token) {
        let message = format!("'{name}' cannot be the name of a header (RFC 9110, 5.1)");
        cx.error("haproxy/bad-header-name", name.span, message)
            .suggest("use letters, digits and '-'");
    }
    Some(name)
}

/// `-m beg` behind `del-header`; `str` is the default.
fn matching(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<bool> {
    if args.take_if("-m").is_none() {
        return Some(false);
    }
    let Some(word) = args.take() else {
        cx.missing(args, "the method", "del-header X- -m beg");
        return None;
    };
    match word.text.as_ref() {
        "str" => Some(false),
        "beg" => Some(true),
        _ => {
            cx.bad(
                word,
                "a method of matching names here",
                "write 'str' or 'beg'",
            );
            None
        }
    }
}

pub fn format(cx: &mut Context<'_>, args: &mut Args<'_>, what: &str) -> Option<Format> {
    let Some(word) = args.take() else {
        cx.missing(args, what, "set-header X-Real-IP %[src]");
        return None;
    };
    Some(cx.format(&owned(word)))
}

pub fn sample(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Sample> {
    let Some(word) = args.take() else {
        cx.missing(args, "the expression", "set-var(txn.host) req.hdr(host)");
        return None;
    };
    cx.sample(Piece::of(word))
}

/// `set-var(SCOPE.NAME)`: the action's word is the last one of the keyword.
fn variable(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<(Spanned<String>, Sample)> {
    let word = args.previous()?;
    let (_, inner) = Piece::of(word).call();
    let Some(name) = inner.filter(|name| !name.text.is_empty()) else {
        cx.bad(
            word,
            "an action with the name of a variable",
            "write e.g. 'set-var(txn.host)'",
        );
        return None;
    };
    Some((name.owned(), sample(cx, args)?))
}
