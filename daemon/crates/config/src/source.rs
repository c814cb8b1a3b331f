//! Source texts, byte spans into them, and values that remember their span.

mod location;
mod spanned;

pub use location::Location;
pub use spanned::Spanned;

use crate::secrets::Secrets;
use std::borrow::Cow;

/// A configuration text and the name under which diagnostics speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// Index of a source in its [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);

/// A run of bytes in one source. The text at a span is what the operator wrote, also when the
/// value came out of quoting or variable expansion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub len: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self {
            file,
            start,
            len: end.saturating_sub(start),
        }
    }

    pub fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// From the start of `self` to the end of `other`; `self` when they are in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file || other.end() < self.start {
            return self;
        }
        Span {
            len: other.end() - self.start,
            ..self
        }
    }

    /// An empty span just behind this one: where something is missing.
    #[must_use]
    pub fn after(self) -> Span {
        Span {
            start: self.end(),
            len: 0,
            ..self
        }
    }
}

/// Line and column, both from 1; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// All sources of one parse, with line starts, so that spans turn into lines and columns.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<File>,
    secrets: Secrets,
}

#[derive(Debug, Clone)]
struct File {
    source: Source,
    line_starts: Vec<u32>,
}

impl SourceMap {
    pub fn new(sources: &[Source]) -> Self {
        let mut map = Self::default();
        for source in sources {
            map.add(source.clone());
        }
        map
    }

    pub fn add(&mut self, source: Source) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let starts = source
            .text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(starts.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        self.files.push(File {
            source,
            line_starts,
        });
        id
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn path(&self, file: FileId) -> &str {
        self.file(file).map_or("", |f| f.source.path.as_str())
    }

    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |f| f.source.text.as_str())
    }

    /// The text a span covers; empty when the span is not inside its file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file)
            .get(span.start as usize..span.end() as usize)
            .unwrap_or("")
    }

    pub fn position(&self, span: Span) -> Position {
        let Some(file) = self.file(span.file) else {
            return Position { line: 1, column: 1 };
        };
        let line = file
            .line_starts
            .partition_point(|start| *start <= span.start)
            .max(1);
        let start = file.line_starts[line - 1] as usize;
        let before = file
            .source
            .text
            .get(start..span.start as usize)
            .unwrap_or("");
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }

    /// The physical line at `line` (from 1), without its line end.
    pub fn line(&self, file: FileId, line: u32) -> &str {
        let Some(f) = self.file(file) else { return "" };
        let index = line.saturating_sub(1) as usize;
        let Some(start) = f.line_starts.get(index) else {
            return "";
        };
        let end = f
            .line_starts
            .get(index + 1)
            .map_or(f.source.text.len(), |end| *end as usize);
        let text = f.source.text.get(*start as usize..end).unwrap_or("");
        text.trim_end_matches(['\n', '\r'])
    }

    /// The physical line as it may be shown: an asterisk for each character of a secret.
    pub fn shown_line(&self, file: FileId, line: u32) -> Cow<'_, str> {
        self.secrets.masked(file, line, self.line(file, line))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).unwrap_or(u32::MAX)).map(FileId)
    }

    pub(crate) fn keep(&mut self, secrets: Secrets) {
        self.secrets = secrets;
    }

    pub(crate) fn join(&mut self, secrets: Secrets) {
        self.secrets.join(secrets);
    }

    fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let map = SourceMap::new(&[Source::new("f", "a\n é均b\r\n\nlast")]);
        let at = |start: usize| map.position(Span::new(FileId(0), start, start));
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(8), Position { line: 2, column: 4 });
        assert_eq!(at(12), Position { line: 4, column: 1 });
        assert_eq!(
            (map.line(FileId(0), 2), map.line(FileId(0), 9)),
            (" é均b", "")
        );
    }

    #[test]
    fn spans_of_unknown_files_are_empty() {
        let map = SourceMap::default();
        let span = Span::new(FileId(7), 3, 9);
        assert_eq!((map.slice(span), map.path(span.file)), ("", ""));
        assert_eq!(map.position(span), Position { line: 1, column: 1 });
    }
}
