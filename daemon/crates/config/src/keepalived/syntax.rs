//! keepalived.conf as it is written, with includes, definitions and repetitions expanded.

use super::lexer::{Lexer, comment_at};
use super::tree::{self, Node};
use crate::options::Options;
use crate::source::{FileId, Source, SourceMap};
use crate::syntax::{Comment, Written, comment, line_of, written};
use serde::Serialize;

/// A line, and the block behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub file: String,
    pub line: u32,
    pub words: Vec<Written>,
    pub block: Option<Vec<Entry>>,
    /// Line of the last word inside, or of the line itself.
    pub last: u32,
}

pub fn read(source: &Source, options: &Options<'_>) -> (Vec<Entry>, Vec<Comment>) {
    let mut lexer = Lexer::new(options, SourceMap::new(std::slice::from_ref(source)));
    lexer.file(FileId(0));
    let Lexer {
        sources,
        mut diagnostics,
        tokens,
        ..
    } = lexer;
    let nodes = tree::build(tokens, &mut diagnostics);
    let blocks = nodes.iter().map(|node| block(&sources, node)).collect();
    let mut comments = Vec::new();
    for file in sources.ids() {
        let path = sources.path(file);
        for (number, line) in (1..).zip(sources.text(file).lines()) {
            if let Some(at) = comment_at(line) {
                comments.push(comment(path, number, line, at));
            }
        }
    }
    (blocks, comments)
}

fn block(sources: &SourceMap, node: &Node) -> Entry {
    let place = node.keyword_span();
    let line = line_of(sources, place);
    let inner: Option<Vec<Entry>> = node
        .block
        .as_ref()
        .map(|inner| inner.iter().map(|node| block(sources, node)).collect());
    let last = inner.iter().flatten().map(|inner| inner.last).max();
    Entry {
        file: sources.path(place.file).to_owned(),
        line,
        words: node
            .words
            .iter()
            .map(|word| word_of(sources, word))
            .collect(),
        last: last.unwrap_or(line).max(line),
        block: inner,
    }
}

fn word_of(sources: &SourceMap, word: &super::lexer::Word) -> Written {
    written(sources, word.span, &word.text)
}
