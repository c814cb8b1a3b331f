//! `timeout NAME TIME`.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::section::Section;
use crate::registry;

pub fn timeout(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "which timeout", "timeout connect 5s");
    };
    let name = word.text.as_ref();
    if !cx.known("timeout", name, "timeout", word.span) {
        return;
    }
    let places = registry::haproxy()
        .find("timeout", name)
        .map(|entry| entry.places);
    if places.is_some_and(|places| !places.allows(section.place)) {
        let here = section.place.names().first().copied().unwrap_or("");
        // The original only warns, and so do real files' authors expect.
        cx.warning(
            "haproxy/wrong-section",
            args.keyword,
            format!("'timeout {name}' has no effect in a '{here}' section"),
        )
        .suggest(
            "move it to 'defaults', or to the section whose side of the connection it is about",
        );
    }
    let Some(value) = cx.time(args, &format!("timeout {name} 30s")) else {
        return;
    };
    cx.finish(args, &format!("timeout {name}"));
    if value.is_zero() {
        cx.warning(
            "haproxy/no-timeout",
            value.span,
            format!("'timeout {name} 0' waits for ever"),
        )
        .suggest("write a time; dead connections are only found by timeouts");
    }
    let value = Some(value).filter(|value| !value.is_zero());
    let timeouts = &mut section.proxy.timeouts;
    match name {
        "client" | "clitimeout" => timeouts.client = value,
        "server" | "srvtimeout" => timeouts.server = value,
        "connect" | "contimeout" => timeouts.connect = value,
        "queue" => timeouts.queue = value,
        "http-request" => timeouts.http_request = value,
        "http-keep-alive" => timeouts.http_keep_alive = value,
        "check" => timeouts.check = value,
        "tunnel" => timeouts.tunnel = value,
        "client-fin" => timeouts.client_fin = value,
        "server-fin" => timeouts.server_fin = value,
        "tarpit" => timeouts.tarpit = value,
        _ => {}
    }
}
