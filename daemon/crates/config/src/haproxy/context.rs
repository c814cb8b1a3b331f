//! What every keyword parser can reach: diagnostics, options, and the support table.

use super::args::Args;
use super::environment::Environment;
use super::lexer::Word;
use super::signatures::Moments;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::options::Options;
use crate::registry::{self, Status};
use crate::source::{Location, Source, Span};
use crate::suggest::nearest;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::LazyLock;

/// Unknown words that are looked up: nobody reads more of them.
const SUGGESTIONS: usize = 1000;

pub struct Context<'o> {
    pub options: &'o Options<'o>,
    /// The variables at the line that is read.
    pub environment: Environment<'o>,
    pub diagnostics: Diagnostics,
    /// The line that is read.
    pub line: Location,
    /// When the line that is read applies; nothing where any sample may stand.
    pub moments: Option<Moments>,
    /// What was suggested for unknown words so far: a mistake is seldom made once, and the search
    /// goes through the whole table.
    pub suggested: HashMap<(&'static str, String), Option<String>>,
    /// A `peers` section was opened: it took the name of this machine.
    pub peers_begun: bool,
}

impl<'o> Context<'o> {
    pub fn new(options: &'o Options<'o>, files: &[Source]) -> Self {
        Self {
            options,
            environment: Environment::new(options.env, files),
            diagnostics: Diagnostics::default(),
            line: Location::default(),
            moments: None,
            suggested: HashMap::new(),
            peers_begun: false,
        }
    }
}

impl Context<'_> {
    /// Error, or warning when tolerant: for what this daemon does not know or do.
    pub fn refusal_severity(&self) -> Severity {
        if self.options.tolerant {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    #[track_caller]
    pub fn error(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.diagnostics.error(code, span, message)
    }

    #[track_caller]
    pub fn warning(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.diagnostics.warning(code, span, message)
    }

    /// Looks a keyword up and says what there is to say about its status. False when it is not
    /// known at all.
    #[track_caller]
    pub fn known(&mut self, group: &'static str, keyword: &str, what: &str, span: Span) -> bool {
        let Some(entry) = registry::haproxy().find(group, keyword) else {
            self.unknown(group, keyword, what, span);
            return false;
        };
        let refusal = self.refusal_severity();
        match entry.status {
            Status::Supported | Status::Label => {}
            Status::Accepted(why) => {
                let message = format!("{what} '{keyword}' is accepted but has no effect: {why}");
                self.diagnostics.note("haproxy/no-effect", span, message);
            }
            Status::Ignored(why) => {
                let message = format!("{what} '{keyword}' is accepted but not done: {why}");
                self.diagnostics.warning("haproxy/not-done", span, message);
            }
            Status::NotYet(why) => {
                let ignored = if self.options.tolerant {
                    " and is ignored"
                } else {
                    ""
                };
                let message = format!("{what} '{keyword}' is not supported yet{ignored}");
                self.diagnostics
                    .add(refusal, "haproxy/not-yet", span, message)
                    .suggest(why);
            }
            Status::Removed(why) => {
                let message = format!("{what} '{keyword}' was taken out of the language");
                self.diagnostics
                    .add(refusal, "haproxy/removed", span, message)
                    .suggest(why);
            }
        }
        true
    }

    /// An unknown word, with the nearest known one.
    #[track_caller]
    pub fn unknown(&mut self, group: &'static str, keyword: &str, what: &str, span: Span) {
        let refusal = self.refusal_severity();
        let found = self.suggestion(group, keyword);
        let message = format!("unknown {what} '{keyword}'");
        let diagnostic = self
            .diagnostics
            .add(refusal, "haproxy/unknown-keyword", span, message);
        if let Some(found) = found {
            diagnostic.suggest(format!("did you mean '{found}'?"));
        }
    }

    /// Each word is looked up once; of a text that is wrong all over, the first ones.
    pub fn suggestion(&mut self, group: &'static str, keyword: &str) -> Option<String> {
        let room = self.suggested.len() < SUGGESTIONS;
        match self.suggested.entry((group, keyword.to_owned())) {
            Entry::Occupied(found) => found.get().clone(),
            Entry::Vacant(place) if room => place.insert(similar(group, keyword)).clone(),
            Entry::Vacant(_) => None,
        }
    }

    /// The keyword needs another word. `what` with its article, `example` a whole line.
    #[track_caller]
    pub fn missing(&mut self, args: &Args<'_>, what: &str, example: &str) {
        let message = format!("{what} is missing");
        self.diagnostics
            .error("haproxy/missing-value", args.end(), message)
            .suggest(format!("write e.g. '{example}'"));
    }

    /// A word that is not what it should be.
    #[track_caller]
    pub fn bad(&mut self, word: &Word<'_>, expected: &str, help: &str) {
        let message = format!("'{}' is not {expected}", word.text);
        self.diagnostics
            .error("haproxy/bad-value", word.span, message)
            .suggest(help);
    }

    /// A regular expression over bytes, as written; known to compile.
    #[track_caller]
    pub fn regex(&mut self, word: &Word<'_>) -> Option<String> {
        self.regex_text(&word.text, word.span)?;
        Some(word.text.to_string())
    }

    /// The same of a part of a word.
    pub fn regex_text(&mut self, text: &str, span: Span) -> Option<()> {
        let built = regex::bytes::RegexBuilder::new(text)
            .unicode(false)
            .size_limit(1 << 20)
            .build();
        let Err(why) = built else {
            return Some(());
        };
        let why = why.to_string();
        let why = why.lines().last().unwrap_or_default();
        let why = why.trim_start_matches("error: ");
        let message = format!("this is no regular expression: {why}");
        self.error("haproxy/bad-regex", span, message)
            .suggest("put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves");
        None
    }

    /// Words behind the end of what a keyword takes.
    #[track_caller]
    pub fn finish(&mut self, args: &Args<'_>, keyword: &str) {
        let rest = args.rest();
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            return;
        };
        let message = format!("unexpected '{}' behind '{keyword}'", first.text);
        let help = if first.text.starts_with("//") {
            "comments begin with '#'"
        } else {
            "remove it, or put it on a line of its own"
        };
        self.diagnostics
            .error("haproxy/extra-words", first.span.to(last.span), message)
            .suggest(help);
    }
}

/// The nearest word of a group.
fn similar(group: &str, keyword: &str) -> Option<String> {
    static DERIVED: LazyLock<Vec<String>> = LazyLock::new(super::acl::keywords);
    let derived = if group == "fetch" { &DERIVED[..] } else { &[] };
    let known = registry::haproxy().keywords(group);
    nearest(keyword, derived.iter().map(String::as_str).chain(known)).map(str::to_owned)
}
