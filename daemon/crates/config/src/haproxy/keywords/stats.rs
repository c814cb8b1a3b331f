//! `stats …` of a proxy section.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{StatsAuth, StatsPage, StatsRule, StatsVerdict};
use crate::haproxy::section::Section;
use crate::haproxy::values::DefaultUnit;
use crate::source::Spanned;

pub fn stats(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "what about statistics", "stats uri /stats");
    };
    if !cx.known("stats", &word.text, "stats keyword", word.span) {
        return;
    }
    let mut page = section.proxy.stats.take().unwrap_or_else(|| empty(args));
    match word.text.as_ref() {
        "uri" => {
            if let Some(uri) = cx.string(args, "the path", "stats uri /stats") {
                page.uri = uri;
            }
        }
        "realm" => page.realm = cx.string(args, "the realm", "stats realm Statistics"),
        "auth" => auth(cx, &mut page, args),
        "refresh" => page.refresh = cx.time_in(args, DefaultUnit::Seconds, "stats refresh 10s"),
        "hide-version" => page.hide_version = true,
        "show-legends" => page.show_legends = true,
        "show-node" => page.show_node = Some(args.take_text()),
        "show-desc" => page.show_desc = Some(args.take_text()),
        "scope" => page
            .scopes
            .extend(cx.string(args, "the proxy", "stats scope .")),
        "admin" => {
            let condition = cx.condition(section, args, "stats admin").into_rule();
            if let Some(condition) = condition {
                if condition.is_none() {
                    cx.missing(args, "a condition", "stats admin if LOCALHOST");
                }
                page.admin.extend(condition);
            }
        }
        "http-request" => page.rules.extend(rule(cx, section, args)),
        // `enable` and `show-modules` have no value.
        _ => {}
    }
    if !page.rules.is_empty() && (!page.auth.is_empty() || page.realm.is_some()) {
        let message = "'stats http-request' decides who gets the page, so 'stats auth' and 'stats realm' cannot stand beside it".to_owned();
        cx.error("haproxy/bad-value", args.keyword, message).suggest(
            "keep 'stats auth', or write 'stats http-request auth realm REALM unless { http_auth(LIST) }'",
        );
    }
    section.proxy.stats = Some(page);
    cx.finish(args, &format!("stats {}", word.text));
}

fn empty(args: &Args<'_>) -> StatsPage {
    StatsPage {
        uri: Spanned::new("/haproxy?stats".to_owned(), args.keyword),
        realm: None,
        auth: Vec::new(),
        refresh: None,
        hide_version: false,
        show_legends: false,
        show_node: None,
        show_desc: None,
        scopes: Vec::new(),
        rules: Vec::new(),
        admin: Vec::new(),
    }
}

/// `stats http-request {allow|deny|auth [realm REALM]} [if COND]`
fn rule(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) -> Option<StatsRule> {
    let example = "stats http-request deny unless LOCALHOST";
    let Some(word) = args.take() else {
        cx.missing(args, "the action", example);
        return None;
    };
    let verdict = match word.text.as_ref() {
        "allow" => StatsVerdict::Allow,
        "deny" => StatsVerdict::Deny,
        "auth" => {
            let mut realm = None;
            if args.take_if("realm").is_some() {
                realm = Some(cx.string(args, "the realm", "stats http-request auth realm Ops")?);
            }
            StatsVerdict::Auth { realm }
        }
        other => {
            let message = format!("'{other}' is no action of 'stats http-request'");
            cx.error("haproxy/bad-value", word.span, message)
                .suggest("it is 'allow', 'deny' or 'auth'");
            args.skip_all();
            return None;
        }
    };
    let condition = cx
        .condition(section, args, "stats http-request")
        .into_rule()?;
    Some(StatsRule { verdict, condition })
}

fn auth(cx: &mut Context<'_>, page: &mut StatsPage, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the user and password", "stats auth admin:s3cret");
    };
    let Some((user, password)) = word.text.split_once(':') else {
        // The word may hold a password, so it is not repeated.
        cx.error(
            "haproxy/bad-value",
            word.span,
            "a user and a password are joined by ':'".to_owned(),
        )
        .suggest("write e.g. 'stats auth admin:s3cret'");
        return;
    };
    let at = user.len();
    page.auth.push(StatsAuth {
        user: Spanned::new(user.to_owned(), word.part(0, at)),
        password: Spanned::new(password.to_owned(), word.part(at + 1, word.text.len())),
    });
}
