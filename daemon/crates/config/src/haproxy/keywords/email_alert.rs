//! `email-alert from|to|level|mailers|myhostname`: who is told by mail of what becomes of servers.

use super::logging::{LEVELS, level};
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::section::Section;
use crate::source::Spanned;
use crate::suggest::nearest;

pub fn email_alert(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        let what = "which of from, to, level, mailers, myhostname";
        return cx.missing(args, what, "email-alert from lb@example.org");
    };
    let keyword = word.text.as_ref();
    if !cx.known("email-alert", keyword, "setting of mails", word.span) {
        return args.skip_all();
    }
    let alert = &mut section.proxy.email_alert;
    match keyword {
        "from" => alert.from = address(cx, args, "email-alert from lb@example.org"),
        "to" => alert.to = address(cx, args, "email-alert to ops@example.org"),
        "mailers" => {
            let what = "the name of a mailers section";
            alert.mailers = cx.string(args, what, "email-alert mailers relays");
        }
        "myhostname" => {
            let example = "email-alert myhostname lb.example.org";
            let name = cx.string(args, "the name", example);
            alert.host = name.filter(|name| one_line(cx, name));
        }
        _ => {
            let Some(word) = args.take() else {
                return cx.missing(args, "the level", "email-alert level notice");
            };
            alert.level = level(&word.text).map(|level| Spanned::new(level, word.span));
            if alert.level.is_none() {
                let names = LEVELS.map(|(name, _)| name);
                let help = nearest(&word.text, names).map_or_else(
                    || format!("one of {}", names.join(", ")),
                    |name| format!("did you mean '{name}'?"),
                );
                cx.bad(word, "a level", &help);
            }
        }
    }
    cx.finish(args, keyword);
}

/// Stands in the envelope and in the mail itself.
fn address(cx: &mut Context<'_>, args: &mut Args<'_>, example: &str) -> Option<Spanned<String>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the mail address", example);
        return None;
    };
    let address = owned(word);
    if !one_line(cx, &address) {
        return None;
    }
    if word.text.contains(['<', '>', ' ']) {
        let message = format!(
            "'{address}' is more than a mail address, and mail servers refuse it in the envelope"
        );
        cx.warning("haproxy/bad-value", word.span, message)
            .suggest(format!("write the address alone: '{example}'"));
    }
    Some(address)
}

/// Nothing may begin another line of the conversation.
fn one_line(cx: &mut Context<'_>, text: &Spanned<String>) -> bool {
    let plain = !text.value.is_empty() && !text.value.contains(char::is_control);
    if !plain {
        let message = "this is empty or holds control characters".to_owned();
        cx.error("haproxy/bad-value", text.span, message)
            .suggest("write it in plain characters");
    }
    plain
}
