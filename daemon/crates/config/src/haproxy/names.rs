//! Names that other lines, logs and the runtime interface refer to.

use super::context::Context;
use crate::source::Span;

impl Context<'_> {
    /// Says so when a name has a character that names cannot have.
    #[track_caller]
    pub fn permitted(&mut self, what: &str, name: &str, span: Span) -> bool {
        let bad = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
        let Some(wrong) = name.chars().find(|c| bad(*c)) else {
            return true;
        };
        let message = format!("the character '{wrong}' is not allowed in the name of {what}");
        self.error("haproxy/bad-name", span, message)
            .suggest("use letters, digits and - _ . :");
        false
    }
}
