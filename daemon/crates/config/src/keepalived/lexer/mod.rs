//! From physical lines to logical lines (keepalived.conf(5), "CONDITIONAL CONFIGURATION",
//! "PARAMETER SUBSTITUTION", "INCLUDE"). The order of the steps is the meaning of the language:
//! trim, comment, `@ID`, definition, `~SEQ`/`~LST`, include, substitution, braces.

mod comment;
mod define;
mod include;
mod line;
mod repeat;

pub use comment::at as comment_at;
pub use line::{Line, Word};

use crate::diagnostic::Diagnostics;
use crate::options::Options;
use crate::source::{FileId, SourceMap, Span};
use define::Definitions;

/// What the tree is built from.
#[derive(Debug, Clone)]
pub enum Token {
    /// The words of one logical line.
    Words(Vec<Word>),
    Open(Span),
    Close(Span),
}

/// More lines than any real file gives, so that definitions cannot blow up without end.
const MOST_TOKENS: usize = 2_000_000;

pub struct Lexer<'o> {
    pub options: &'o Options<'o>,
    pub sources: SourceMap,
    pub diagnostics: Diagnostics,
    pub tokens: Vec<Token>,
    definitions: Definitions,
    /// Files being read, outermost first: an include may not come back to one of them.
    open_files: Vec<String>,
    full: bool,
}

impl<'o> Lexer<'o> {
    pub fn new(options: &'o Options<'o>, sources: SourceMap) -> Self {
        Self {
            options,
            sources,
            diagnostics: Diagnostics::default(),
            tokens: Vec::new(),
            definitions: Definitions::new(options),
            open_files: Vec::new(),
            full: false,
        }
    }

    pub fn file(&mut self, file: FileId) {
        let text = self.sources.text(file).to_owned();
        self.open_files.push(self.sources.path(file).to_owned());
        let mut offset = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut lines = text[offset..].split_inclusive('\n');
        while let Some(line) = lines.next() {
            let at = offset;
            offset += line.len();
            let content = line.trim_end_matches(['\n', '\r']);
            if let Some(bad) = content.find(['\0', '\u{fffd}']) {
                let length = content[bad..].chars().next().map_or(0, char::len_utf8);
                let span = Span::new(file, at + bad, at + bad + length);
                self.diagnostics
                    .error("keepalived/bad-byte", span, "this byte is not UTF-8 text")
                    .suggest("save the file as UTF-8");
                continue;
            }
            let mut whole = Line::of(content, file, at);
            // A definition that ends in a backslash goes on in the next line.
            if define::is_definition(content) {
                comment::strip(&mut whole);
                while whole.text.ends_with('\\') {
                    whole.cut(whole.text.len() - 1);
                    let Some(more) = lines.next() else { break };
                    let more_text = more.trim_end_matches(['\n', '\r']);
                    let mut more_line = Line::of(more_text, file, offset);
                    comment::strip(&mut more_line);
                    whole.push_line(&more_line);
                    offset += more.len();
                }
            }
            self.physical(whole);
        }
        self.open_files.pop();
    }

    /// Steps 1 to 5 and the include.
    fn physical(&mut self, mut line: Line) {
        line.trim();
        if let Some(magic) = comment::magic(&line) {
            self.emit(&magic);
            return;
        }
        comment::strip(&mut line);
        if line.text.is_empty() || !self.selected(&mut line) || line.text.is_empty() {
            return;
        }
        if self.define(&line) {
            return;
        }
        for repeated in self.repeat(line) {
            if !self.include(&repeated) {
                self.substituted(repeated);
            }
        }
    }

    /// `@ID rest` is kept for that id, `@^ID rest` for all others.
    fn selected(&mut self, line: &mut Line) -> bool {
        let Some(rest) = line.text.strip_prefix('@') else {
            return true;
        };
        let (negated, rest) = match rest.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let matches = rest[..end] == *self.options.config_id;
        let head = line.text.len() - rest.len() + end;
        line.cut_front(head);
        line.trim();
        matches != negated
    }

    /// Step 6, then comments and braces of each line that came out.
    fn substituted(&mut self, line: Line) {
        let changed = line.text.contains('$');
        let line = if changed { self.substitute(line) } else { line };
        if !line.text.contains('\n') {
            let mut line = line;
            if changed {
                comment::strip(&mut line);
            }
            self.emit(&line);
            return;
        }
        for mut part in line.lines() {
            part.trim();
            comment::strip(&mut part);
            self.emit(&part);
        }
    }

    /// Step 8: the first brace outside quotes ends the logical line.
    fn emit(&mut self, line: &Line) {
        if self.tokens.len() > MOST_TOKENS {
            if !std::mem::replace(&mut self.full, true) {
                let message = "the definitions expand to more lines than can be meant";
                self.diagnostics
                    .error("keepalived/too-long", line.span_all(), message);
            }
            return;
        }
        let bytes = line.text.as_bytes();
        let (mut start, mut quoted) = (0, false);
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b'{' | b'}' if !quoted => {
                    self.words(line, start, at);
                    let span = line.span(at, at + 1);
                    let open = *byte == b'{';
                    self.tokens.push(if open {
                        Token::Open(span)
                    } else {
                        Token::Close(span)
                    });
                    start = at + 1;
                }
                _ => {}
            }
        }
        if quoted {
            let from = line.text.rfind('"').unwrap_or(0);
            let span = line.span(from, line.text.len());
            self.diagnostics
                .error(
                    "keepalived/unclosed-quote",
                    span,
                    "the quote \" is never closed",
                )
                .suggest("close it on the same line");
        }
        self.words(line, start, bytes.len());
    }

    fn words(&mut self, line: &Line, from: usize, to: usize) {
        let words = line.words(from, to);
        if !words.is_empty() {
            self.tokens.push(Token::Words(words));
        }
    }
}
