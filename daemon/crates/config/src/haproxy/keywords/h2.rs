//! `tune.h2.*`, `proto` and `ws`.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{H2, Protocol, Websockets};
use crate::source::Spanned;

/// False: it is another keyword.
pub fn tune(cx: &mut Context<'_>, h2: &mut H2, keyword: &str, args: &mut Args<'_>) -> bool {
    let Some(name) = keyword.strip_prefix("tune.h2.") else {
        return false;
    };
    let (side, name) = match name.split_once('.') {
        Some(("fe", rest)) => (&mut h2.front, rest),
        Some(("be", rest)) => (&mut h2.back, rest),
        _ => (&mut h2.both, name),
    };
    let example = format!("{keyword} ");
    match name {
        "initial-window-size" => {
            let most = i32::MAX.unsigned_abs();
            side.initial_window_size =
                cx.number(args, 0..=most, "the number of bytes", &(example + "65536"));
        }
        "max-concurrent-streams" => {
            side.max_concurrent_streams = cx.number(
                args,
                0..=u32::MAX,
                "the number of streams",
                &(example + "100"),
            );
        }
        "header-table-size" => {
            h2.header_table_size =
                cx.number(args, 0..=65_536, "the number of bytes", &(example + "4096"));
        }
        "max-frame-size" => {
            h2.max_frame_size = cx.number(
                args,
                16_384..=16_777_215,
                "the number of bytes",
                &(example + "16384"),
            );
        }
        _ => return false,
    }
    true
}

/// The word behind `proto`.
pub fn protocol(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    example: &str,
) -> Option<Spanned<Protocol>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the protocol", example);
        return None;
    };
    match word.text.as_ref() {
        "h1" => Some(Spanned::new(Protocol::H1, word.span)),
        "h2" => Some(Spanned::new(Protocol::H2, word.span)),
        _ => {
            cx.bad(word, "a protocol that is spoken here", "write h1 or h2");
            None
        }
    }
}

/// The word behind `ws`.
pub fn websockets(cx: &mut Context<'_>, args: &mut Args<'_>) -> Websockets {
    let Some(word) = args.take() else {
        cx.missing(
            args,
            "the protocol",
            "server web1 10.0.0.21:443 ssl alpn h2 ws h2",
        );
        return Websockets::Auto;
    };
    match word.text.as_ref() {
        "auto" => Websockets::Auto,
        "h1" => Websockets::H1,
        "h2" => Websockets::H2,
        _ => {
            cx.bad(word, "a protocol for websockets", "write auto, h1 or h2");
            Websockets::Auto
        }
    }
}
