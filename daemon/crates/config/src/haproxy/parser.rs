//! The walk over all files: lines, section headers, and who reads each line.

use super::args::Args;
use super::context::Context;
use super::lexer::{self, Place};
use super::model::Config;
use super::preprocess::Blocks;
use super::section::{Header, Listed, Section};
use super::{global, keywords, lists, resolvers};
use crate::options::Options;
use crate::outline::Outline;
use crate::source::{FileId, Source, SourceMap, Span};
use std::collections::HashMap;

/// What the current section is.
enum State {
    /// Before the first section.
    Outside,
    Global,
    Listed(Listed, Box<lists::Lines>),
    Proxy(Box<Section>),
    /// A section that is not known or not supported: said once, its lines are passed over.
    Skipped,
}

pub struct Parser<'o> {
    pub cx: Context<'o>,
    pub config: Config,
    state: State,
    blocks: Blocks,
    /// `.SECTION`: the name of the section, or its keyword when it has none.
    section: String,
    /// Named defaults sections, and the latest one, named or not.
    defaults: HashMap<String, Section>,
    latest_defaults: Option<Section>,
    pub sections: Vec<Section>,
    pub outline: Outline,
    /// The section's label there.
    part: Box<str>,
}

/// Lines of a proxy that are about something with a name.
const NAMED: [&str; 4] = ["bind", "server", "server-template", "peer"];

impl<'o> Parser<'o> {
    pub fn new(options: &'o Options<'o>, files: &[Source]) -> Self {
        Self {
            cx: Context::new(options, files),
            config: Config::default(),
            state: State::Outside,
            blocks: Blocks::default(),
            section: String::new(),
            defaults: HashMap::new(),
            latest_defaults: None,
            sections: Vec::new(),
            outline: Outline::default(),
            part: Box::default(),
        }
    }

    pub fn file(&mut self, sources: &SourceMap, file: FileId) {
        let text = sources.text(file);
        let mut offset = 0;
        // An UTF-8 byte order mark is an editor's habit, not a word.
        let mut rest = text;
        if let Some(stripped) = text.strip_prefix('\u{feff}') {
            offset = text.len() - stripped.len();
            rest = stripped;
        }
        let path = sources.path(file);
        self.cx.line.file = path.into();
        for (number, line) in (1..).zip(rest.split_inclusive('\n')) {
            let place = Place {
                file,
                offset,
                path,
                number,
            };
            self.line(line.trim_end_matches(['\n', '\r']), place);
            offset += line.len();
        }
        self.blocks.end(&mut self.cx);
        // A file ends its last section, as the end of the configuration would.
        self.close();
        self.section.clear();
        if !text.is_empty() && !text.ends_with('\n') {
            let last = text.lines().last().unwrap_or("");
            let span = Span::new(file, text.len() - last.len(), text.len());
            self.cx
                .warning("haproxy/no-final-newline", span, "the last line has no line end; the original calls the file truncated and refuses it".to_owned())
                .suggest("end the file with a line feed");
        }
    }

    fn line(&mut self, line: &str, place: Place<'_>) {
        let (file, offset) = (place.file, place.offset);
        if let Some(at) = line.find(['\0', '\u{fffd}']) {
            let span = Span::new(file, offset + at, offset + at + character_length(line, at));
            self.cx
                .error(
                    "haproxy/bad-byte",
                    span,
                    "this byte is not UTF-8 text".to_owned(),
                )
                .suggest("save the file as UTF-8");
            return;
        }
        let Some(words) = self.words(line, place).filter(|words| !words.is_empty()) else {
            return;
        };
        let mut args = Args::new(&words);
        let first = &words[0];
        if first.text.starts_with('.') {
            return self.blocks.directive(&mut self.cx, &words);
        }
        if self.blocks.skips() {
            return;
        }
        if let Some(header) = Header::of(&first.text) {
            self.close();
            let name = words.get(1).filter(|name| name.text != "from");
            let name = &name.unwrap_or(first).text;
            name.as_ref().clone_into(&mut self.section);
            self.note_section(&words);
            self.open(header, &mut args);
            return;
        }
        self.take_note(&words);
        self.cx.moments = None;
        self.cx.line.line = place.number;
        match &mut self.state {
            State::Outside => self.outside(&words),
            State::Skipped => {}
            State::Global => global::keyword(&mut self.cx, &mut self.config.global, args),
            State::Listed(kind, lines) => {
                lists::keyword(&mut self.cx, &mut self.config, *kind, lines, args);
            }
            State::Proxy(section) => keywords::keyword(&mut self.cx, section, args),
        }
    }

