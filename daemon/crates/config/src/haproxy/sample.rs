//! Sample expressions: `FETCH[,CONVERTER…]` (configuration manual, 7.3).

use super::context::Context;
use super::model::{Converter, Sample};
use super::piece::Piece;
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
        let converter = match name.text {
            "lower" => Converter::Lower,
            "upper" => Converter::Upper,
            "length" => Converter::Length,
            other => Converter::Other {
                name: other.to_owned(),
                arguments: arguments
                    .map(|inner| inner.split_outside(b','))
                    .unwrap_or_default()
                    .iter()
                    .map(|part| part.text.to_owned())
                    .collect(),
            },
        };
        Some(Spanned::new(converter, piece.span))
    }

    /// Every parenthesis is closed.
    pub fn balanced(&mut self, piece: Piece<'_>) -> Option<()> {
        let mut depth = 0i32;
        for byte in piece.text.bytes() {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
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
