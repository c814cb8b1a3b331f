//! Tests: `FETCH [-i] [-m METHOD] [--] PATTERN…` (configuration manual, 7.1).

use super::args::Args;
use super::context::Context;
use super::fetch::{Kind, kind};
use super::lexer::Word;
use super::model::{Converter, Sample, Test};
use super::piece::Piece;
use super::signatures;
use crate::source::{Span, Spanned};

/// `-m` methods, and the suffixes by which ACL keywords name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Bool,
    Found,
    Int,
    Len,
    Ip,
    Str,
    Beg,
    End,
    Sub,
    Dir,
    Dom,
    Reg,
    Bin,
}

fn method(name: &str) -> Option<Method> {
    Some(match name {
        "bool" => Method::Bool,
        "found" => Method::Found,
        "int" => Method::Int,
        "len" => Method::Len,
        "ip" => Method::Ip,
        "str" | "meth" => Method::Str,
        "beg" => Method::Beg,
        "end" => Method::End,
        "sub" => Method::Sub,
        "dir" => Method::Dir,
        "dom" => Method::Dom,
        "reg" => Method::Reg,
        "bin" => Method::Bin,
        _ => return None,
    })
}

/// Fetches whose ACL keywords take a suffix, e.g. `path_beg`.
const WITH_SUFFIX: [&str; 8] = [
    "base", "cook", "hdr", "path", "scook", "shdr", "url", "urlp",
];

/// ACL keywords that a fetch and a suffix make.
pub fn keywords() -> Vec<String> {
    let suffixes = ["beg", "dir", "dom", "end", "len", "reg", "sub"];
    let all = WITH_SUFFIX
        .iter()
        .flat_map(|base| suffixes.map(|suffix| format!("{base}_{suffix}")));
    all.collect()
}

/// `path_beg` → `path` and `beg`.
fn suffixed(name: &str) -> Option<(&str, Method)> {
    // Some are spelt apart from their fetches.
    match name {
        "req_rdp_cookie" => return Some(("req.rdp_cookie", Method::Str)),
        "req_rdp_cookie_cnt" => return Some(("req.rdp_cookie_cnt", Method::Int)),
        "payload" => return Some(("req.payload", Method::Bin)),
        "payload_lv" => return Some(("req.payload_lv", Method::Bin)),
        _ => {}
    }
    let (base, suffix) = name.rsplit_once('_')?;
    let fits =
        WITH_SUFFIX.contains(&base) || (base == "ssl_fc_sni" && matches!(suffix, "end" | "reg"));
    let method = method(suffix)?;
    (fits
        && !matches!(
            method,
            Method::Bool | Method::Found | Method::Int | Method::Ip | Method::Str
        ))
    .then_some((base, method))
}

