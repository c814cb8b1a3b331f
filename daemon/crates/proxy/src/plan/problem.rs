//! What stands against a configuration that reads well: what its files hold, and what only the
//! whole shows.

use super::{Attachments, compile};
use crate::names::Known;
use crate::shared::Registry;
use config::Span;
use config::haproxy::model::{Config, Proxy, walk};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One reason, and where the configuration says what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub place: Span,
    pub text: String,
}

/// Everything that the proxy would refuse a valid configuration for, without running it.
pub fn problems(model: &Config, attachments: &Attachments) -> Vec<Problem> {
    let mut registry = Registry::new(1);
    let model = Arc::new(model.clone());
    compile(model, 1, &mut registry, attachments, &Known::new())
        .err()
        .unwrap_or_default()
}

impl Problem {
    /// About a section: at the word that names the file it is about, which several sections may
    /// have from their defaults, else at the section's name.
    pub(super) fn of_section(model: &Config, proxy: &Proxy, why: String) -> Self {
        match file_in(model, proxy, &why) {
            Some(place) => Self { place, text: why },
            None => Self {
                place: proxy.name.span,
                text: format!("{} {}: {why}", proxy.kind.keyword(), proxy.name.value),
            },
        }
    }

    /// About a file that several sections may use.
    pub(super) fn of_file(model: &Config, why: String) -> Self {
        let mut proxies = model.proxies.iter();
        Self {
            place: proxies
                .find_map(|proxy| file_in(model, proxy, &why))
                .unwrap_or_default(),
            text: why,
        }
    }
}

/// Each once, in the order of the text.
pub(super) fn sorted(problems: Vec<Problem>) -> Vec<Problem> {
    let each: BTreeSet<Problem> = problems.into_iter().collect();
    each.into_iter().collect()
}

/// The longest file name of the section that the reason contains.
fn file_in(model: &Config, proxy: &Proxy, why: &str) -> Option<Span> {
    let answers = model
        .http_errors
        .iter()
        .flat_map(|list| list.files.values());
    let sealed = proxy.binds.iter().filter_map(|bind| bind.tls.as_deref());
    let sealed = sealed.flat_map(|tls| {
        let shown = tls.certificates.iter().chain(&tls.crt_lists);
        tls.settings.files().chain(shown)
    });
    let servers = proxy
        .servers
        .iter()
        .filter_map(|server| server.tls.as_deref());
    let servers = servers.flat_map(|tls| tls.settings.files().chain(&tls.crt));
    let rules = walk(proxy).files.into_iter();
    let named = rules.chain(answers).chain(sealed).chain(servers);
    named
        .filter(|file| why.contains(&file.value))
        .max_by_key(|file| file.value.len())
        .map(|file| file.span)
}
