//! Secrets stay out of findings: their places are masked in every quoted line, their texts in
//! every message.
//!
//! The scan reads the raw lines by itself and forgives every mistake, because the lines that are
//! shown are just those that the parsers could not read.

mod define;
mod line;
mod redact;
mod scan;

use crate::diagnostic::Diagnostic;
use crate::registry::secrets::Secret;
use crate::source::{FileId, SourceMap};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What differs between the two languages.
#[derive(Clone, Copy)]
pub struct Language {
    pub secrets: &'static [Secret],
    /// keepalived.conf: braces end a line, `$NAME=` defines.
    pub blocks: bool,
}

pub const HAPROXY: Language = Language {
    secrets: crate::registry::secrets::HAPROXY,
    blocks: false,
};

pub const KEEPALIVED: Language = Language {
    secrets: crate::registry::secrets::KEEPALIVED,
    blocks: true,
};

/// Byte range in one physical line.
type Range = (usize, usize);

/// Where secrets stand, and what they are.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    masks: HashMap<(FileId, u32), Vec<Range>>,
    /// Texts that no message may repeat.
    texts: HashSet<String>,
    /// Texts that also are words of the language: hidden in findings about their own line only.
    local: HashMap<(FileId, u32), Vec<String>>,
}

/// Finds the secrets of all sources, hides them from the messages, and leaves their places in the
/// source map for whoever quotes a line.
pub fn hide(
    language: Language,
    sources: &mut SourceMap,
    diagnostics: &mut [Diagnostic],
    env: &BTreeMap<String, String>,
) {
    if diagnostics.is_empty() {
        return;
    }
    let suspects = diagnostics
        .iter()
        .map(|d| (d.span.file, sources.position(d.span).line))
        .collect();
    let secrets = scanned(language, suspects, sources, env);
    let redactor = redact::Redactor::new(&secrets);
    for diagnostic in diagnostics {
        let at = (diagnostic.span.file, sources.position(diagnostic.span).line);
        let texts = [
            Some(&mut diagnostic.message),
            diagnostic.suggestion.as_mut(),
        ];
        for text in texts.into_iter().flatten() {
            if let Some(shown) = redactor.redacted(at, text) {
                *text = shown;
            }
        }
    }
    sources.keep(secrets);
}

/// Leaves the places of secrets in the source map, for whoever quotes lines without a finding.
pub fn keep(language: Language, sources: &mut SourceMap, env: &BTreeMap<String, String>) {
    let secrets = scanned(language, HashSet::new(), sources, env);
    sources.join(secrets);
}

fn scanned(
    language: Language,
    suspects: HashSet<(FileId, u32)>,
    sources: &SourceMap,
    env: &BTreeMap<String, String>,
) -> Secrets {
    let mut scan = scan::Scan::new(language, suspects, env);
    for file in sources.ids() {
        scan.file(file, sources.text(file));
    }
    scan.finish()
}
