//! Keywords of `global`.

use super::args::Args;
use super::context::Context;
use super::keywords::log_target;
use super::model::Global;
use super::signatures::Moments;
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
        return super::stats_socket::stats(cx, global, args);
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
        "maxsslconn" => global.max_tls = rate(cx, args, keyword),
        "maxsslrate" => global.tls_rate = rate(cx, args, keyword),
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
        "log-tag" => global.log_tag = cx.filled(args, "the tag", "log-tag haproxy"),
        "log-send-hostname" => global.log_send_hostname = Some(args.take_string()),
        "hard-stop-after" => {
            global.hard_stop_after =
                cx.time_in(args, DefaultUnit::Milliseconds, "hard-stop-after 30s");
        }
        "set-var" | "set-var-fmt" => {
            cx.moments = Some(Moments::START);
            if let Some(variable) = super::keywords::process_variable(cx, keyword, args) {
                global.variables.push(variable);
            }
        }
        "log" => {
            if let Some(target) = log_target(cx, args) {
                global.logs.push(target);
            }
        }
        "external-check" => global.external_check = true,
        "insecure-fork-wanted" => global.insecure_fork = true,
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
        Some("insecure-fork-wanted") => global.insecure_fork = false,
        Some(other) => {
            cx.known("global", other, "global keyword", args.keyword);
            args.skip_all();
        }
        None => cx.missing(args, "what 'no' is about", "no log"),
    }
    cx.finish(args, "no log");
}

/// So many in a second; 0 is no limit.
fn rate(cx: &mut Context<'_>, args: &mut Args<'_>, keyword: &str) -> Option<Spanned<u32>> {
    let example = format!("{keyword} 1000");
    let limit = cx.number(args, 0..=u32::MAX, "the rate", &example);
    limit.filter(|limit| **limit > 0)
}
