//! Frontends that cannot serve.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, HttpAction, Mode, Protocol, Proxy, ProxyKind};

pub fn check(cx: &mut Context<'_>, _config: &Config, proxy: &Proxy) {
    let title = format!("{} '{}'", proxy.kind.keyword(), proxy.name);
    if proxy.binds.is_empty() {
        let message = format!("{title} has no 'bind' line, so nobody can reach it");
        cx.warning("haproxy/no-bind", proxy.name.span, message)
            .suggest("add 'bind ADDRESS:PORT'");
    }
    if proxy.kind == ProxyKind::Frontend && !leads_somewhere(proxy) {
        let message = format!("{title} leads nowhere: every request is answered with 503");
        cx.warning("haproxy/no-backend", proxy.name.span, message)
            .suggest("add 'default_backend NAME'");
    }
    for proto in proxy.binds.iter().filter_map(|bind| bind.proto.as_ref()) {
        if proto.value == Protocol::H2 && proxy.mode.value == Mode::Tcp {
            let message = format!("{title} is in mode tcp: HTTP/2 is not spoken there");
            cx.error("haproxy/proto-mode", proto.span, message)
                .suggest("write 'mode http', or leave 'proto h2' out: bytes go by as they are");
        }
    }
    if proxy.timeouts.client.is_none() {
        let message = format!("{title} has no 'timeout client': dead clients stay for ever");
        cx.warning("haproxy/no-timeout", proxy.name.span, message)
            .suggest("add e.g. 'timeout client 50s' here or in 'defaults'");
    }
}

/// Some rule answers or routes.
fn leads_somewhere(proxy: &Proxy) -> bool {
    let answers = proxy.http_request.iter().any(|rule| {
        matches!(
            *rule.action,
            HttpAction::Redirect(_) | HttpAction::Return(_) | HttpAction::Deny(_)
        )
    });
    answers
        || proxy.default_backend.is_some()
        || !proxy.use_backends.is_empty()
        || proxy.stats.is_some()
}
