//! `cookie NAME [insert|rewrite|prefix] …`

use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Cookie, CookieMode};
use crate::haproxy::section::Section;
use crate::haproxy::values::DefaultUnit;

pub fn cookie(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "cookie SRV insert indirect nocache";
    let Some(name) = args.take().filter(|name| !name.text.is_empty()) else {
        return cx.missing(args, "the name of the cookie", example);
    };
    let mut cookie = Cookie {
        name: owned(name),
        mode: CookieMode::Passive,
        indirect: false,
        nocache: false,
        postonly: false,
        preserve: false,
        httponly: false,
        secure: false,
        domains: Vec::new(),
        attributes: Vec::new(),
        maxidle: None,
        maxlife: None,
        dynamic: false,
    };
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "insert" | "rewrite" | "prefix" => mode(cx, &mut cookie, word),
            "indirect" => cookie.indirect = true,
            "nocache" => cookie.nocache = true,
            "postonly" => cookie.postonly = true,
            "preserve" => cookie.preserve = true,
            "httponly" => cookie.httponly = true,
            "secure" => cookie.secure = true,
            "dynamic" => cookie.dynamic = true,
            "domain" => domain(cx, &mut cookie, args),
            "attr" => {
                let attribute = cx.string(args, "the attribute", "attr SameSite=Lax");
                let bad = |c: char| c.is_control() || c == ';';
                if let Some(wrong) = attribute.as_ref().filter(|text| text.contains(bad)) {
                    let message = "a ';' or a control character would end the attribute".to_owned();
                    cx.error("haproxy/bad-value", wrong.span, message)
                        .suggest("write one attribute behind each 'attr'");
                }
                cookie.attributes.extend(attribute);
            }
            "maxidle" => cookie.maxidle = cx.time_in(args, DefaultUnit::Seconds, "maxidle 30m"),
            "maxlife" => cookie.maxlife = cx.time_in(args, DefaultUnit::Seconds, "maxlife 8h"),
            _ => cx.bad(
                word,
                "a parameter of 'cookie'",
                "it takes insert, rewrite, prefix, indirect, nocache, postonly, preserve, \
                 httponly, secure, domain, attr, maxidle, maxlife, dynamic",
            ),
        }
    }
    if cookie.preserve && cookie.mode != CookieMode::Insert && !cookie.indirect {
        let message = "'preserve' goes with 'insert' or 'indirect'".to_owned();
        cx.error("haproxy/bad-value", cookie.name.span, message)
            .suggest(format!("write e.g. '{example}'"));
    }
    if cookie.indirect && cookie.mode == CookieMode::Rewrite {
        let message =
            "'indirect' does not go with 'rewrite': the server's cookie is the one".to_owned();
        cx.error("haproxy/bad-value", cookie.name.span, message)
            .suggest("write 'insert indirect', or leave 'indirect' out");
    }
    section.proxy.cookie = Some(cookie);
}

/// What else stood there would be read as the next attribute, or as the next cookie.
fn domain(cx: &mut Context<'_>, cookie: &mut Cookie, args: &mut Args<'_>) {
    let domain = cx.filled(args, "the domain", "domain .example.com");
    let bad = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_');
    if let Some(wrong) = domain.as_ref().filter(|text| text.contains(bad)) {
        let message = format!("'{wrong}' is not the name of a domain");
        cx.error("haproxy/bad-value", wrong.span, message)
            .suggest("write letters, digits, '-' and '.', e.g. 'domain .example.com'");
    }
    cookie.domains.extend(domain);
}

/// How the cookie comes about: one way only.
fn mode(cx: &mut Context<'_>, cookie: &mut Cookie, word: &Word<'_>) {
    let mode = match word.text.as_ref() {
        "insert" => CookieMode::Insert,
        "rewrite" => CookieMode::Rewrite,
        _ => CookieMode::Prefix,
    };
    if cookie.mode != CookieMode::Passive && cookie.mode != mode {
        cx.bad(
            word,
            "possible beside another of insert, rewrite and prefix",
            "write one of them",
        );
    }
    cookie.mode = mode;
}

/// `dynamic-cookie-key SECRET`
pub fn key(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "dynamic-cookie-key \"${COOKIE_KEY}\"";
    section.proxy.dynamic_cookie_key = cx.string(args, "the key", example);
    cx.finish(args, "dynamic-cookie-key");
}
