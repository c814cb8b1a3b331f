//! What can only be judged when everything is read: references, and combinations that the
//! language allows but that cannot do what was meant.

mod aliases;
mod balance;
mod destination;
mod external;
mod frontends;
mod ids;
mod keys;
mod known;
mod listeners;
mod logs;
mod mailers;
mod names;
mod peers;
mod resolvers;
mod servers;
mod tables;
mod watching;

use super::context::Context;
use super::model::{Config, LogFormat, Mode, Proxy, ProxyKind};
use super::section::Section;
use super::tls;

/// Finishes the sections and checks them against each other.
pub fn resolve(cx: &mut Context<'_>, mut config: Config, sections: Vec<Section>) -> Config {
    for mut section in sections {
        section.proxy.check = section.check.build();
        servers::check_lines(cx, &section);
        destination::imply(cx, &mut section);
        let mut redirects = std::mem::take(&mut section.redirects);
        section.proxy.http_request.append(&mut redirects);
        drop_foreign(&mut section.proxy);
        log_format(cx, &mut section.proxy);
        watching::settle(cx, &mut section.proxy);
        tls::settle(cx, &config.global, &mut section.proxy);
        config.proxies.push(section.proxy);
    }
    names::unique(cx, &config);
    names::references(cx, &config);
    ids::unique(cx, &config);
    tables::check(cx, &config);
    resolvers::check(cx, &config);
    for proxy in &config.proxies {
        if proxy.disabled {
            continue;
        }
        if proxy.kind.is_frontend() {
            frontends::check(cx, &config, proxy);
        }
        if proxy.kind.is_backend() {
            servers::check(cx, proxy);
            balance::check(cx, proxy);
        }
        http_in_tcp(cx, proxy);
        manners(cx, proxy);
    }
    external::check(cx, &config);
    watching::check(cx, &config);
    listeners::check(cx, &config);
    logs::check(cx, &config);
    aliases::check(cx, &config.proxies);
    mailers::check(cx, &mut config);
    peers::check(cx, &config);
    config
}

/// Settings that came along from `defaults` but belong to the other side.
fn drop_foreign(proxy: &mut Proxy) {
    match proxy.kind {
        ProxyKind::Frontend => proxy.servers.clear(),
        ProxyKind::Backend => {
            proxy.binds.clear();
            proxy.default_backend = None;
            proxy.use_backends.clear();
        }
        ProxyKind::Listen => {}
    }
}

/// HTTP log lines need HTTP: the original falls back to tcplog as well.
fn log_format(cx: &mut Context<'_>, proxy: &mut Proxy) {
    let is_http = matches!(
        proxy.log_format,
        LogFormat::Http | LogFormat::HttpClf | LogFormat::HttpJson
    );
    if is_http && proxy.mode.value == Mode::Tcp && proxy.kind.is_frontend() {
        let message = format!(
            "{} '{}' has 'option httplog' but mode tcp; it logs as with 'option tcplog'",
            proxy.kind.keyword(),
            proxy.name
        );
        cx.warning("haproxy/mode-mismatch", proxy.name.span, message)
            .suggest("write 'mode http' or 'option tcplog'");
        proxy.log_format = match proxy.log_format {
            LogFormat::HttpJson => LogFormat::TcpJson,
            _ => LogFormat::Tcp,
        };
    }
}

/// Requests cannot be looked at more and less strictly at once.
fn manners(cx: &mut Context<'_>, proxy: &Proxy) {
    if proxy.options.http_strict && proxy.options.accept_invalid_http_request {
        let message = format!(
            "'option http-strict' and 'option accept-invalid-http-request' of '{}' contradict \
             each other",
            proxy.name
        );
        cx.error("haproxy/bad-value", proxy.name.span, message)
            .suggest("leave one of them out, or take it back with 'no option …'");
    }
}

/// Rules about HTTP in a section that relays bytes never apply.
fn http_in_tcp(cx: &mut Context<'_>, proxy: &Proxy) {
    if proxy.mode.value != Mode::Tcp || proxy.switches_mode() {
        return;
    }
    let rules = proxy.http_request.first().or(proxy.http_response.first());
    let rule = rules.or(proxy.http_after_response.first());
    if let Some(rule) = rule {
        let message = "rules about HTTP never apply in mode tcp, so this does nothing".to_owned();
        cx.warning("haproxy/mode-mismatch", rule.action.span, message)
            .suggest("write 'mode http' in this section");
    }
    if let Some(cookie) = &proxy.cookie {
        let message = "a cookie cannot be read in mode tcp, so this does nothing".to_owned();
        cx.warning("haproxy/mode-mismatch", cookie.name.span, message)
            .suggest("write 'mode http' in this section, or use 'balance source'");
    }
}
