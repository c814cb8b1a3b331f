//! Values that remember where they were written.

use super::Span;
use std::fmt;
use std::ops::Deref;

/// A value and where it was written.
///
/// Equality and hashing look at the value alone, so that two models are equal when they *mean*
/// the same: a reload that only moved lines changes nothing.
#[derive(Clone, Copy, Default)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// A value nobody wrote (a default of the manual): the empty span at the start of file 0.
    pub fn implied(value: T) -> Self {
        Self {
            value,
            span: Span::default(),
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: f(self.value),
            span: self.span,
        }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: std::hash::Hash> std::hash::Hash for Spanned<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// With its place; `{:+?}` leaves places out, also deep inside, for texts that are to be equal when
/// the meaning is.
impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.sign_plus() {
            return self.value.fmt(f);
        }
        write!(f, "{:?}@{}+{}", self.value, self.span.start, self.span.len)
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn equality_looks_at_the_value_alone() {
        let here = Spanned::new(1, Span::new(FileId(0), 5, 6));
        assert_eq!(here, Spanned::implied(1));
        assert_ne!(here, Spanned::implied(2));
    }
}
