//! Values of what is accepted without effect: a slip in them is a slip all the same, and another
//! program that reads the file would refuse it.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::values::DefaultUnit;

/// `http-request strict-mode on`, `set-nice N`.
pub fn action(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) {
    match name {
        "strict-mode" => choice(cx, args, &["on", "off"], "http-request strict-mode on"),
        "set-nice" => {
            let example = "http-request set-nice 0";
            cx.number(args, i32::MIN..=i32::MAX, "the value", example);
        }
        "wait-for-handshake" if !matches!(args.peek_text(), None | Some("if" | "unless")) => {
            cx.finish(args, "wait-for-handshake");
        }
        _ => {}
    }
}

/// `option http-restrict-req-hdr-names preserve|delete|reject`
pub fn header_names(cx: &mut Context<'_>, args: &mut Args<'_>) {
    let example = "option http-restrict-req-hdr-names preserve";
    choice(cx, args, &["preserve", "delete", "reject"], example);
}

/// Lines of their own.
pub fn line(cx: &mut Context<'_>, keyword: &str, args: &mut Args<'_>) {
    let example = format!("{keyword} 10");
    match keyword {
        "load-server-state-from-file" => {
            choice(
                cx,
                args,
                &["global", "local", "none"],
                "load-server-state-from-file none",
            );
        }
        "max-keep-alive-queue" => {
            cx.number(args, i32::MIN..=i32::MAX, "the number", &example);
        }
        "clitcpka-cnt" | "srvtcpka-cnt" => {
            cx.number(args, 0..=u32::MAX, "the number of probes", &example);
        }
        "clitcpka-idle" | "clitcpka-intvl" | "srvtcpka-idle" | "srvtcpka-intvl" => {
            cx.time_in(args, DefaultUnit::Seconds, &format!("{keyword} 10s"));
        }
        _ => {}
    }
}

/// Parameters of `bind`.
pub fn bind(cx: &mut Context<'_>, word: &Word<'_>, args: &mut Args<'_>) {
    let name = word.text.as_ref();
    let example = |value: &str| format!("bind :80 {name} {value}");
    match name {
        "nice" => {
            cx.number(args, -1024..=1024, "the value", &example("0"));
        }
        "level" => choice(cx, args, &["user", "operator", "admin"], &example("user")),
        "severity-output" => {
            choice(cx, args, &["none", "number", "string"], &example("none"));
        }
        "expose-fd" => choice(cx, args, &["listeners"], &example("listeners")),
        "process" | "thread" | "shards" => {
            let fits = |text: &str| match name {
                "shards" => text == "by-thread" || whole(text),
                _ => text.split('/').count() <= 2 && text.split('/').all(set),
            };
            match args.take() {
                None => cx.missing(args, "its value", &example("1")),
                Some(value) if !fits(&value.text) => {
                    cx.bad(value, &format!("a value of '{name}'"), &example("1"));
                }
                Some(_) => {}
            }
        }
        _ => {
            cx.string(args, "its value", &example("VALUE"));
        }
    }
}

/// `all`, `odd`, `even`, `N`, `N-M`: threads or processes.
fn set(text: &str) -> bool {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    matches!(text, "all" | "odd" | "even") || (whole(low) && (high.is_empty() || whole(high)))
}

fn whole(text: &str) -> bool {
    text.parse::<u32>()
        .is_ok_and(|number| (1..=64).contains(&number))
}

fn choice(cx: &mut Context<'_>, args: &mut Args<'_>, known: &[&str], example: &str) {
    match args.take() {
        None => cx.missing(args, "the value", example),
        Some(word) if !known.contains(&word.text.as_ref()) => {
            cx.bad(
                word,
                "a value here",
                &format!("write {}", known.join(" or ")),
            );
        }
        Some(_) => {}
    }
}
