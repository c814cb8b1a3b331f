//! Backends that cannot serve, and checks that check nothing.

use crate::haproxy::context::Context;
use crate::haproxy::model::{
    HealthCheck, Mode, Protocol, Proxy, ProxyV2, Server, ServerAddress, ServerPort,
};
use crate::haproxy::section::Section;
use crate::source::Spanned;

pub fn check(cx: &mut Context<'_>, proxy: &Proxy) {
    let title = format!("{} '{}'", proxy.kind.keyword(), proxy.name);
    let active: Vec<_> = proxy
        .servers
        .iter()
        .filter(|server| !server.disabled && !server.implied)
        .collect();
    if proxy.servers.is_empty() {
        if proxy.stats.is_none() && proxy.http_request.is_empty() {
            let message = format!("{title} has no server: every request is answered with 503");
            cx.warning("haproxy/no-server", proxy.name.span, message)
                .suggest("add 'server NAME ADDRESS:PORT check'");
        }
        return;
    }
    if active.len() > 1 && active.iter().all(|server| !is_watched(server)) {
        let message =
            format!("no server of {title} is checked: a dead one keeps its share of requests");
        cx.warning("haproxy/no-check", proxy.name.span, message)
            .suggest("add 'check' to the server lines, or 'default-server check' above them");
    }
    if !active.is_empty() && active.iter().all(|server| server.weight.value == 0) {
        let message = format!("all servers of {title} have weight 0, so none gets a request");
        cx.warning("haproxy/no-server", proxy.name.span, message)
            .suggest("give one a weight");
    }
    timeouts(cx, proxy, &title);
    let mut judged = None;
    for server in &proxy.servers {
        if let Some(name) = server.address.value.name() {
            let message = format!(
                "the name '{name}' is resolved when the proxy runs; until then the server is down"
            );
            cx.diagnostics
                .note("haproxy/host-name", server.address.span, message);
        }
        // The servers of a template share one line: it is judged once.
        if judged.replace(server.name.span) != Some(server.name.span) {
            header(cx, server);
            protocol(cx, proxy, server);
        }
        let no_port = matches!(
            server.address.value,
            ServerAddress::Tcp {
                port: ServerPort::SameAsClient | ServerPort::Offset(_),
                ..
            }
        );
        let told = server.address.value.service().is_some();
        if no_port && !told && server.check.enabled && server.check.port.is_none() {
            let message = format!(
                "the server '{}' is checked but has no port to check",
                server.name
            );
            cx.error("haproxy/check-port", server.address.span, message)
                .suggest("write the port behind the address, or add 'port N'");
        }
    }
}

/// Values of a header that is not sent.
fn header(cx: &mut Context<'_>, server: &Server) {
    if server.proxy_v2 != ProxyV2::default() && !server.send_proxy.v2 {
        let message = format!(
            "the server '{}' gets no header of version 2, so its values are not sent",
            server.name
        );
        cx.warning("haproxy/no-effect", server.name.span, message)
            .suggest("add 'send-proxy-v2'");
    }
}

/// Somebody finds out when it is dead.
fn is_watched(server: &Server) -> bool {
    server.check.enabled || server.track.is_some() || server.agent.enabled.is_some()
}

fn timeouts(cx: &mut Context<'_>, proxy: &Proxy, title: &str) {
    let missing: Vec<&str> = [
        ("connect", &proxy.timeouts.connect),
        ("server", &proxy.timeouts.server),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_none())
    .map(|(name, _)| name)
    .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing
        .iter()
        .map(|name| format!("'timeout {name}'"))
        .collect();
    let message = format!(
        "{title} has no {}: it waits for dead servers for ever",
        names.join(" and no ")
    );
    cx.warning("haproxy/no-timeout", proxy.name.span, message)
        .suggest("add them here or in 'defaults', e.g. 'timeout connect 5s', 'timeout server 50s'");
}

/// Lines about how to check, in a section where nothing is checked.
pub fn check_lines(cx: &mut Context<'_>, section: &Section) {
    let proxy = &section.proxy;
    if section.check.httpchk.is_none()
        && let Some(span) = section.check.http.first
    {
        let message = "'http-check' has no effect without 'option httpchk'".to_owned();
        cx.warning("haproxy/no-check", span, message)
            .suggest("add 'option httpchk'");
    }
    if section.check.tcp_check.is_none()
        && let Some(span) = section.check.bytes.first
    {
        let message = "'tcp-check' has no effect without 'option tcp-check'".to_owned();
        cx.warning("haproxy/no-check", span, message)
            .suggest("add 'option tcp-check'");
    }
    if section.check.external.is_none()
        && proxy.kind.is_backend()
        && let Some(command) = &section.check.program.command
    {
        let message = format!(
            "'external-check command' has no effect in '{}' without 'option external-check'",
            proxy.name
        );
        cx.warning("haproxy/no-check", command.span, message)
            .suggest("add 'option external-check'");
    }
    let unchecked = !proxy.servers.is_empty()
        && proxy
            .servers
            .iter()
            .all(|server| !server.check.enabled && !server.disabled);
    if proxy.kind.is_backend()
        && unchecked
        && let Some(span) = section.check.httpchk
    {
        let message = format!(
            "no server of '{}' has 'check', so this check never runs",
            proxy.name
        );
        cx.warning("haproxy/no-check", span, message)
            .suggest("add 'check' to the server lines");
    }
}

fn protocol(cx: &mut Context<'_>, proxy: &Proxy, server: &Server) {
    let tcp = |_: &&Spanned<Protocol>| proxy.mode.value == Mode::Tcp;
    if let Some(proto) = server.proto.as_ref().filter(tcp) {
        let message = format!(
            "the server '{}' is in mode tcp: bytes go by without being understood",
            server.name
        );
        cx.error("haproxy/proto-mode", proto.span, message)
            .suggest("write 'mode http', or leave 'proto' out");
    }
    let http = matches!(proxy.check.value, HealthCheck::Http(_));
    if let Some(proto) = server.check.proto.as_ref().filter(|_| !http) {
        let message = format!("the check of '{}' asks nothing in HTTP", server.name);
        cx.error("haproxy/proto-mode", proto.span, message)
            .suggest("add 'option httpchk', or leave 'check-proto' out");
    }
}
