//! Words of TLS on `bind`, `server` and `crt-list` lines.

use super::ciphers;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{BindTls, IgnoredErrors, ServerTls, TlsSettings, TlsVersion, Verify};
use crate::haproxy::piece::Piece;
use crate::source::Spanned;

/// A word of a bind line; false when it is none of TLS.
pub fn bind(cx: &mut Context<'_>, tls: &mut BindTls, word: &Word<'_>, args: &mut Args<'_>) -> bool {
    let name = word.text.as_ref();
    let example = format!("bind :443 ssl crt site.pem {name} VALUE");
    match name {
        "ssl" => tls.enabled = true,
        "crt" => {
            let example = "bind :443 ssl crt /etc/haproxy/site.pem";
            tls.certificates
                .extend(cx.string(args, "the file", example));
        }
        "crt-list" => {
            let example = "bind :443 ssl crt-list /etc/haproxy/certificates.list";
            tls.crt_lists.extend(cx.string(args, "the file", example));
        }
        "strict-sni" => tls.strict_sni = true,
        "prefer-client-ciphers" => tls.prefer_client_ciphers = true,
        "no-tls-tickets" => tls.no_tickets = true,
        "tls-ticket-keys" => tls.ticket_keys = cx.string(args, "the file", &example),
        "ca-ignore-err" => tls.ignored_ca_errors = errors(cx, args, name),
        "crt-ignore-err" => tls.ignored_crt_errors = errors(cx, args, name),
        _ => return setting(cx, &mut tls.settings, word, args),
    }
    true
}

/// A word of a server line; false when it is none of TLS.
pub fn server(
    cx: &mut Context<'_>,
    tls: &mut ServerTls,
    word: &Word<'_>,
    args: &mut Args<'_>,
) -> bool {
    match word.text.as_ref() {
        "ssl" => tls.enabled = true,
        "no-ssl" => tls.enabled = false,
        "crt" => tls.crt = cx.string(args, "the file", "server a 10.0.0.1:443 ssl crt me.pem"),
        "sni" => match args.take() {
            Some(word) => {
                let sample = cx.sample(Piece::of(word));
                tls.sni = sample.map(|sample| Spanned::new(sample, word.span));
            }
            None => cx.missing(args, "the expression", "sni req.hdr(host)"),
        },
        "verifyhost" => tls.verifyhost = cx.string(args, "the name", "verifyhost a.example"),
        "no-verifyhost" => tls.verifyhost = None,
        "ssl-reuse" => tls.no_reuse = false,
        "no-ssl-reuse" => tls.no_reuse = true,
        "tls-tickets" => tls.no_tickets = false,
        "no-tls-tickets" => tls.no_tickets = true,
        "verify" if args.peek_text() == Some("optional") => {
            let Some(word) = args.take() else {
                return true;
            };
            let help = "write 'verify none' or 'verify required'";
            cx.bad(word, "something that a server can be asked", help);
        }
        _ => return setting(cx, &mut tls.settings, word, args),
    }
    true
}

