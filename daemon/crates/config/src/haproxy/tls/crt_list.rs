//! `crt-list` files: a certificate a line, with settings in brackets and the names it is for.

use super::{settings, words};
use crate::diagnostic::Parsed;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Global, ListedCertificate, TlsSettings};
use crate::options::Options;
use crate::registry;
use crate::source::{FileId, Source, SourceMap, Span, Spanned};
use std::borrow::Cow;

/// Reads such a file. `base` is what its lines fall back to: the settings of the bind line.
pub fn listed(
    file: &Source,
    global: &Global,
    base: &TlsSettings,
    options: &Options<'_>,
) -> Parsed<Vec<ListedCertificate>> {
    let sources = SourceMap::new(std::slice::from_ref(file));
    let mut cx = Context::new(options, &[]);
    let mut config = Vec::new();
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let words = split(line, offset);
        offset += line.len();
        if words
            .first()
            .is_some_and(|word| !word.text.starts_with('#'))
        {
            config.extend(entry(&mut cx, &words, global, base));
        }
    }
    Parsed {
        config,
        diagnostics: cx.diagnostics.into_sorted(),
        sources,
        outline: crate::Outline::default(),
    }
}

fn entry(
    cx: &mut Context<'_>,
    words: &[Word<'_>],
    global: &Global,
    base: &TlsSettings,
) -> Option<ListedCertificate> {
    let (first, rest) = words.split_first()?;
    let mut path = Spanned::new(first.text.to_string(), first.span);
    settings::under(global.crt_base.as_ref(), &mut path);
    let mut own = TlsSettings::default();
    let mut filters = rest;
    if rest.first().is_some_and(|word| word.text == "[") {
        let Some(end) = rest.iter().position(|word| word.text == "]") else {
            let message = "the bracket is not closed".to_owned();
            cx.error("haproxy/crt-list", rest[0].span, message)
                .suggest("write e.g. 'site.pem [alpn h2,http/1.1] www.example.org'");
            return None;
        };
        // The bracket stands where a keyword would.
        own = options(cx, &rest[..end]);
        filters = &rest[end + 1..];
    }
    settings::complete(&mut own, global);
    let settings = own.over(base);
    if own.verify.is_some() {
        settings::authority(cx, &settings);
    }
    let mut names = Vec::new();
    for word in filters {
        let name = word.text.trim_start_matches('!');
        let bare = name.strip_prefix("*.").unwrap_or(name);
        let bad = |c: char| c.is_whitespace() || matches!(c, '*' | '[' | ']' | '!');
        // `!*` keeps a certificate for those who match nothing.
        if bare.contains(bad) && name != "*" || bare.is_empty() {
            let help = "write a name, '*.name', or '!' before one of these";
            cx.bad(word, "a name that a client may ask for", help);
            continue;
        }
        names.push(word.text.to_lowercase());
    }
    Some(ListedCertificate {
        path,
        settings,
        filters: names,
    })
}

fn options(cx: &mut Context<'_>, words: &[Word<'_>]) -> TlsSettings {
    let mut settings = TlsSettings::default();
    let mut args = Args::new(words);
    while let Some(word) = args.take() {
        let known = registry::haproxy().find("crt-list", &word.text).is_some();
        if known {
            cx.known("crt-list", &word.text, "word of a crt-list", word.span);
            words::setting(cx, &mut settings, word, &mut args);
        } else {
            cx.unknown("crt-list", &word.text, "word of a crt-list", word.span);
        }
    }
    settings
}

/// Words of a line; brackets are words of their own.
fn split(line: &str, offset: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut push = |from: usize, to: usize| {
        words.push(Word {
            text: Cow::Borrowed(&line[from..to]),
            span: Span::new(FileId(0), offset + from, offset + to),
        });
    };
    for (at, byte) in line.bytes().enumerate() {
        let bracket = matches!(byte, b'[' | b']');
        if bracket || byte.is_ascii_whitespace() {
            if let Some(from) = start.take() {
                push(from, at);
            }
            if bracket {
                push(at, at + 1);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(from) = start {
        push(from, line.len());
    }
    words
}
