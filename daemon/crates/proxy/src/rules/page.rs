//! Requests for the statistics page and for the metrics: who may have them, and what the control
//! thread needs to make them.

use super::compile::Compiler;
use super::context::Context;
use super::reply::{challenge, refused};
use super::sample::auth::credentials;
use super::{Action, Condition, Format, Outcome, Rule, holds, users};
use crate::plan::Timeouts;
use config::haproxy::model::{Proxy, StatsVerdict};
use stats::metrics::Form;
use std::sync::Arc;

/// Realm of a page that names none.
const REALM: &str = "HAProxy Statistics";

/// A section's statistics page.
#[derive(Debug)]
pub struct Page {
    /// Index into `model.proxies`.
    pub section: usize,
    pub uri: Vec<u8>,
    realm: Format,
    /// As [`users`] reads them.
    users: Vec<Vec<u8>>,
    rules: Vec<(Verdict, Option<Condition>)>,
    admin: Vec<Condition>,
    /// How long the body of an order is waited for.
    pub patience: u64,
}

#[derive(Debug)]
enum Verdict {
    Allow,
    Deny,
    Auth(Option<Format>),
}

/// What a page says to a request.
pub enum Judged {
    /// It is for something else.
    Other,
    /// Its body is to come first.
    Wait,
    Final(Outcome),
}

/// What the control thread makes an answer to.
#[derive(Debug)]
pub struct Wanted {
    pub service: Service,
    /// The target behind the page's uri; for metrics the whole of it.
    pub tail: Vec<u8>,
    /// Orders may be given.
    pub admin: bool,
    /// The body of a POST: an order.
    pub order: Option<Vec<u8>>,
    pub from: From,
}

#[derive(Debug, Clone)]
pub enum Service {
    Page(Arc<Page>),
    Exporter(Form),
}

/// Where an order comes from.
#[derive(Debug, Default)]
pub struct From {
    pub user: Vec<u8>,
    pub host: Vec<u8>,
    pub origin: Option<Vec<u8>>,
    /// `Sec-Fetch-Site`
    pub site: Option<Vec<u8>>,
}

impl Page {
    /// A rule behind all others of the section, where it has a page; `wanted`: where its rules are.
    pub fn compile(
        section: usize,
        proxy: &Proxy,
        wanted: bool,
        compiler: &Compiler<'_>,
        problems: &mut Vec<String>,
    ) -> Vec<Rule> {
        let Some(page) = proxy.stats.as_ref().filter(|_| wanted) else {
            return Vec::new();
        };
        let mut condition = |c: Option<&_>| {
            let compiled = compiler.condition(c);
            compiled.unwrap_or_else(|why| {
                problems.push(why);
                None
            })
        };
        let realm = |realm: Option<&config::Spanned<String>>| {
            let realm = realm.map_or(REALM, |realm| &realm.value);
            Format::literal(realm.as_bytes().to_vec())
        };
        let rules = page.rules.iter().map(|rule| {
            let verdict = match &rule.verdict {
                StatsVerdict::Allow => Verdict::Allow,
                StatsVerdict::Deny => Verdict::Deny,
                StatsVerdict::Auth { realm: own } => {
                    let own = own.as_ref().or(page.realm.as_ref());
                    Verdict::Auth(Some(realm(own)))
                }
            };
            (verdict, condition(rule.condition.as_ref()))
        });
        let rules = rules.collect();
        let admin: Vec<Condition> = page
            .admin
            .iter()
            .filter_map(|c| condition(Some(c)))
            .collect();
        if !admin.is_empty() {
            compiler.env.look_at_bodies();
        }
        let compiled = Self {
            section,
            uri: page.uri.value.clone().into_bytes(),
            realm: realm(page.realm.as_ref()),
            users: page.auth.iter().map(users::own).collect(),
            rules,
            admin,
            patience: Timeouts::new(&proxy.timeouts).http_request,
        };
        vec![Rule {
            action: Action::Page(Arc::new(compiled)),
            condition: None,
            location: None,
        }]
    }

    pub fn judge(self: &Arc<Self>, ctx: &Context<'_>) -> Judged {
        let Some(line) = ctx.line else {
            return Judged::Other;
        };
        // A path is one in an absolute-form request, too: HTTP/2 knows no other.
        let asked = match self.uri.first() {
            Some(b'/') => http1::target::path_and_query(line.target),
            _ => line.target,
        };
        let Some(tail) = asked.strip_prefix(&self.uri[..]) else {
            return Judged::Other;
        };
        if !matches!(line.method, b"GET" | b"HEAD" | b"POST") {
            return Judged::Other;
        }
        if let Some(outcome) = self.refusal(ctx) {
            return Judged::Final(outcome);
        }
        let admin = self.admin.iter().any(|c| c.holds(ctx));
        let mut order = None;
        if line.method == b"POST" {
            match ctx.body.filter(|_| admin) {
                Some(body) if body.suffices(0) => order = Some(body.bytes.to_vec()),
                Some(_) => return Judged::Wait,
                None => order = Some(Vec::new()),
            }
        }
        Judged::Final(Outcome::Service(Box::new(Wanted {
            service: Service::Page(self.clone()),
            tail: tail.to_vec(),
            admin,
            order,
            from: From::read(ctx),
        })))
    }

    /// 401, 403, or nothing against it.
    fn refusal(&self, ctx: &Context<'_>) -> Option<Outcome> {
        for (verdict, condition) in &self.rules {
            if holds(condition.as_ref(), ctx) {
                return match verdict {
                    Verdict::Allow => None,
                    Verdict::Deny => Some(refused(403, ctx)),
                    Verdict::Auth(realm) => Some(challenge(realm.as_ref(), ctx)),
                };
            }
        }
        let known = || {
            let given = credentials(ctx, b"basic");
            given.is_some_and(|given| users::check(&self.users, &given))
        };
        (!self.users.is_empty() && !known()).then(|| challenge(Some(&self.realm), ctx))
    }
}

impl From {
    fn read(ctx: &Context<'_>) -> Self {
        let field = |name: &'static [u8]| Some(ctx.request?.values(name).next()?.to_vec());
        let mut user = credentials(ctx, b"basic").unwrap_or_default();
        if let Some(colon) = user.iter().position(|b| *b == b':') {
            user.truncate(colon);
        }
        Self {
            user,
            host: field(b"host").unwrap_or_default(),
            origin: field(b"origin"),
            site: field(b"sec-fetch-site"),
        }
    }
}

/// `use-service prometheus-exporter`
pub fn metrics(ctx: &Context<'_>) -> Outcome {
    let line = ctx.line.unwrap_or_default();
    if !matches!(line.method, b"GET" | b"HEAD") {
        return refused(405, ctx);
    }
    let accept = ctx.request.into_iter().flat_map(|r| r.values(b"accept"));
    Outcome::Service(Box::new(Wanted {
        service: Service::Exporter(Form::accepted(accept)),
        tail: line.target.to_vec(),
        admin: false,
        order: None,
        from: From::default(),
    }))
}
