//! The file and line of something that tells at run time where it was written.

use std::fmt;
use std::sync::Arc;

/// A line of a file, both as diagnostics name them.
///
/// All are equal, as the places of [`Spanned`](super::Spanned) values are: a reload that only moved
/// lines changes nothing of what a configuration means.
#[derive(Clone, Default)]
pub struct Location {
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

impl PartialEq for Location {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Location {}

/// Nothing in `{:+?}`, which leaves places out.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.sign_plus() {
            return f.write_str("_");
        }
        write!(f, "{}:{}", self.file, self.line)
    }
}
