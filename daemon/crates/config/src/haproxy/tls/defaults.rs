//! What `global` says of TLS on all lines.

use super::{ciphers, words};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{ExtraFiles, Global};

/// `ssl-…`
pub fn global(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    let Some(keyword) = args.keyword_text() else {
        return;
    };
    let tls = &mut global.tls;
    match keyword {
        "ssl-default-bind-options" => options(cx, global, args, true),
        "ssl-default-server-options" => options(cx, global, args, false),
        "ssl-default-bind-ciphers" | "ssl-default-bind-ciphersuites" => {
            let text = cx.string(args, "the list", &format!("{keyword} ECDHE+AESGCM"));
            let list = text.and_then(|text| words::suites(cx, keyword, &text));
            let settings = &mut tls.bind;
            if keyword.ends_with("suites") {
                settings.ciphersuites = list;
            } else {
                settings.ciphers = list;
            }
        }
        "ssl-default-server-ciphers" | "ssl-default-server-ciphersuites" => {
            let text = cx.string(args, "the list", &format!("{keyword} ECDHE+AESGCM"));
            let list = text.and_then(|text| words::suites(cx, keyword, &text));
            let settings = &mut tls.server;
            if keyword.ends_with("suites") {
                settings.ciphersuites = list;
            } else {
                settings.ciphers = list;
            }
        }
        "ssl-default-bind-curves" => {
            if let Some(text) = cx.string(args, "the list", "ssl-default-bind-curves X25519:P-256")
            {
                tls.bind.curves = words::spoken(cx, keyword, ciphers::curves(&text), &text);
            }
        }
        "ssl-server-verify" => match args.take() {
            Some(word) if word.text == "none" => tls.trusts_servers = true,
            Some(word) if word.text == "required" => tls.trusts_servers = false,
            Some(word) => cx.bad(word, "a way to verify", "write none or required"),
            None => cx.missing(args, "the word", "ssl-server-verify required"),
        },
        "ssl-load-extra-files" => extra_files(cx, &mut tls.extra_files, args),
        "ssl-load-extra-del-ext" => tls.extra_files.replaces = true,
        // Accepted without effect; what follows is not looked at.
        _ => args.skip_all(),
    }
}

fn options(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>, bind: bool) {
    let tls = &mut global.tls;
    if args.peek().is_none() {
        cx.missing(
            args,
            "an option",
            "ssl-default-bind-options ssl-min-ver TLSv1.2",
        );
    }
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "no-tls-tickets" if bind => tls.bind_no_tickets = true,
            "no-tls-tickets" => tls.server_no_tickets = true,
            "prefer-client-ciphers" if bind => tls.prefer_client_ciphers = true,
            "strict-sni" if bind => tls.strict_sni = true,
            _ => {
                let settings = if bind { &mut tls.bind } else { &mut tls.server };
                if !words::version(cx, settings, word, args) {
                    let help = "it takes ssl-min-ver, ssl-max-ver, no-tlsv12, no-tlsv13, force-tlsv12, force-tlsv13, no-tls-tickets, and on binds prefer-client-ciphers";
                    cx.bad(word, "an option of TLS", help);
                }
            }
        }
    }
}

fn extra_files(cx: &mut Context<'_>, files: &mut ExtraFiles, args: &mut Args<'_>) {
    let replaces = files.replaces;
    let none = ExtraFiles {
        bundle: false,
        timestamps: false,
        ocsp: false,
        issuer: false,
        key: false,
        replaces,
    };
    if args.peek().is_none() {
        cx.missing(args, "a kind of file", "ssl-load-extra-files ocsp key");
    }
    *files = none;
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "none" => *files = none,
            "all" => {
                *files = ExtraFiles {
                    replaces,
                    ..ExtraFiles::default()
                }
            }
            "bundle" => files.bundle = true,
            "sctl" => files.timestamps = true,
            "ocsp" => files.ocsp = true,
            "issuer" => files.issuer = true,
            "key" => files.key = true,
            _ => {
                let help = "it takes all, none, bundle, sctl, ocsp, issuer, key";
                cx.bad(word, "a kind of file", help);
            }
        }
    }
}
