//! Changes of a head, kept beside it until it is written again.

use http1::{Field, write};

/// Added fields and replaced parts of the start line. Reused from message to message.
#[derive(Debug, Default)]
pub struct Edits {
    text: Vec<u8>,
    added: Vec<Added>,
    /// Room for the value that a rule is about to add.
    pub value: Vec<u8>,
    pub method: Option<Vec<u8>>,
    pub target: Option<Vec<u8>>,
    pub status: Option<(u16, Option<String>)>,
    /// A rule refused the request: it counts as an error of the client.
    pub refused: bool,
}

#[derive(Debug, Clone, Copy)]
struct Added {
    name_end: usize,
    start: usize,
    end: usize,
    keep: bool,
}

impl Edits {
    pub fn clear(&mut self) {
        self.text.clear();
        self.added.clear();
        self.method = None;
        self.target = None;
        self.status = None;
        self.refused = false;
    }

    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let name_end = self.text.len();
        // A line end inside a value would be a second field.
        self.text.extend_from_slice(value);
        for b in &mut self.text[name_end..] {
            if matches!(b, b'\r' | b'\n' | 0) {
                *b = b' ';
            }
        }
        self.added.push(Added {
            name_end,
            start,
            end: self.text.len(),
            keep: true,
        });
    }

    /// Takes away every field of that name.
    pub fn remove_name(&mut self, buf: &[u8], fields: &mut [Field], name: &[u8]) {
        let long = fields.iter_mut().filter(|f| f.name.len() == name.len());
        for f in long {
            f.keep &= !f.name.of(buf).eq_ignore_ascii_case(name);
        }
        for a in &mut self.added {
            a.keep &= !self.text[a.start..a.name_end].eq_ignore_ascii_case(name);
        }
    }

    /// Takes away every field whose name `matches`, of the message and of what was added.
    pub fn remove(&mut self, buf: &[u8], fields: &mut [Field], matches: impl Fn(&[u8]) -> bool) {
        for f in fields.iter_mut() {
            f.keep &= !matches(f.name.of(buf));
        }
        for a in &mut self.added {
            a.keep &= !matches(&self.text[a.start..a.name_end]);
        }
    }

    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let kept = self.added.iter().filter(|a| a.keep);
        kept.map(|a| {
            (
                &self.text[a.start..a.name_end],
                &self.text[a.name_end..a.end],
            )
        })
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        for (name, value) in self.fields() {
            write::field(name, value, out);
        }
    }
}
