//! Names that there are, and what is said about one that there is not.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Fetch, LogFormat, Proxy};
use crate::source::{Span, Spanned};
use crate::suggest::nearest;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Names of one kind.
pub struct Known<'c>(HashSet<Cow<'c, str>>);

impl<'c> Known<'c> {
    fn of(names: impl Iterator<Item = &'c str>) -> Self {
        Self(names.map(Cow::Borrowed).collect())
    }

    /// Says so when there is none of this name.
    pub fn check(&self, cx: &mut Context<'_>, what: &str, name: &str, span: Span) {
        if self.0.contains(name) {
            return;
        }
        let mut all: Vec<&str> = self.0.iter().map(Cow::as_ref).collect();
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

/// The names of sections of one kind; says so when one stands there twice.
pub fn sections<'c>(
    cx: &mut Context<'_>,
    kind: &str,
    all: impl Iterator<Item = &'c Spanned<String>>,
    help: &str,
) -> HashSet<&'c str> {
    let mut names = HashSet::new();
    for name in all {
        if !names.insert(name.value.as_str()) {
            let message = format!("there is a section '{kind} {name}' above");
            cx.error("haproxy/duplicate-name", name.span, message)
                .suggest(help);
        }
    }
    names
}

/// Whether a place is in one of the formats that frontends alone use: backends have them, too, from
/// their `defaults`.
fn of_frontends(proxy: &Proxy, place: Span) -> bool {
    let own = match &proxy.log_format {
        LogFormat::Custom(format) => Some(format),
        _ => None,
    };
    let formats = own
        .into_iter()
        .chain(&proxy.log_format_sd)
        .chain(&proxy.error_log_format)
        .chain(&proxy.unique_id_format);
    let mut texts = formats.map(|format| format.text.span);
    texts.any(|text| text.file == place.file && (text.start..text.end()).contains(&place.start))
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
        let mut tables = Known::of(with_table.map(name));
        for section in &config.peers {
            let shared = section.tables.iter().map(|table| section.table_name(table));
            tables.0.extend(shared.map(Cow::Owned));
        }
        Self {
            tables,
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
            Fetch::NbSrv(name) | Fetch::BeConn(name) | Fetch::BeSessRate(name) => {
                self.backend(cx, proxy, name.as_deref(), span);
            }
            Fetch::FeConn(name) | Fetch::FeSessRate(name) => {
                self.frontend(cx, proxy, name.as_deref(), span);
            }
            Fetch::SrvIsUp(name) => self.server(cx, proxy, name, span),
            _ => {}
        }
    }

    /// Without a name it is the section itself, which has to be one.
    pub fn backend(&self, cx: &mut Context<'_>, proxy: &Proxy, name: Option<&str>, span: Span) {
        match name.filter(|name| !name.is_empty()) {
            Some(name) => self.backends.check(cx, "backend", name, span),
            None if proxy.kind.is_backend() => {}
            None => {
                let message = "a frontend has no servers to count".to_owned();
                cx.error("haproxy/unknown-backend", span, message)
                    .suggest("name the backend, e.g. 'nbsrv(BACKEND)'");
            }
        }
    }

    /// Without a name it is the section itself, which has to be one.
    pub fn frontend(&self, cx: &mut Context<'_>, proxy: &Proxy, name: Option<&str>, span: Span) {
        match name.filter(|name| !name.is_empty()) {
            Some(name) => self.frontends.check(cx, "frontend", name, span),
            None if proxy.kind.is_frontend() || of_frontends(proxy, span) => {}
            None => {
                let message = "a backend has no clients of its own to count".to_owned();
                cx.error("haproxy/unknown-backend", span, message)
                    .suggest("name the frontend, e.g. 'fe_conn(FRONTEND)'");
            }
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
                return self.backends.check(cx, "backend", backend, span);
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
