//! Changes of a head, kept beside it until it is written again.

use http1::field::has_control;
use http1::{Field, same};

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
    /// It only asks for a password.
    pub asked: bool,
    /// A rule said `Connection: close`.
    pub close: bool,
    /// A rule said which `Host` it is.
    pub host: bool,
    /// The target goes on as it is, with its authority.
    pub whole: bool,
}

/// Where a whole line lies in the text.
#[derive(Debug, Clone, Copy)]
struct Added {
    name_end: usize,
    start: usize,
    end: usize,
    keep: bool,
}

const BEHIND_NAME: &[u8] = b": ";
const LINE_END: &[u8] = b"\r\n";

impl Added {
    fn name(self, text: &[u8]) -> &[u8] {
        &text[self.start..self.name_end]
    }

    fn value(self, text: &[u8]) -> &[u8] {
        &text[self.name_end + BEHIND_NAME.len()..self.end - LINE_END.len()]
    }
}

impl Edits {
    pub fn clear(&mut self) {
        self.text.clear();
        self.added.clear();
        self.method = None;
        self.target = None;
        self.status = None;
        self.refused = false;
        self.asked = false;
        self.close = false;
        self.host = false;
        self.whole = false;
    }

    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        let start = self.text.len();
        self.text
            .reserve(name.len() + value.len() + BEHIND_NAME.len() + LINE_END.len());
        self.text.extend_from_slice(name);
        let name_end = self.text.len();
        self.text.extend_from_slice(BEHIND_NAME);
        self.text.extend_from_slice(value);
        // A line end inside a value would be a second field.
        if has_control(value) {
            for b in &mut self.text[name_end..] {
                if matches!(b, b'\r' | b'\n' | 0) {
                    *b = b' ';
                }
            }
        }
        self.text.extend_from_slice(LINE_END);
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
            f.keep &= !same(f.name.of(buf), name);
        }
        for a in &mut self.added {
            a.keep &= !same(a.name(&self.text), name);
        }
    }

    /// Takes away every field whose name `matches`, of the message and of what was added.
    pub fn remove(&mut self, buf: &[u8], fields: &mut [Field], matches: impl Fn(&[u8]) -> bool) {
        for f in fields.iter_mut() {
            f.keep &= !matches(f.name.of(buf));
        }
        for a in &mut self.added {
            a.keep &= !matches(a.name(&self.text));
        }
    }

    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let kept = self.added.iter().filter(|a| a.keep);
        kept.map(|a| (a.name(&self.text), a.value(&self.text)))
    }

    /// Lines that stand side by side go in one piece.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut run = 0..0;
        for a in self.added.iter().filter(|a| a.keep) {
            if run.end != a.start {
                out.extend_from_slice(&self.text[run]);
                run = a.start..a.start;
            }
            run.end = a.end;
        }
        out.extend_from_slice(&self.text[run]);
    }
}
