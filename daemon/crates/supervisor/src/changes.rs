//! What a reload changes, by name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use config::{Change, Difference, Outline};
use serde_json::{Value, json};

use crate::configuration::Half;

/// A line of the log names so many.
const TOLD: usize = 12;

/// What is different, for people and for programs.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    texts: Vec<String>,
    differences: Vec<Difference>,
}

impl Changes {
    /// Something that has no name.
    pub fn say(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// Takes note of what differs between two halves; true when anything does, if only a comment.
    pub fn compare<C>(
        &mut self,
        file: &str,
        before: Option<&Half<C>>,
        after: Option<&Half<C>>,
    ) -> bool {
        if before.map(Half::texts) == after.map(Half::texts) {
            return false;
        }
        let nothing = Outline::default();
        let old = before.map_or(&nothing, |half| &half.parsed.outline);
        let new = after.map_or(&nothing, |half| &half.parsed.outline);
        let mut found = old.differences(new);
        found.extend(files(before, after));
        if found.is_empty() {
            self.say(format!("{file} means the same as before"));
        }
        self.texts.extend(found.iter().map(ToString::to_string));
        self.differences.extend(found);
        true
    }

    /// The first of them, in words.
    pub fn texts(&self, most: usize) -> &[String] {
        &self.texts[..self.texts.len().min(most)]
    }

    /// The same for programs.
    pub fn differences(&self, most: usize) -> Vec<Value> {
        let each = self.differences.iter().take(most);
        each.map(|it| json!({ "kind": it.kind, "name": it.name, "change": it.change.word() }))
            .collect()
    }

    /// One line of it.
    pub fn summary(&self) -> String {
        if self.texts.is_empty() {
            return "nothing changed".to_owned();
        }
        let told = self.texts.len().min(TOLD);
        let mut line = self.texts[..told].join(", ");
        if let Some(more) = self.texts.len().checked_sub(TOLD).filter(|more| *more > 0) {
            let _ = write!(line, ", and {more} more");
        }
        line
    }
}

/// Files that the texts name: pages, maps, lists, certificates.
fn files<C>(before: Option<&Half<C>>, after: Option<&Half<C>>) -> Vec<Difference> {
    let (old, new) = (by_path(before), by_path(after));
    let difference = |name: &str, change| Difference {
        kind: "file".to_owned(),
        name: name.to_owned(),
        change,
    };
    let came = new.iter().filter_map(|(path, bytes)| match old.get(path) {
        None => Some(difference(path, Change::Added)),
        Some(known) => (known != bytes).then(|| difference(path, Change::Changed)),
    });
    let gone = old.keys().filter(|path| !new.contains_key(*path));
    came.chain(gone.map(|path| difference(path, Change::Removed)))
        .collect()
}

fn by_path<C>(half: Option<&Half<C>>) -> BTreeMap<&str, &[u8]> {
    let files = half.map_or(&[][..], |half| &half.attachments);
    let each = files.iter();
    each.map(|file| (file.path.as_str(), file.bytes.as_slice()))
        .collect()
}
