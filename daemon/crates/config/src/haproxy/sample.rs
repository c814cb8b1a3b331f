//! Sample expressions: `FETCH[,CONVERTER…]` (configuration manual, 7.3).

use super::context::Context;
use super::fetch::Kind;
use super::model::{Converter, Fetch, Sample};
use super::piece::Piece;
use super::signatures;
use crate::source::Spanned;

impl Context<'_> {
    /// `None` when some part has no typed form; what is wrong has been said.
    pub fn sample(&mut self, piece: Piece<'_>) -> Option<Sample> {
        let sample = self.sample_of_test(piece)?;
        self.is_there(piece, &sample.fetch);
        Some(sample)
    }

    /// The same in a test, whose conditions look at the moment.
    pub fn sample_of_test(&mut self, piece: Piece<'_>) -> Option<Sample> {
        self.balanced(piece)?;
        let parts = piece.split_outside(b',');
        let (first, rest) = parts.split_first()?;
        self.ended(first.trim())?;
        let fetch = self.fetch(first.trim());
        self.sample_behind(fetch?, rest)
    }

    /// The converters behind a fetch.
    pub fn sample_behind(
        &mut self,
        fetch: Spanned<super::model::Fetch>,
        rest: &[Piece<'_>],
    ) -> Option<Sample> {
        let mut converters = Vec::new();
        let mut whole = true;
        let mut kind = given(&fetch.value);
        for part in rest {
            match self.converter(part.trim()) {
                Some(converter) => {
                    kind = self.converted(kind, part.trim());
                    converters.push(converter);
                }
                None => whole = false,
            }
        }
        whole.then_some(Sample { fetch, converters })
    }

    /// What a converter gives, as far as it matters; it is said when it cannot take what it is given.
    fn converted(&mut self, kind: Option<Kind>, piece: Piece<'_>) -> Option<Kind> {
        let name = piece.call().0.text;
        let refused = match kind {
            Some(Kind::Bytes) => {
                signatures::takes_numbers(name) || signatures::takes_addresses(name)
            }
            Some(_) => signatures::takes_numbers(name),
            None => false,
        };
        if refused {
            let what = match kind {
                Some(Kind::Ip) => "an IPv6 address",
                _ => "bytes",
            };
            let message = format!("'{name}' cannot be applied to {what}");
            self.error("haproxy/bad-expression", piece.span, message)
                .suggest("make a text of them before, e.g. with 'hex'");
        }
        signatures::gives_bytes(name).then_some(Kind::Bytes)
    }

    /// Nothing stands behind the closing parenthesis.
    fn ended(&mut self, piece: Piece<'_>) -> Option<()> {
        if !piece.text.contains('(') || piece.text.ends_with(')') {
            return Some(());
        }
        let message = format!(
            "something stands behind the parenthesis of '{}'",
            piece.text
        );
        self.error("haproxy/bad-expression", piece.span, message)
            .suggest("write a ',' before each converter, and no blanks");
        None
    }

    fn converter(&mut self, piece: Piece<'_>) -> Option<Spanned<Converter>> {
        self.ended(piece)?;
        let (name, arguments) = piece.call();
        if !self.known("converter", name.text, "converter", name.span) {
            return None;
        }
        let parts = arguments
            .filter(|inner| !inner.text.is_empty())
            .map(|inner| inner.arguments())
            .unwrap_or_default();
        let converter = match name.text {
            "lower" | "upper" | "length" => {
                let list: Vec<&str> = parts.iter().map(String::as_str).collect();
                self.arguments(piece, &list, &signatures::converter(name.text)?)?;
                match name.text {
                    "lower" => Converter::Lower,
                    "upper" => Converter::Upper,
                    _ => Converter::Length,
                }
            }
            other => {
                if let Some(signature) = signatures::converter(other) {
                    let list: Vec<&str> = parts.iter().map(String::as_str).collect();
                    self.arguments(piece, &list, &signature)?;
                }
                if other == "map" || other.starts_with("map_") {
                    let mut parts = parts.into_iter();
                    let file = Spanned::new(parts.next()?, piece.span);
                    let default = parts.next();
                    let name = other.to_owned();
                    Converter::Map {
                        name,
                        file,
                        default,
                    }
                } else {
                    Converter::Other {
                        name: other.to_owned(),
                        arguments: parts,
                    }
                }
            }
        };
        Some(Spanned::new(converter, piece.span))
    }

    /// Every parenthesis is closed.
    pub fn balanced(&mut self, piece: Piece<'_>) -> Option<()> {
        let (mut depth, mut quote) = (0i32, None);
        for byte in piece.text.bytes() {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        if depth == 0 {
            return Some(());
        }
        let message = format!("the parentheses of '{}' do not match", piece.text);
        self.error("haproxy/bad-expression", piece.span, message)
            .suggest("write each '(' with its ')'");
        None
    }
}

/// The kinds of which it matters what is done with them: bytes, and addresses of IPv6.
fn given(fetch: &Fetch) -> Option<Kind> {
    match fetch {
        Fetch::Other { name, .. } if signatures::gives_bytes(name) => Some(Kind::Bytes),
        Fetch::Other { name, .. } if name == "ipv6" => Some(Kind::Ip),
        _ => None,
    }
}
