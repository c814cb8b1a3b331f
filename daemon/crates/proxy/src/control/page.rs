//! The statistics page: lines in every form, the page itself, and orders about servers.

use super::Control;
use super::change::Change;
use super::rows::node;
use crate::plan::{Plan, reason};
use crate::rules::page::{Page, Service, Wanted};
use crate::worker::Made;
use config::haproxy::model::{Proxy, StatsPage};
use sha2::{Digest as _, Sha256};
use stats::page::{Live, Look, Options, Output, html};
use stats::{Info, Row, Selection};
use std::fmt::Write as _;
use sys::epoll::unix_us;

/// What orders are signed with; made anew with the process.
#[derive(Debug, Default)]
pub struct Secret(Option<[u8; 32]>);

impl Secret {
    /// A text that only this process can make. Without random numbers there is none.
    pub fn sign(&mut self, what: &[u8]) -> Option<String> {
        let key = match self.0 {
            Some(key) => key,
            None => *self.0.insert(random()?),
        };
        let mut hash = Sha256::new();
        hash.update(key);
        hash.update(what);
        // Twice, so that nobody can go on from the first one's end.
        Some(hex(&Sha256::digest([&key[..], &hash.finalize()].concat())))
    }
}

fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let flags = rustix::rand::GetRandomFlags::empty();
    let count = rustix::rand::getrandom(&mut bytes, flags).ok()?;
    (count == bytes.len()).then_some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Control {
    /// The answer to a request that workers do not answer themselves.
    pub(super) fn serve(&mut self, wanted: &Wanted, now: u64, changes: &mut Vec<Change>) -> Made {
        let Some(plan) = self.plan.clone() else {
            return answer(503, "text/plain", String::new(), "");
        };
        match &wanted.service {
            Service::Exporter(form) => self.exporter(&String::from_utf8_lossy(&wanted.tail), *form),
            Service::Page(page) => {
                let Some(proxy) = plan.model.proxies.get(page.section) else {
                    return answer(503, "text/plain", String::new(), "");
                };
                match &wanted.order {
                    Some(body) => {
                        let body = String::from_utf8_lossy(body);
                        self.obey(page, wanted, &body, (now, changes))
                    }
                    None => self.page(&plan, proxy, page, wanted),
                }
            }
        }
    }

    fn page(&mut self, plan: &Plan, proxy: &Proxy, page: &Page, wanted: &Wanted) -> Made {
        const NOTHING: &str = "cache-control: no-cache\r\n";
        let Some(model) = &proxy.stats else {
            return answer(503, "text/plain", String::new(), "");
        };
        let options = Options::read(&String::from_utf8_lossy(&wanted.tail));
        if options.output == Output::Schema {
            let schema = stats::schema().to_string();
            return answer(200, "application/json", schema, NOTHING);
        }
        let rows = self.rows_of(proxy, model, &options);
        let (kind, body) = match options.output {
            Output::Csv => ("text/plain", stats::csv(&rows)),
            Output::Typed => ("text/plain", typed(&rows)),
            Output::Json => ("application/json", Row::json_list(&rows)),
            Output::Live => {
                let info = self.info();
                ("application/json", self.seen(&rows, &info).json())
            }
            Output::Html | Output::Schema => {
                return self.html(plan, proxy, page, wanted, &options, &rows);
            }
        };
        answer(200, kind, body, NOTHING)
    }

    /// What the page may show, and what is asked of it.
    fn rows_of(&self, proxy: &Proxy, model: &StatsPage, options: &Options) -> Vec<Row> {
        let selection = Selection {
            shown: options.shown,
            scope: options.scope.clone(),
            ..Selection::default()
        };
        let mut rows = self.rows(&selection, model.show_legends);
        let own = proxy.name.0.as_str();
        let named = |scope: &str, section: &str| section == if scope == "." { own } else { scope };
        if !model.scopes.is_empty() {
            let scopes = &model.scopes;
            rows.retain(|row| scopes.iter().any(|scope| named(scope, row.section())));
        }
        rows
    }

    fn seen<'a>(&'a self, rows: &'a [Row], info: &'a Info) -> Live<'a> {
        Live {
            rows,
            info,
            instances: &self.routers.instances,
            expiry: self.next_expiry(),
            now: unix_us() / 1000,
        }
    }

    fn html(
        &mut self,
        plan: &Plan,
        proxy: &Proxy,
        page: &Page,
        wanted: &Wanted,
        options: &Options,
        rows: &[Row],
    ) -> Made {
        let Some(model) = &proxy.stats else {
            return answer(503, "text/plain", String::new(), "");
        };
        let name = match &model.show_node {
            Some(Some(name)) => name.value.clone(),
            _ => node(plan),
        };
        let description = match &model.show_desc {
            Some(Some(text)) => Some(text.value.as_str()),
            Some(None) => proxy.description.as_ref().map(|text| text.value.as_str()),
            None => None,
        };
        let nonce = random().map(|bytes| hex(&bytes[..16])).unwrap_or_default();
        let token = wanted.admin.then(|| self.secret.sign(&wanted.from.user));
        let token = token.flatten();
        let uri = String::from_utf8_lossy(&page.uri);
        let look = Look {
            uri: &uri,
            node: &name,
            show_node: model.show_node.is_some(),
            description,
            version: (!model.hide_version).then_some(env!("CARGO_PKG_VERSION")),
            refresh: model.refresh.as_ref().map(|every| every.value),
            token: token.as_deref(),
            nonce: &nonce,
        };
        let info = self.info();
        let body = html(&look, options, &self.seen(rows, &info));
        let guards = format!(
            "cache-control: no-cache, no-store\r\n\
             content-security-policy: default-src 'none'; style-src 'nonce-{nonce}'; \
             script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'\r\n\
             referrer-policy: same-origin\r\nx-content-type-options: nosniff\r\n\
             x-frame-options: DENY\r\n"
        );
        answer(200, "text/html; charset=utf-8", body, &guards)
    }
}

fn typed(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        row.typed(false, &mut text);
    }
    text
}

/// `more`: further header lines.
pub fn answer(status: u16, kind: &str, body: String, more: &str) -> Made {
    let head = format!(
        "HTTP/1.1 {status} {}\r\ncontent-length: {}\r\ncontent-type: {kind}\r\n{more}",
        reason(status),
        body.len()
    );
    Made {
        status,
        head: head.into_bytes(),
        body: body.into_bytes(),
    }
}
