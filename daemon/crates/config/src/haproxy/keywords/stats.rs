//! `stats …` of a proxy section.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{StatsAuth, StatsPage};
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
        "realm" => page.realm = args.take_text(),
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
                page.admin = condition;
            }
        }
        "http-request" => args.skip_all(),
        // `enable` and `show-modules` have no value.
        _ => {}
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
        admin: None,
    }
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
