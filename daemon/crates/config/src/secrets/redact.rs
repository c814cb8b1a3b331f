//! Masks: one asterisk for each character, so that carets still fit.

use super::Secrets;
use crate::source::FileId;
use std::borrow::Cow;

/// Shorter texts occur in ordinary words; they are hidden only where they are quoted.
const SHORTEST: usize = 4;

impl Secrets {
    /// What either of two scans hides is hidden.
    pub fn join(&mut self, other: Self) {
        for (at, ranges) in other.masks {
            self.masks.entry(at).or_default().extend(ranges);
        }
        self.texts.extend(other.texts);
        for (at, texts) in other.local {
            self.local.entry(at).or_default().extend(texts);
        }
    }

    /// A line as it may be shown.
    pub fn masked<'a>(&self, file: FileId, number: u32, line: &'a str) -> Cow<'a, str> {
        let Some(ranges) = self.masks.get(&(file, number)) else {
            return Cow::Borrowed(line);
        };
        let hidden = |at: usize| ranges.iter().any(|(from, to)| (*from..*to).contains(&at));
        let shown = line
            .char_indices()
            .map(|(at, c)| if hidden(at) { '*' } else { c });
        Cow::Owned(shown.collect())
    }

    /// A text about the given line as it may be shown.
    pub(super) fn redacted(&self, at: (FileId, u32), text: &str) -> String {
        let mut out = text.to_owned();
        let local = self.local.get(&at).into_iter().flatten();
        let mut all: Vec<&String> = self.texts.iter().chain(local).collect();
        // A part must not be replaced before the whole that holds it.
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in all {
            if !out.contains(secret.as_str()) {
                continue;
            }
            let stars = "*".repeat(secret.chars().count());
            out = if secret.chars().count() < SHORTEST {
                out.replace(&format!("'{secret}'"), &format!("'{stars}'"))
            } else {
                out.replace(secret.as_str(), &stars)
            };
        }
        out
    }
}
