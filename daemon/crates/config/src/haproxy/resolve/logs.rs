//! Log lines to rings that are there.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, LogLine, LogSink, LogTarget};
use crate::suggest::nearest;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let mut names = std::collections::HashSet::new();
    for ring in &config.rings {
        if !names.insert(&ring.name.value) {
            let name = &ring.name;
            let message = format!("the name '{name}' is taken: there is a ring of that name above");
            cx.error("haproxy/duplicate-name", name.span, message)
                .suggest("give it another name");
        }
    }
    let own = config.proxies.iter().flat_map(|proxy| &proxy.logs);
    let own = own.filter_map(|line| match line {
        LogLine::Target(target) => Some(target),
        LogLine::Global => None,
    });
    let mut said = std::collections::HashSet::new();
    for target in config.global.logs.iter().chain(own) {
        // A line of `defaults` stands in many sections.
        if said.insert(target.sink.span) {
            ring(cx, config, target);
        }
    }
}

fn ring(cx: &mut Context<'_>, config: &Config, target: &LogTarget) {
    let LogSink::Ring(name) = &target.sink.value else {
        return;
    };
    if config.rings.iter().any(|ring| ring.name.value == *name) {
        return;
    }
    let names = config.rings.iter().map(|ring| ring.name.value.as_str());
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean 'ring@{near}'?"),
        None => format!("write a section 'ring {name}'"),
    };
    let message = format!("there is no ring '{name}', so nothing would be logged");
    cx.error("haproxy/unknown-ring", target.sink.span, message)
        .suggest(help);
}
