//! haproxy.cfg as it is written.

use super::environment::Environment;
use super::lexer::{self, Place, Surroundings};
use crate::diagnostic::Diagnostics;
use crate::options::Options;
use crate::source::{FileId, Source, SourceMap};
use crate::syntax::{Comment, Written, comment, written};
use serde::Serialize;

/// The words of one line; `broken` when they cannot be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    pub line: u32,
    pub words: Vec<Written>,
    /// From the first word to the last, as written.
    pub text: String,
    pub broken: bool,
}

pub fn read(source: &Source, options: &Options<'_>) -> (Vec<Statement>, Vec<Comment>) {
    let files = std::slice::from_ref(source);
    let sources = SourceMap::new(files);
    let environment = Environment::new(options.env, files);
    let (mut lines, mut comments) = (Vec::new(), Vec::new());
    let body = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut offset = source.text.len() - body.len();
    for (number, physical) in (1..).zip(body.split_inclusive('\n')) {
        let content = physical.trim_end_matches(['\n', '\r']);
        let around = Surroundings {
            environment: &environment,
            section: "",
            place: Place {
                file: FileId(0),
                offset,
                path: &source.path,
                number,
            },
        };
        // What variables are does not matter here, only where words end.
        let found = lexer::words(content, &around, &mut Diagnostics::default());
        let broken = found.is_none();
        let words = found.unwrap_or_default();
        let end = words
            .last()
            .map_or(0, |word| word.span.end() as usize - offset);
        if let Some(sign) = content[end..].find('#').filter(|_| !broken) {
            comments.push(comment(&source.path, number, content, end + sign));
        }
        if broken || !words.is_empty() {
            let start = words
                .first()
                .map_or(0, |word| word.span.start as usize - offset);
            let text = if broken {
                content.trim()
            } else {
                &content[start..end]
            };
            lines.push(Statement {
                line: number,
                text: text.to_owned(),
                words: words
                    .iter()
                    .map(|word| written(&sources, word.span, &word.text))
                    .collect(),
                broken,
            });
        }
        offset += physical.len();
    }
    (lines, comments)
}
