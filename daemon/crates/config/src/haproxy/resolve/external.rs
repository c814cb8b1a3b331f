//! What `option external-check` needs elsewhere.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, ExternalCheck, HealthCheck, Proxy};
use crate::source::Span;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let global = &config.global;
    let proxies = config.proxies.iter().filter(|proxy| !proxy.disabled);
    let mut first = None;
    for proxy in proxies {
        if let HealthCheck::External(program) = &proxy.check.value {
            first.get_or_insert(proxy.check.span);
            needs(cx, proxy, program);
        }
    }
    let Some(span) = first else { return };
    if !global.external_check {
        let message = "programs check servers only where 'global' allows it".to_owned();
        cx.error("haproxy/external-check", span, message)
            .suggest("add 'external-check' to the section 'global'");
    }
    if !global.insecure_fork {
        warn_of_fork(cx, span);
    }
    if let Some(root) = &global.chroot {
        let message = format!(
            "the programs of 'external-check' run outside '{}'; haproxy looks for them below it",
            root.value
        );
        cx.diagnostics
            .note("haproxy/external-check", root.span, message);
    }
}

fn warn_of_fork(cx: &mut Context<'_>, span: Span) {
    let message =
        "'insecure-fork-wanted' is not in 'global': haproxy would likely fail to run the program"
            .to_owned();
    cx.warning("haproxy/external-check", span, message)
        .suggest("add 'insecure-fork-wanted' to the section 'global'");
}

fn needs(cx: &mut Context<'_>, proxy: &Proxy, program: &ExternalCheck) {
    let title = format!("{} '{}'", proxy.kind.keyword(), proxy.name);
    let Some(command) = &program.command else {
        let message = format!("{title} has 'option external-check' and no program");
        cx.error("haproxy/external-check", proxy.check.span, message)
            .suggest("add 'external-check command /usr/local/bin/check-server'");
        return;
    };
    if !command.value.starts_with('/') && program.path.is_none() {
        let message = format!(
            "the program '{}' of {title} is looked for nowhere",
            command.value
        );
        cx.error("haproxy/external-check", command.span, message)
            .suggest("write its absolute path, or add 'external-check path /usr/bin:/bin'");
    }
}
