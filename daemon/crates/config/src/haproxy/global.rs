//! Keywords of `global`.

use super::args::{Args, owned};
use super::context::Context;
use super::keywords::log_target;
use super::model::{Global, StatsSocket};
use super::values::DefaultUnit;
use crate::source::Spanned;

pub fn keyword(cx: &mut Context<'_>, global: &mut Global, mut args: Args<'_>) {
    let Some(keyword) = args.keyword_text() else {
        return;
    };
    let args = &mut args;
    if keyword == "no" {
        return negated(cx, global, args);
    }
    if keyword == "stats" {
        return stats(cx, global, args);
    }
    if !cx.known("global", keyword, "global keyword", args.keyword) {
        return;
    }
    match keyword {
        "maxconn" => {
            global.maxconn = cx.number(
                args,
                1..=u32::MAX,
                "the number of connections",
                "maxconn 20000",
            );
        }
        "maxconnrate" => global.connection_rate = rate(cx, args, keyword),
        "maxsessrate" => global.session_rate = rate(cx, args, keyword),
        "nbthread" => {
            global.nbthread = cx.number(args, 1..=4096, "the number of threads", "nbthread 2");
        }
        "spread-checks" => {
            global.spread_checks = cx.number(args, 0..=50, "the percentage", "spread-checks 5");
        }
        "tune.http.maxhdr" => {
            global.max_headers = cx.number(args, 1..=32767, "the number", "tune.http.maxhdr 101");
        }
        "tune.bufsize" => global.bufsize = cx.size(args, "tune.bufsize 16384"),
        "tune.maxrewrite" => global.maxrewrite = cx.size(args, "tune.maxrewrite 1024"),
        "user" => global.user = cx.string(args, "the user", "user haproxy"),
        "group" => global.group = cx.string(args, "the group", "group haproxy"),
        "chroot" => global.chroot = cx.string(args, "the directory", "chroot /var/lib/haproxy"),
        "ca-base" => global.ca_base = cx.string(args, "the directory", "ca-base /etc/ssl/certs"),
        "crt-base" => {
            global.crt_base = cx.string(args, "the directory", "crt-base /etc/ssl/private");
        }
        "node" => global.node = cx.string(args, "the name", "node lb1"),
        "log-tag" => global.log_tag = cx.string(args, "the tag", "log-tag haproxy"),
        "log-send-hostname" => global.log_send_hostname = Some(args.take_string()),
        "hard-stop-after" => {
            global.hard_stop_after =
                cx.time_in(args, DefaultUnit::Milliseconds, "hard-stop-after 30s");
        }
        "set-var" | "set-var-fmt" => {
            if let Some(variable) = super::keywords::process_variable(cx, keyword, args) {
                global.variables.push(variable);
            }
        }
        "log" => {
            if let Some(target) = log_target(cx, args) {
                global.logs.push(target);
            }
        }
        "setenv" | "presetenv" | "unsetenv" | "resetenv" | "localpeer" => {
            super::variables::keyword(cx, keyword, args);
        }
        tls if tls.starts_with("ssl-") => super::tls::global(cx, global, args),
        // Accepted without effect, or refused: what follows is not looked at.
        _ if !super::keywords::h2_tuning(cx, &mut global.h2, keyword, args) => args.skip_all(),
        _ => {}
    }
    cx.finish(args, keyword);
}

fn negated(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    match args.descend().map(|word| word.text.as_ref()) {
        Some("log") => global.logs.clear(),
        Some(other) => {
            cx.known("global", other, "global keyword", args.keyword);
            args.skip_all();
        }
        None => cx.missing(args, "what 'no' is about", "no log"),
    }
    cx.finish(args, "no log");
}

fn stats(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    cx.known("global", "stats", "keyword", args.keyword);
    match args.descend().map(|word| word.text.as_ref()) {
        Some("socket") => socket(cx, global, args),
        Some("timeout") => {
            global.stats_timeout = cx.time_in(args, DefaultUnit::Milliseconds, "stats timeout 30s");
        }
        Some("maxconn") => {
            cx.number(
                args,
                1..=u32::MAX,
                "the number of connections",
                "stats maxconn 10",
            );
        }
        Some("bind-process") => args.skip_all(),
        Some(other) => {
            let message = format!("unknown keyword 'stats {other}' in section 'global'");
            cx.error("haproxy/unknown-keyword", args.keyword, message)
                .suggest("it is 'stats socket', 'stats timeout' or 'stats maxconn'");
            args.skip_all();
        }
        None => cx.missing(
            args,
            "what about statistics",
            "stats socket /run/haproxy/admin.sock",
        ),
    }
    cx.finish(args, "stats");
}

fn socket(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    let Some(address) = args.take() else {
        return cx.missing(
            args,
            "the path",
            "stats socket /run/haproxy/admin.sock mode 660",
        );
    };
    let mut socket = StatsSocket {
        address: owned(address),
        mode: None,
        user: None,
        group: None,
        level: None,
        expose_fd_listeners: false,
    };
    let example = "stats socket /run/haproxy/admin.sock mode 660 level admin";
    while let Some(word) = args.take() {
        if !cx.known(
            "stats socket",
            &word.text,
            "stats socket parameter",
            word.span,
        ) {
            continue;
        }
        match word.text.as_ref() {
            "mode" => socket.mode = cx.file_mode(args, example),
            "user" | "uid" => socket.user = cx.string(args, "the user", example),
            "group" | "gid" => socket.group = cx.string(args, "the group", example),
            "level" => socket.level = level(cx, args),
            "expose-fd" => {
                socket.expose_fd_listeners = args.take_if("listeners").is_some();
                if !socket.expose_fd_listeners {
                    cx.missing(args, "'listeners'", "expose-fd listeners");
                }
            }
            "ssl" | "accept-proxy" => {}
            _ => {
                cx.string(args, "its value", example);
            }
        }
    }
    global.stats_sockets.push(socket);
}

fn level(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<crate::source::Spanned<String>> {
    let word = args.take();
    match word {
        Some(word) if matches!(word.text.as_ref(), "user" | "operator" | "admin") => {
            Some(owned(word))
        }
        Some(word) => {
            cx.bad(word, "a level", "write user, operator or admin");
            None
        }
        None => {
            cx.missing(args, "the level", "level admin");
            None
        }
    }
}

/// So many in a second; 0 is no limit.
fn rate(cx: &mut Context<'_>, args: &mut Args<'_>, keyword: &str) -> Option<Spanned<u32>> {
    let example = format!("{keyword} 1000");
    let limit = cx.number(args, 0..=u32::MAX, "the rate", &example);
    limit.filter(|limit| **limit > 0)
}
