//! Names that there are, and what is said about one that there is not.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Fetch, Proxy};
use crate::source::{Span, Spanned};
use crate::suggest::nearest;
use std::collections::{HashMap, HashSet};

/// Names of one kind.
pub struct Known<'c>(HashSet<&'c str>);

impl<'c> Known<'c> {
    fn of(names: impl Iterator<Item = &'c str>) -> Self {
        Self(names.collect())
    }

    /// Says so when there is none of this name.
    pub fn check(&self, cx: &mut Context<'_>, what: &str, name: &str, span: Span) {
        if self.0.contains(name) {
            return;
        }
        let mut all: Vec<&str> = self.0.iter().copied().collect();
        all.sort_unstable();
        let message = format!("there is no {what} '{name}'");
        let help = match nearest(name, all.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None if all.is_empty() => format!("add a {what} of that name"),
            None => format!("there are: {}", all.join(", ")),
        };
        let code = match what {
            "backend" | "frontend" => "haproxy/unknown-backend",
            "server" => "haproxy/unknown-server",
            _ => "haproxy/unknown-table",
        };
        cx.error(code, span, message).suggest(help);
    }
}

/// What expressions may refer to.
pub struct Names<'c> {
    pub tables: Known<'c>,
    pub users: Known<'c>,
    pub errors: Known<'c>,
    backends: Known<'c>,
    frontends: Known<'c>,
    farms: HashMap<&'c str, &'c Proxy>,
}

impl<'c> Names<'c> {
    pub fn of(config: &'c Config) -> Self {
        let name = |proxy: &'c Proxy| proxy.name.value.0.as_str();
        let with_table = config.proxies.iter().filter(|p| p.stick_table.is_some());
        Self {
            tables: Known::of(with_table.map(name)),
            users: Known::of(config.userlists.iter().map(|u| u.name.value.as_str())),
            errors: Known::of(config.http_errors.iter().map(|e| e.name.value.as_str())),
            backends: Known::of(config.backends().map(name)),
            frontends: Known::of(config.frontends().map(name)),
            farms: config.backends().map(|p| (name(p), p)).collect(),
        }
    }

    /// Names in fetches that have a form of their own.
    pub fn typed(&self, cx: &mut Context<'_>, proxy: &Proxy, fetch: &Spanned<Fetch>) {
        let span = fetch.span;
        match &fetch.value {
            Fetch::NbSrv(None) if !proxy.kind.is_backend() => {
                let message = "a frontend has no servers to count".to_owned();
                cx.error("haproxy/unknown-backend", span, message)
                    .suggest("name the backend: 'nbsrv(BACKEND)'");
            }
            Fetch::NbSrv(name) | Fetch::BeConn(name) | Fetch::BeSessRate(name) => {
                self.backend(cx, name.as_deref(), span);
            }
            Fetch::FeConn(name) | Fetch::FeSessRate(name) => {
                self.frontend(cx, name.as_deref(), span);
            }
            Fetch::SrvIsUp(name) => self.server(cx, proxy, name, span),
            _ => {}
        }
    }

    /// Without a name it is the section's own.
    pub fn backend(&self, cx: &mut Context<'_>, name: Option<&str>, span: Span) {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.backends.check(cx, "backend", name, span);
        }
    }

    pub fn frontend(&self, cx: &mut Context<'_>, name: Option<&str>, span: Span) {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.frontends.check(cx, "frontend", name, span);
        }
    }

    /// `[BACKEND/]SERVER`
    pub fn server(&self, cx: &mut Context<'_>, proxy: &Proxy, name: &str, span: Span) {
        let (backend, server) = match name.split_once('/') {
            Some((backend, server)) => (backend, server),
            None => (proxy.name.value.0.as_str(), name),
        };
        let Some(found) = self.farms.get(backend) else {
            if name.contains('/') {
                return self.backend(cx, Some(backend), span);
            }
            let message = format!("'{name}' names a server, and a frontend has none");
            cx.error("haproxy/unknown-server", span, message)
                .suggest(format!("write its backend in front: 'BACKEND/{name}'"));
            return;
        };
        if !found.servers.iter().any(|s| s.name.value.0 == server) {
            let names = found.servers.iter().map(|s| s.name.value.0.as_str());
            Known::of(names).check(cx, "server", server, span);
        }
    }
}
