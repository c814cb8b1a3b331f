//! `use_backend`, `use-server`, `ignore-persist`, `force-persist`: where a request goes.

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{PersistRule, ProxyName, ServerName, UseBackend, UseServer};
use crate::haproxy::section::Section;
use crate::haproxy::signatures::Moments;

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
    let computed = word.text.contains('%').then(|| {
        let when = cx.moments.replace(Moments::FRONT);
        let format = cx.format(&owned(word));
        cx.moments = when;
        format
    });
    match cx.condition(section, args, "use-server").into_rule() {
        Some(None) => cx.missing(
            args,
            "the condition",
            &format!("use-server {target} if {{ path_beg /admin }}"),
        ),
        Some(condition) => section.proxy.use_servers.push(UseServer {
            target,
            computed,
            condition,
        }),
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

/// `persist rdp-cookie[(NAME)]`
pub fn persist(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "persist rdp-cookie";
    let Some(word) = args.take() else {
        return cx.missing(args, "'rdp-cookie'", example);
    };
    let inner = word.text.strip_prefix("rdp-cookie(");
    let name = match inner.and_then(|rest| rest.strip_suffix(')')) {
        Some(name) if !name.is_empty() => name,
        _ if word.text == "rdp-cookie" => "msts",
        _ => {
            let help = "write 'persist rdp-cookie' or 'persist rdp-cookie(NAME)'";
            return cx.bad(word, "a way to persist", help);
        }
    };
    section.proxy.rdp_cookie = Some(name.to_owned());
    cx.finish(args, "persist");
}
