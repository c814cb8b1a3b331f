//! `use_backend`, `use-server`, `ignore-persist`, `force-persist`: where a request goes.

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{PersistRule, ProxyName, ServerName, UseBackend, UseServer};
use crate::haproxy::section::Section;

pub fn use_backend(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the backend", "use_backend api if { path_beg /api }");
    };
    let computed = word.text.contains('%').then(|| cx.format(&owned(word)));
    let target = owned(word).map(ProxyName);
    if let Some(condition) = cx.condition(section, args, "use_backend").into_rule() {
        section.proxy.use_backends.push(UseBackend {
            target,
            computed,
            condition,
        });
    }
}

pub fn use_server(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the server", "use-server web1 if { path_beg /admin }");
    };
    let target = owned(word).map(ServerName);
    match cx.condition(section, args, "use-server").into_rule() {
        Some(None) => cx.missing(
            args,
            "the condition",
            &format!("use-server {target} if {{ path_beg /admin }}"),
        ),
        Some(condition) => section
            .proxy
            .use_servers
            .push(UseServer { target, condition }),
        None => {}
    }
}

/// `ignore-persist if COND`, `force-persist if COND`
pub fn persistence(
    cx: &mut Context<'_>,
    section: &mut Section,
    keyword: &str,
    args: &mut Args<'_>,
) {
    match cx.condition(section, args, keyword).into_rule() {
        Some(Some(condition)) => section.proxy.persist_rules.push(PersistRule {
            force: keyword == "force-persist",
            condition,
        }),
        Some(None) => cx.missing(
            args,
            "the condition",
            &format!("{keyword} if {{ path_beg /static }}"),
        ),
        None => {}
    }
}
