//! Names: each once, and each reference to something that exists.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Mode, Proxy, ProxyName};
use crate::source::Spanned;
use crate::suggest::nearest;
use std::collections::{HashMap, HashSet};

/// A frontend and a backend may share a name; two of a side may not, nor two servers.
pub fn unique(cx: &mut Context<'_>, config: &Config) {
    let mut fronts: HashMap<&ProxyName, &Proxy> = HashMap::new();
    let mut backs: HashMap<&ProxyName, &Proxy> = HashMap::new();
    for proxy in &config.proxies {
        let mut other = None;
        if proxy.kind.is_frontend() {
            other = fronts.insert(&proxy.name.value, proxy);
        }
        if proxy.kind.is_backend() {
            other = backs.insert(&proxy.name.value, proxy).or(other);
        }
        if let Some(other) = other {
            let message = format!(
                "the name '{}' is taken: there is a {} of that name above",
                proxy.name,
                other.kind.keyword()
            );
            cx.error("haproxy/duplicate-name", proxy.name.span, message)
                .suggest("give it another name");
        }
        servers(cx, proxy);
    }
}

fn servers(cx: &mut Context<'_>, proxy: &Proxy) {
    let mut seen = HashSet::new();
    for server in &proxy.servers {
        if !seen.insert(&server.name.value) {
            let message = format!(
                "{} '{}' has a server '{}' already",
                proxy.kind.keyword(),
                proxy.name,
                server.name
            );
            cx.error("haproxy/duplicate-name", server.name.span, message)
                .suggest("give each server of a backend its own name");
        }
    }
}

/// `default_backend`, `use_backend`.
pub fn references(cx: &mut Context<'_>, config: &Config) {
    let backs: HashMap<&ProxyName, &Proxy> = config
        .backends()
        .map(|proxy| (&proxy.name.value, proxy))
        .collect();
    for proxy in config.frontends() {
        let default = proxy.default_backend.iter();
        // A name with a format in it is only known for each request.
        let fixed = proxy
            .use_backends
            .iter()
            .filter(|rule| rule.computed.is_none());
        for target in default.chain(fixed.map(|rule| &rule.target)) {
            match backs.get(&target.value) {
                Some(back) => modes(cx, proxy, back, target),
                None => unknown(cx, config, &backs, target),
            }
        }
    }
}

fn unknown(
    cx: &mut Context<'_>,
    config: &Config,
    backs: &HashMap<&ProxyName, &Proxy>,
    target: &Spanned<ProxyName>,
) {
    let is_frontend = config
        .frontends()
        .any(|proxy| proxy.name.value == target.value);
    let message = if is_frontend {
        format!("'{target}' is a frontend, and requests go to a backend")
    } else {
        format!("there is no backend '{target}'")
    };
    let mut names: Vec<&str> = backs.keys().map(|name| name.0.as_str()).collect();
    names.sort_unstable();
    let help = match nearest(&target.0, names.iter().copied()) {
        Some(name) => format!("did you mean '{name}'?"),
        None if names.is_empty() => format!("add a section 'backend {target}'"),
        None => format!("backends are: {}", names.join(", ")),
    };
    cx.error("haproxy/unknown-backend", target.span, message)
        .suggest(help);
}

fn modes(cx: &mut Context<'_>, front: &Proxy, back: &Proxy, target: &Spanned<ProxyName>) {
    match (front.mode.value, back.mode.value) {
        (Mode::Http, Mode::Tcp) => {
            let message = format!(
                "'{}' is in mode http and '{target}' in mode tcp: requests cannot be sent as bytes",
                front.name
            );
            cx.error("haproxy/mode-mismatch", target.span, message)
                .suggest("give both the same mode");
        }
        (Mode::Tcp, Mode::Http) if !front.switches_mode() => {
            let message = format!(
                "'{}' is in mode tcp and '{target}' in mode http: what does not speak HTTP fails there",
                front.name
            );
            cx.warning("haproxy/mode-mismatch", target.span, message).suggest(
                "give both the same mode, or write 'tcp-request content switch-mode http if HTTP'",
            );
        }
        _ => {}
    }
}
