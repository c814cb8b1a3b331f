//! Variables of formats that speak of requests, in sections that have none.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Effect, Format, FormatPart, LogFormat, Mode, Proxy, TcpAction};
use crate::source::Span;
use std::collections::HashSet;

const OF_HTTP: [&str; 17] = [
    "CC", "CS", "HM", "HP", "HPO", "HQ", "HU", "HV", "TR", "Ta", "Ti", "Tq", "Tr", "r", "tr",
    "trg", "trl",
];

pub fn check(cx: &mut Context<'_>, proxies: &[Proxy]) {
    // A line of `defaults` stands in many sections.
    let mut said = HashSet::new();
    let tcp = |proxy: &&Proxy| proxy.mode.value == Mode::Tcp && !proxy.disabled;
    for format in proxies.iter().filter(tcp).flat_map(formats) {
        one(cx, format, &mut said);
    }
}

fn formats(proxy: &Proxy) -> Vec<&Format> {
    let mut found = Vec::new();
    if proxy.kind.is_frontend() {
        if let LogFormat::Custom(format) = &proxy.log_format {
            found.push(format);
        }
        found.extend(&proxy.log_format_sd);
        found.extend(&proxy.error_log_format);
        found.extend(&proxy.unique_id_format);
    }
    found.extend(
        proxy
            .use_backends
            .iter()
            .filter_map(|r| r.computed.as_ref()),
    );
    found.extend(proxy.use_servers.iter().filter_map(|r| r.computed.as_ref()));
    found.extend(
        proxy
            .tcp_rules
            .iter()
            .filter_map(|r| match &r.action.value {
                TcpAction::Effect(Effect::SetVarFormat { value, .. }) => Some(value),
                _ => None,
            }),
    );
    found
}

fn one(cx: &mut Context<'_>, format: &Format, said: &mut HashSet<Span>) {
    for part in &format.parts {
        let FormatPart::Variable { name, .. } = part else {
            continue;
        };
        if OF_HTTP.contains(&name.value.as_str()) && said.insert(name.span) {
            let message =
                format!("'%{name}' speaks of an HTTP request, and there is none in mode tcp");
            cx.error("haproxy/not-there", name.span, message)
                .suggest("leave it out, or write 'mode http' in this section");
        }
    }
}
