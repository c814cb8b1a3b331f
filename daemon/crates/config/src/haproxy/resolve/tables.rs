//! What rules refer to by name: stick tables, userlists, `http-errors` sections, proxies, servers,
//! files of patterns.

use super::keys::Keys;
use super::known::Names;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Converter, Effect, Fetch, Found, Proxy, walk};
use crate::haproxy::signatures;
use crate::source::Span;
use crate::suggest::nearest;
use std::collections::HashSet;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let names = Names::of(config);
    let keys = Keys::of(config);
    let found: Vec<_> = config.proxies.iter().map(walk).collect();
    pattern_files(cx, &found);
    for (proxy, found) in config.proxies.iter().zip(found) {
        if proxy.disabled {
            continue;
        }
        for sample in found.samples {
            sample_references(cx, &names, proxy, sample);
        }
        for effect in found.effects {
            if let Effect::Capture { value, slot } = effect {
                capture_slot(cx, proxy, value.fetch.span, *slot);
            }
            if let Effect::Track { key, table, slot } = effect {
                slots(cx, key.fetch.span, i64::from(*slot));
                keys.check(cx, proxy, key, table.as_ref());
                let place = table.as_ref().map_or(key.fetch.span, |table| table.span);
                table_reference(
                    cx,
                    &names,
                    proxy,
                    table.as_ref().map(|t| t.value.as_str()),
                    place,
                );
            }
        }
        for rule in &proxy.stick_rules {
            keys.check(cx, proxy, &rule.key, rule.table.as_ref());
            let place = rule
                .table
                .as_ref()
                .map_or(rule.key.fetch.span, |table| table.span);
            table_reference(
                cx,
                &names,
                proxy,
                rule.table.as_ref().map(|t| t.value.as_str()),
                place,
            );
        }
        let fixed = proxy.use_servers.iter().filter(|r| r.computed.is_none());
        for rule in fixed {
            names.server(cx, proxy, &rule.target.0, rule.target.span);
        }
        let sections = proxy.error_sections.iter().map(|(name, _)| name);
        for name in sections.chain(found.sections) {
            names
                .errors
                .check(cx, "http-errors section", &name.value, name.span);
        }
    }
}

/// Entries can be changed of files that something reads.
fn pattern_files(cx: &mut Context<'_>, walks: &[Found<'_>]) {
    let read: HashSet<&str> = walks
        .iter()
        .flat_map(|found| &found.files)
        .map(|file| file.value.as_str())
        .collect();
    for effect in walks.iter().flat_map(|found| &found.effects) {
        let Effect::ChangePatterns { file, .. } = effect else {
            continue;
        };
        if !read.contains(file.value.as_str()) {
            let message = format!("no map and no acl is read from '{file}'");
            let help = match nearest(&file.value, read.iter().copied()) {
                Some(name) => format!("did you mean '{name}'?"),
                None => "use the file in a map converter or behind '-f' first".to_owned(),
            };
            cx.warning("haproxy/unknown-file", file.span, message)
                .suggest(help);
        }
    }
}

fn sample_references(
    cx: &mut Context<'_>,
    names: &Names<'_>,
    proxy: &Proxy,
    sample: &crate::haproxy::model::Sample,
) {
    names.typed(cx, proxy, &sample.fetch);
    if let Fetch::Other { name, arguments } = &sample.fetch.value
        && let Some(signature) = signatures::fetch(name)
    {
        let span = sample.fetch.span;
        if name.starts_with("sc_")
            && let Some(slot) = arguments.get(usize::from(signature.arguments.starts_with("ii")))
        {
            slots(cx, span, slot.trim().parse().unwrap_or(0));
        }
        // Counters of what is tracked look into whichever table that is.
        let own = name.starts_with("src_") || name.starts_with("table_");
        references(cx, names, proxy, signature.arguments, arguments, span, own);
    }
    for converter in &sample.converters {
        if let Converter::Other { name, arguments } = &converter.value
            && let Some(signature) = signatures::converter(name)
        {
            let (kinds, span) = (signature.arguments, converter.span);
            references(cx, names, proxy, kinds, arguments, span, false);
        }
    }
}

fn references(
    cx: &mut Context<'_>,
    names: &Names<'_>,
    proxy: &Proxy,
    kinds: &str,
    arguments: &[String],
    span: Span,
    own: bool,
) {
    for (at, kind) in kinds.chars().filter(|kind| *kind != '?').enumerate() {
        let given = arguments
            .get(at)
            .map(String::as_str)
            .filter(|text| !text.is_empty());
        match kind {
            't' if given.is_some() => table_reference(cx, names, proxy, given, span),
            't' if own => table_reference(cx, names, proxy, None, span),
            'u' => names.users.check(cx, "userlist", given.unwrap_or(""), span),
            'b' => names.backend(cx, proxy, given, span),
            'e' => names.frontend(cx, proxy, given, span),
            'r' => names.server(cx, proxy, given.unwrap_or(""), span),
            _ => {}
        }
    }
}

fn table_reference(
    cx: &mut Context<'_>,
    names: &Names<'_>,
    proxy: &Proxy,
    name: Option<&str>,
    span: Span,
) {
    match name {
        Some(name) => names.tables.check(cx, "stick table", name, span),
        None if proxy.stick_table.is_none() => {
            let message = format!(
                "{} '{}' has no stick table",
                proxy.kind.keyword(),
                proxy.name
            );
            cx.error("haproxy/unknown-table", span, message)
                .suggest("add 'stick-table type ip size 100k expire 10m store …', or name the section that has one: 'table NAME'");
        }
        None => {}
    }
}

/// Captured to a slot that nobody declared. A backend fills those of its frontends.
fn capture_slot(cx: &mut Context<'_>, proxy: &Proxy, span: Span, slot: u32) {
    let most = proxy
        .request_captures
        .len()
        .max(proxy.response_captures.len());
    if proxy.kind.is_frontend() && usize::try_from(slot).is_ok_and(|slot| slot >= most) {
        let message = format!("'{}' has no slot {slot} to capture to", proxy.name);
        cx.error("haproxy/bad-value", span, message)
            .suggest("declare it above, e.g. 'declare capture request len 64'; the first is 0");
    }
}

fn slots(cx: &mut Context<'_>, span: Span, slot: i64) {
    if !(0..3).contains(&slot) {
        let message = format!("there is no counter {slot}");
        cx.error("haproxy/bad-value", span, message)
            .suggest("counters are 0, 1 and 2");
    }
}