impl Context<'_> {
    /// A test from its words; `None` when it cannot be read, which has been said.
    pub fn test(&mut self, words: &[Word<'_>], end: Span) -> Option<Spanned<Test>> {
        let Some(first) = words.first() else {
            self.error(
                "haproxy/missing-value",
                end,
                "the test is missing".to_owned(),
            )
            .suggest("write e.g. 'path_beg /api' or 'src 10.0.0.0/8'");
            return None;
        };
        let last = words.last().unwrap_or(first);
        let (sample, implied) = self.tested(first)?;
        let mut flags = Flags {
            method: implied,
            ignore_case: false,
            ended: false,
            files: Vec::new(),
            keyed: false,
        };
        let mut rest = &words[1..];
        while let Some((word, more)) = rest.split_first() {
            let Some(taken) = self.flag(word, more, &mut flags)? else {
                break;
            };
            rest = more.get(taken..).unwrap_or(&[]);
        }
        let Some(method) = flags.method.or_else(|| default_method(&sample)) else {
            let message = "this may be anything, so a method of matching is needed".to_owned();
            self.error("haproxy/missing-value", first.span.after(), message)
                .suggest("write e.g. '-m str', '-m int' or '-m found' behind it");
            return None;
        };
        let ended = flags.ended || !flags.files.is_empty();
        let matching = self.patterns(method, first, rest, ended)?;
        let test = Test {
            sample,
            matching,
            ignore_case: flags.ignore_case,
            files: flags.files,
            keyed: flags.keyed,
        };
        Some(Spanned::new(test, first.span.to(last.span)))
    }

    /// The sample, and the method that the ACL keyword stands for.
    fn tested(&mut self, word: &Word<'_>) -> Option<(Sample, Option<Method>)> {
        let piece = Piece::of(word);
        self.balanced(piece)?;
        let parts = piece.split_outside(b',');
        let (first, converters) = parts.split_first()?;
        let (name, arguments) = first.call();
        let (base, method) = match suffixed(name.text) {
            // In tests it is the request's, whatever they are for.
            Some(("hdr", method)) => ("req.hdr", Some(method)),
            Some((base, method)) => (base, Some(method)),
            None if name.text == "hdr" => ("req.hdr", None),
            None => return Some((self.sample_of_test(piece)?, None)),
        };
        let text = arguments.map_or(base.to_owned(), |inner| format!("{base}({})", inner.text));
        let fetch = self.fetch(Piece {
            text: &text,
            span: first.span,
        })?;
        Some((self.sample_behind(fetch, converters)?, method))
    }

    /// `Some(None)` = no flag, patterns begin; `Some(Some(n))` = a flag that took n more words.
    #[allow(clippy::option_option)]
    fn flag(
        &mut self,
        word: &Word<'_>,
        more: &[Word<'_>],
        flags: &mut Flags,
    ) -> Option<Option<usize>> {
        match word.text.as_ref() {
            "-i" => flags.ignore_case = true,
            // Addresses are never looked up by name, so there is nothing to forbid.
            "-n" => {}
            "-M" => flags.keyed = true,
            "-u" | "-f" => {
                let Some(value) = more.first() else {
                    let message = format!("'{}' needs a value", word.text);
                    self.error("haproxy/missing-value", word.span.after(), message)
                        .suggest("write e.g. '-f /etc/haproxy/blocked.lst'");
                    return None;
                };
                if word.text == "-f" {
                    flags.files.push(super::args::owned(value));
                }
                return Some(Some(1));
            }
            "--" => {
                flags.ended = true;
                return Some(Some(0)).filter(|_| !more.is_empty()).or(Some(None));
            }
            "-m" => {
                let Some(name) = more.first() else {
                    let message = "'-m' needs a method".to_owned();
                    self.error("haproxy/missing-value", word.span.after(), message)
                        .suggest("write e.g. '-m str' or '-m found'");
                    return None;
                };
                let Some(method) = method(&name.text) else {
                    self.bad(
                        name,
                        "a method of matching",
                        "it is one of found, bool, int, ip, len, str, beg, end, sub, dir, dom, reg, bin",
                    );
                    return None;
                };
                flags.method = Some(method);
                return Some(Some(1));
            }
            _ => return Some(None),
        }
        Some(Some(0))
    }
}

struct Flags {
    method: Option<Method>,
    ignore_case: bool,
    ended: bool,
    files: Vec<Spanned<String>>,
    keyed: bool,
}

/// What a sample gives: the kind that comes out of the last converter that changes it.
pub fn given(sample: &Sample) -> Kind {
    let last = sample
        .converters
        .iter()
        .rev()
        .map(|converter| match &converter.value {
            Converter::Length => Kind::Int,
            Converter::Lower | Converter::Upper => Kind::Text,
            Converter::Map { name, .. } | Converter::Other { name, .. } => {
                signatures::converter(name).map_or(Kind::Text, |signature| signature.kind)
            }
        })
        .find(|kind| *kind != Kind::Same);
    last.unwrap_or_else(|| kind(&sample.fetch))
}

fn default_method(sample: &Sample) -> Option<Method> {
    match given(sample) {
        Kind::Bool => Some(Method::Bool),
        Kind::Int => Some(Method::Int),
        Kind::Ip => Some(Method::Ip),
        Kind::Text | Kind::Same => Some(Method::Str),
        Kind::Bytes => None,
    }
}

impl Context<'_> {
    /// `acl NAME TEST`
    pub fn acl_line(&mut self, section: &mut super::section::Section, args: &mut Args<'_>) {
        let Some(name) = args.take() else {
            return self.missing(args, "the name", "acl api path_beg /api");
        };
        if !self.permitted("an ACL", &name.text, name.span) {
            return;
        }
        if name.text == "or" || name.text == "||" {
            let message = format!("'{}' joins conditions and cannot be a name", name.text);
            self.error("haproxy/bad-name", name.span, message)
                .suggest("choose another name");
            return;
        }
        let test = self.test(args.rest(), args.end());
        section.add_acl(super::args::owned(name), test);
    }
}
