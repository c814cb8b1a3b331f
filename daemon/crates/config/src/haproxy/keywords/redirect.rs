//! `redirect location|prefix|scheme VALUE [code N] [drop-query] [append-slash] [set-cookie C]
//! [clear-cookie C]`.

use super::http_rules::{Side, format};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Redirect, RedirectKind};
use crate::source::Spanned;

/// `http-request redirect`, `http-response redirect`: of an answer nothing but the location can be
/// changed, because the request that the other kinds need is gone.
pub fn of_side(cx: &mut Context<'_>, args: &mut Args<'_>, side: Side) -> Option<Redirect> {
    let kind = args.peek().filter(|_| side == Side::Response);
    if let Some(word) = kind.filter(|word| matches!(word.text.as_ref(), "prefix" | "scheme")) {
        cx.bad(
            word,
            "a kind of redirect that an answer can become",
            "write 'location URL', or redirect in 'http-request'",
        );
        args.skip_all();
        return None;
    }
    redirect(cx, args)
}

pub fn redirect(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Redirect> {
    let example = "redirect scheme https code 301 if !{ ssl_fc }";
    let (mut kind, mut code) = (None, Spanned::new(302, args.keyword));
    let (mut drop_query, mut append_slash, mut ignore_empty) = (false, false, false);
    let (mut set_cookie, mut clear_cookie) = (None, None);
    while let Some(word) = args.peek() {
        if matches!(word.text.as_ref(), "if" | "unless") {
            break;
        }
        args.take();
        match word.text.as_ref() {
            "location" => kind = Some(RedirectKind::Location(format(cx, args, "the location")?)),
            "prefix" => kind = Some(RedirectKind::Prefix(format(cx, args, "the prefix")?)),
            "scheme" => kind = Some(RedirectKind::Scheme(format(cx, args, "the scheme")?)),
            "code" => code = status(cx, args)?,
            "drop-query" => drop_query = true,
            "append-slash" => append_slash = true,
            "set-cookie" => set_cookie = Some(cx.string(args, "the cookie", example)?),
            "clear-cookie" => clear_cookie = Some(cx.string(args, "the cookie", example)?),
            "ignore-empty" => ignore_empty = true,
            _ => {
                cx.bad(
                    word,
                    "a parameter of 'redirect'",
                    "it takes location, prefix, scheme, code, drop-query, append-slash, ignore-empty, set-cookie, clear-cookie",
                );
                args.skip_all();
                return None;
            }
        }
    }
    let Some(kind) = kind else {
        cx.missing(args, "where to redirect to", example);
        return None;
    };
    Some(Redirect {
        kind,
        code,
        drop_query,
        append_slash,
        ignore_empty,
        set_cookie,
        clear_cookie,
    })
}

fn status(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<u16>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", "redirect scheme https code 301");
        return None;
    };
    match word.text.parse() {
        Ok(code @ (301 | 302 | 303 | 307 | 308)) => Some(Spanned::new(code, word.span)),
        _ => {
            cx.bad(
                word,
                "a status of a redirect",
                "write 301, 302, 303, 307 or 308",
            );
            None
        }
    }
}