/// A word that may stand on each kind of line.
pub fn setting(
    cx: &mut Context<'_>,
    settings: &mut TlsSettings,
    word: &Word<'_>,
    args: &mut Args<'_>,
) -> bool {
    let name = word.text.as_ref();
    let mut file = |cx: &mut Context<'_>| {
        cx.string(args, "the file", &format!("ssl {name} /etc/haproxy/ca.pem"))
    };
    match name {
        "ca-file" => settings.ca_file = file(cx),
        "ca-verify-file" => settings.ca_verify_file = file(cx),
        "crl-file" => settings.crl_file = file(cx),
        "no-ca-names" => settings.no_ca_names = true,
        "verify" => settings.verify = verify(cx, args),
        "alpn" => {
            let list = cx.string(args, "the list of protocols", "alpn h2,http/1.1");
            settings.alpn = list.and_then(|list| protocols(cx, &list));
        }
        "npn" => {
            cx.string(args, "the list of protocols", "alpn h2,http/1.1");
        }
        "sigalgs" | "client-sigalgs" => {
            cx.string(
                args,
                "the list of algorithms",
                &format!("{name} RSA-PSS+SHA256"),
            );
        }
        "ciphers" => {
            let text = cx.string(args, "the list", "ciphers ECDHE+AESGCM");
            settings.ciphers = text.and_then(|t| suites(cx, name, &t));
        }
        "ciphersuites" => {
            let text = cx.string(args, "the list", "ciphersuites TLS_AES_128_GCM_SHA256");
            settings.ciphersuites = text.and_then(|t| suites(cx, name, &t));
        }
        // `curves` prevails, wherever it stands.
        "curves" | "ecdhe" => {
            let text = cx.string(args, "the list", "curves X25519:P-256");
            let chosen = text.map(|text| (ciphers::curves(&text), text));
            let curves = chosen.and_then(|(c, text)| spoken(cx, name, c, &text));
            if name == "curves" || settings.curves.is_none() {
                settings.curves = curves;
            }
        }
        _ => return version(cx, settings, word, args),
    }
    true
}

/// What bounds the versions.
pub fn version(
    cx: &mut Context<'_>,
    settings: &mut TlsSettings,
    word: &Word<'_>,
    args: &mut Args<'_>,
) -> bool {
    use TlsVersion::{Tls12, Tls13};
    match word.text.as_ref() {
        "ssl-min-ver" => match written_version(cx, args, "ssl-min-ver TLSv1.2") {
            Some((word, None)) => {
                too_old(cx, word);
                settings.min_version = Some(Tls12);
            }
            Some((_, version)) => settings.min_version = version,
            None => {}
        },
        "ssl-max-ver" => match written_version(cx, args, "ssl-max-ver TLSv1.3") {
            Some((word, None)) => only_old(cx, word),
            Some((_, version)) => settings.max_version = version,
            None => {}
        },
        "force-tlsv12" => (settings.min_version, settings.max_version) = (Some(Tls12), Some(Tls12)),
        "force-tlsv13" => (settings.min_version, settings.max_version) = (Some(Tls13), Some(Tls13)),
        "force-sslv3" | "force-tlsv10" | "force-tlsv11" => only_old(cx, word),
        // They are never spoken.
        "no-sslv3" | "no-tlsv10" | "no-tlsv11" => {}
        "no-tlsv12" => settings.min_version = Some(Tls13),
        "no-tlsv13" => settings.max_version = Some(Tls12),
        _ => return false,
    }
    let (tls12, tls13) = settings.versions();
    if !tls12 && !tls13 {
        let message = format!("'{}' leaves no version of TLS to speak", word.text);
        cx.error("haproxy/tls-version", word.span, message)
            .suggest("write 'ssl-min-ver TLSv1.2' and nothing else about versions");
        (settings.min_version, settings.max_version) = (None, None);
    }
    true
}

/// The word, and the version where it is spoken.
fn written_version<'l>(
    cx: &mut Context<'_>,
    args: &mut Args<'l>,
    example: &str,
) -> Option<(&'l Word<'l>, Option<TlsVersion>)> {
    let Some(word) = args.take() else {
        cx.missing(args, "the version", example);
        return None;
    };
    match word.text.as_ref() {
        "SSLv3" | "TLSv1.0" | "TLSv1.1" => Some((word, None)),
        "TLSv1.2" => Some((word, Some(TlsVersion::Tls12))),
        "TLSv1.3" => Some((word, Some(TlsVersion::Tls13))),
        _ => {
            cx.bad(word, "a version of TLS", "write TLSv1.2 or TLSv1.3");
            None
        }
    }
}

