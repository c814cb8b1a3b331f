//! Sample expressions: `FETCH[,CONVERTER…]` (configuration manual, 7.3).

use super::context::Context;
use super::model::{Converter, Sample};
use super::piece::Piece;
use super::signatures;
use crate::source::Spanned;

impl Context<'_> {
    /// `None` when some part has no typed form; what is wrong has been said.
    pub fn sample(&mut self, piece: Piece<'_>) -> Option<Sample> {
        self.balanced(piece)?;
        let parts = piece.split_outside(b',');
        let (first, rest) = parts.split_first()?;
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
        for part in rest {
            match self.converter(part.trim()) {
                Some(converter) => converters.push(converter),
                None => whole = false,
            }
        }
        whole.then_some(Sample { fetch, converters })
    }

    fn converter(&mut self, piece: Piece<'_>) -> Option<Spanned<Converter>> {
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
