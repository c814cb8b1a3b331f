//! What becomes the key of a stick table: not every value has a form as a key of every type.

use crate::haproxy::acl;
use crate::haproxy::context::Context;
use crate::haproxy::fetch::Kind;
use crate::haproxy::model::{Config, Fetch, Proxy, Sample, TableKey};
use crate::source::Spanned;
use std::collections::HashMap;

/// The types of keys by the names of their tables.
pub struct Keys(HashMap<String, TableKey>);

impl Keys {
    pub fn of(config: &Config) -> Self {
        let own = config.proxies.iter().filter_map(|proxy| {
            let table = proxy.stick_table.as_ref()?;
            Some((proxy.name.value.0.clone(), table.key.value))
        });
        let shared = config.peers.iter().flat_map(|section| {
            let name = |table| section.table_name(table);
            section
                .tables
                .iter()
                .map(move |it| (name(it), it.spec.key.value))
        });
        Self(own.chain(shared).collect())
    }

    /// A table that is not there is spoken of elsewhere.
    pub fn check(
        &self,
        cx: &mut Context<'_>,
        proxy: &Proxy,
        sample: &Sample,
        table: Option<&Spanned<String>>,
    ) {
        let name = table.map_or(&proxy.name.value.0, |table| &table.value);
        let Some(key) = self.0.get(name) else {
            return;
        };
        let (given, may_be) = match (kind(sample), key) {
            (Some(Kind::Bool), TableKey::Ip | TableKey::Ipv6) => ("yes or no", "integer or string"),
            (Some(Kind::Bytes), TableKey::Ip | TableKey::Ipv6 | TableKey::Integer) => {
                ("bytes", "binary or string")
            }
            _ => return,
        };
        let message = format!(
            "this gives {given}, which is no key of a stick table of type {}",
            key.word()
        );
        cx.error("haproxy/bad-key", sample.fetch.span, message)
            .suggest(format!("use another value, or a table of type {may_be}"));
    }
}

/// What comes out, where that is known before it is looked at.
fn kind(sample: &Sample) -> Option<Kind> {
    match (&sample.fetch.value, sample.converters.is_empty()) {
        (Fetch::Var(_), true) => None,
        (Fetch::Method, true) => Some(Kind::Bytes),
        _ => Some(acl::given(sample)),
    }
}