fn too_old(cx: &mut Context<'_>, word: &Word<'_>) {
    let message = format!(
        "'{}' is not spoken any more (RFC 8996): the oldest version is TLSv1.2",
        word.text
    );
    cx.warning("haproxy/tls-version", word.span, message)
        .suggest("write 'ssl-min-ver TLSv1.2'");
}

fn only_old(cx: &mut Context<'_>, word: &Word<'_>) {
    let message = format!(
        "'{}' leaves no version to speak: those before TLSv1.2 are not spoken (RFC 8996)",
        word.text
    );
    cx.error("haproxy/tls-version", word.span, message)
        .suggest("leave it out, or write 'ssl-min-ver TLSv1.2'");
}

fn verify(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<Verify>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the word", "verify required");
        return None;
    };
    let verify = match word.text.as_ref() {
        "none" => Verify::None,
        "optional" => Verify::Optional,
        "required" => Verify::Required,
        _ => {
            let help = "write none, optional or required";
            cx.bad(word, "a way to verify", help);
            return None;
        }
    };
    Some(Spanned::new(verify, word.span))
}

/// Protocols to agree on (RFC 7301).
pub fn protocols(cx: &mut Context<'_>, list: &Spanned<String>) -> Option<Vec<String>> {
    let names: Vec<String> = list.split(',').map(str::to_owned).collect();
    if names.iter().all(|name| (1..=255).contains(&name.len())) {
        return Some(names);
    }
    let message = format!("'{}' is not a list of protocols", list.value);
    cx.error("haproxy/bad-value", list.span, message)
        .suggest("write names with commas between them, e.g. 'alpn h2,http/1.1'");
    None
}

/// `ciphers` or `ciphersuites`.
pub fn suites(
    cx: &mut Context<'_>,
    name: &str,
    text: &Spanned<String>,
) -> Option<Vec<crate::haproxy::model::CipherSuite>> {
    let chosen = if name.ends_with("suites") {
        ciphers::suites(text)
    } else {
        ciphers::list(text)
    };
    spoken(cx, name, chosen, text)
}

/// What of a list is spoken; says what is not, and when nothing is left.
pub fn spoken<T>(
    cx: &mut Context<'_>,
    name: &str,
    chosen: ciphers::Chosen<T>,
    text: &Spanned<String>,
) -> Option<Vec<T>> {
    let (is, them) = match chosen.foreign.as_slice() {
        [one] => ("is", one.clone()),
        some => ("are", some.join(", ")),
    };
    if chosen.list.is_empty() {
        let message = format!("nothing of this list for '{name}' is spoken");
        let help = if name.ends_with("curves") || name == "ecdhe" {
            "write e.g. X25519:P-256:P-384"
        } else if name.ends_with("suites") {
            "write e.g. TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"
        } else {
            "write e.g. ECDHE+AESGCM:ECDHE+CHACHA20; others have no forward secrecy or no integrity of their own"
        };
        cx.error("haproxy/tls-cipher", text.span, message)
            .suggest(help);
        return None;
    }
    if !chosen.foreign.is_empty() {
        let message = format!("{them} {is} not spoken and left out");
        cx.warning("haproxy/tls-cipher", text.span, message);
    }
    Some(chosen.list)
}

/// `all`, or numbers of OpenSSL's verification errors.
fn errors(cx: &mut Context<'_>, args: &mut Args<'_>, name: &str) -> IgnoredErrors {
    let example = format!("{name} all");
    let Some(word) = args.take() else {
        cx.missing(args, "the list of errors", &example);
        return IgnoredErrors::None;
    };
    if word.text == "all" {
        return IgnoredErrors::All;
    }
    let numbers = word.text.split(',').map(|number| number.trim().parse());
    match numbers.collect() {
        Ok(these) => IgnoredErrors::These(these),
        Err(_) => {
            let help = "write 'all', or numbers with commas between them, e.g. 10,20";
            cx.bad(word, "a list of errors by their numbers", help);
            IgnoredErrors::None
        }
    }
}