    fn note_section(&mut self, words: &[lexer::Word<'_>]) {
        let name = words.get(1).map(|name| name.text.as_ref());
        let name = name.filter(|name| *name != "from");
        self.part = self.outline.open(&words[0].text, name);
        let rest = words.iter().skip(1).map(|word| word.text.as_ref());
        self.outline.line(&self.part, rest);
    }

    fn take_note(&mut self, words: &[lexer::Word<'_>]) {
        let texts = words.iter().map(|word| word.text.as_ref());
        let kind = NAMED.iter().find(|kind| words[0].text == **kind);
        match (kind, words.get(1)) {
            (Some(kind), Some(name)) => self.outline.item(&self.part, kind, &name.text, texts),
            _ => self.outline.line(&self.part, texts),
        }
    }

    /// The words of a line. Of a line that is passed over only what makes it unreadable counts,
    /// not what its variables are.
    fn words<'t>(&mut self, line: &'t str, place: Place<'_>) -> Option<Vec<lexer::Word<'t>>> {
        let surroundings = lexer::Surroundings {
            environment: &self.cx.environment,
            section: &self.section,
            place,
        };
        if !self.blocks.skips() {
            return lexer::words(line, &surroundings, &mut self.cx.diagnostics);
        }
        let mut found = crate::Diagnostics::default();
        let words = lexer::words(line, &surroundings, &mut found);
        self.cx.diagnostics.take_errors(found);
        words
    }

    fn outside(&mut self, words: &[lexer::Word<'_>]) {
        let first = &words[0];
        let message = format!("'{}' stands outside of any section", first.text);
        let sections = crate::registry::haproxy().keywords("section");
        let help = match crate::suggest::nearest(&first.text, sections) {
            Some(section) => format!("did you mean the section '{section}'?"),
            None => {
                "begin with 'global', 'defaults', 'frontend NAME', 'backend NAME' or 'listen NAME'"
                    .to_owned()
            }
        };
        self.cx
            .error("haproxy/outside-section", first.span, message)
            .suggest(help);
    }

    fn open(&mut self, header: Header, args: &mut Args<'_>) {
        self.state = match header {
            Header::Global => {
                self.cx.finish(args, "global");
                State::Global
            }
            Header::Unsupported(keyword) => {
                self.cx.known("section", keyword, "section", args.keyword);
                State::Skipped
            }
            Header::Listed(kind) => {
                if lists::open(&mut self.cx, &mut self.config, kind, args) {
                    State::Listed(kind, Box::default())
                } else {
                    State::Skipped
                }
            }
            Header::Proxy(kind) => {
                let from = Section::open(
                    &mut self.cx,
                    kind,
                    args,
                    &self.defaults,
                    self.latest_defaults.as_ref(),
                );
                from.map_or(State::Skipped, |section| State::Proxy(Box::new(section)))
            }
        };
    }

    /// Files the current section away.
    pub fn close(&mut self) {
        let section = match std::mem::replace(&mut self.state, State::Outside) {
            State::Proxy(section) => section,
            State::Listed(Listed::Users, lines) => {
                return lists::close(&mut self.cx, &mut self.config, *lines);
            }
            State::Listed(Listed::Resolvers, _) => {
                return resolvers::close(&mut self.cx, &self.config);
            }
            _ => return,
        };
        if section.is_defaults() {
            if !section.proxy.name.0.is_empty() {
                self.defaults
                    .insert(section.proxy.name.0.clone(), (*section).clone());
            }
            self.latest_defaults = Some(*section);
        } else {
            self.sections.push(*section);
        }
    }
}

/// Bytes of the character at an offset.
fn character_length(line: &str, at: usize) -> usize {
    line[at..].chars().next().map_or(0, char::len_utf8)
}
