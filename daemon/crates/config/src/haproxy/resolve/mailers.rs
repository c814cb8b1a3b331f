//! `mailers` sections, and the sections that tell by mail.

use super::known;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, EmailAlert, Proxy};
use crate::suggest::nearest;
use std::collections::HashSet;

pub fn check(cx: &mut Context<'_>, config: &mut Config) {
    let help = "give it another name, or write all mailers into one section";
    let names = known::sections(cx, "mailers", config.mailers.iter().map(|s| &s.name), help);
    let mut used = HashSet::new();
    let mut said = HashSet::new();
    for proxy in config.proxies.iter_mut().filter(|proxy| !proxy.disabled) {
        if !is_whole(cx, proxy) {
            proxy.email_alert = EmailAlert::default();
        }
        let Some(name) = &proxy.email_alert.mailers else {
            continue;
        };
        used.insert(name.value.clone());
        // A line of `defaults` stands in many sections.
        if names.contains(name.value.as_str()) || !said.insert(name.span) {
            continue;
        }
        let help = match nearest(&name.value, names.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("add 'mailers {name}' with a 'mailer' line"),
        };
        let message = format!("there is no section 'mailers {name}', so nobody would be told");
        cx.error("haproxy/unknown-mailers", name.span, message)
            .suggest(help);
    }
    idle(cx, config, &used);
}

/// Whether a section says all that a mail takes, or nothing of mails.
fn is_whole(cx: &mut Context<'_>, proxy: &Proxy) -> bool {
    let alert = &proxy.email_alert;
    let needed = [
        ("mailers", alert.mailers.is_some()),
        ("from", alert.from.is_some()),
        ("to", alert.to.is_some()),
    ];
    let missing: Vec<String> = needed
        .iter()
        .filter(|(_, given)| !given)
        .map(|(word, _)| format!("no 'email-alert {word}'"))
        .collect();
    if missing.is_empty() || *alert == EmailAlert::default() {
        return true;
    }
    let message = format!(
        "{} '{}' sends no mails: it has {}",
        proxy.kind.keyword(),
        proxy.name,
        missing.join(" and ")
    );
    cx.warning("haproxy/no-effect", proxy.name.span, message)
        .suggest("add it here or in 'defaults', or leave out all lines of 'email-alert'");
    false
}

/// Sections that nobody uses, or that hand mails to nobody.
fn idle(cx: &mut Context<'_>, config: &Config, used: &HashSet<String>) {
    for section in &config.mailers {
        let name = &section.name;
        let message = if !used.contains(&name.value) {
            format!("no section sends its mails by 'mailers {name}'")
        } else if section.servers.is_empty() {
            format!("'mailers {name}' has no 'mailer', so nobody is told")
        } else {
            continue;
        };
        cx.warning("haproxy/no-effect", name.span, message)
            .suggest("add 'email-alert mailers NAME' where it is wanted, and 'mailer NAME ADDRESS:PORT' here");
    }
}
