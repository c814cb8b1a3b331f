//! One pass over all lines that finds where secrets stand.

use super::define::{self, Definition};
use super::line::{self, Word};
use super::{Language, Range, Secrets};
use crate::registry;
use crate::registry::secrets::{HEADERS, KEYED_CONVERTERS, Reach, is_secret_name};
use crate::source::FileId;
use crate::suggest::nearest;
use std::collections::{BTreeMap, HashSet};

pub struct Scan<'e> {
    language: Language,
    /// Lines with findings: only there keywords may be misspelt.
    suspects: HashSet<(FileId, u32)>,
    env: &'e BTreeMap<String, String>,
    secrets: Secrets,
    definitions: Vec<Definition>,
    /// Names that secret values refer to.
    used: HashSet<String>,
    /// Open braces of a block whose whole content is secret.
    depth: usize,
    /// The last line ended in a secret keyword without a value; its block may follow.
    expecting: bool,
}

impl<'e> Scan<'e> {
    pub fn new(
        language: Language,
        suspects: HashSet<(FileId, u32)>,
        env: &'e BTreeMap<String, String>,
    ) -> Self {
        Self {
            language,
            suspects,
            env,
            secrets: Secrets::default(),
            definitions: Vec::new(),
            used: HashSet::new(),
            depth: 0,
            expecting: false,
        }
    }

    pub fn file(&mut self, file: FileId, text: &str) {
        (self.depth, self.expecting) = (0, false);
        for (number, line) in (1u32..).zip(text.split('\n')) {
            let line = line.trim_end_matches('\r');
            self.definition((file, number), line);
            self.line((file, number), line);
        }
        if let Some(last) = self.definitions.last_mut() {
            last.open = false;
        }
    }

    /// Masks the definitions and variables that secrets are made of.
    pub fn finish(mut self) -> Secrets {
        for name in self.env.keys().filter(|name| is_secret_name(name)) {
            self.used.insert(name.clone());
        }
        let mut waiting = std::mem::take(&mut self.definitions);
        loop {
            let secret = |d: &Definition| is_secret_name(&d.name) || self.used.contains(&d.name);
            let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(secret);
            if now.is_empty() {
                break;
            }
            for (at, range, value) in now.into_iter().flat_map(|definition| definition.places) {
                self.mask(at, range, &value);
            }
            waiting = later;
        }
        for value in self.used.iter().filter_map(|name| self.env.get(name)) {
            self.secrets.texts.extend(line::spellings(value));
        }
        self.secrets
    }

    fn definition(&mut self, at: (FileId, u32), line: &str) {
        if !self.language.blocks {
            return;
        }
        let open = line.trim_end().ends_with('\\');
        if let Some(last) = self.definitions.last_mut().filter(|last| last.open) {
            last.places.push((at, (0, line.len()), line.to_owned()));
            last.open = open;
        } else if let Some((name, from)) = define::split(line) {
            self.definitions.push(Definition {
                name: name.to_owned(),
                places: vec![(at, (from, line.len()), line[from..].to_owned())],
                open,
            });
        }
    }

    fn line(&mut self, at: (FileId, u32), line: &str) {
        if self.depth > 0 || (self.expecting && line.trim_start().starts_with('{')) {
            self.expecting = false;
            self.mask(at, (0, line.len()), line);
            self.braces(line);
            return;
        }
        if !line.trim().is_empty() {
            self.expecting = false;
        }
        // The value of a definition is read like a line of its own.
        let skipped = define::split(line).map_or(0, |(_, from)| from);
        let words: Vec<Word<'_>> = line::words(&line[skipped..], self.language);
        let suspect = self.suspects.contains(&at);
        for (index, word) in words.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|i| words.get(i));
            self.inside(at, skipped, word);
            let Some((from, reach)) = self.secret_behind(word, before, suspect) else {
                continue;
            };
            let from = skipped + from;
            self.hide_rest(at, line, from, reach);
            if let Some(open) = line[..from]
                .find('(')
                .filter(|_| line.trim_start().starts_with('~'))
            {
                // The values of ~LST(…) stand in front.
                self.mask(
                    at,
                    (open, from),
                    &line[open + 1..from].replace([',', ')', '('], " "),
                );
            }
            return;
        }
    }

    /// Where what this word makes secret begins, in bytes of the scanned part.
    fn secret_behind(
        &self,
        word: &Word<'_>,
        before: Option<&Word<'_>>,
        suspect: bool,
    ) -> Option<(usize, Reach)> {
        let end = word.range.1;
        let lower = word.text.to_ascii_lowercase();
        for secret in self.language.secrets {
            let exact = lower == secret.keyword;
            let near = exact || suspect && nearest(&lower, [secret.keyword]).is_some();
            let placed = || {
                secret.behind.is_none_or(|behind| {
                    before.is_some_and(|before| nearest(before.text, [behind]).is_some())
                })
            };
            if near && placed() {
                return Some((end, secret.reach));
            }
            // A forgotten blank: the value sticks to its keyword.
            if secret.behind.is_none() && lower.starts_with(secret.keyword) {
                return Some((word.range.0 + secret.keyword.len(), Reach::Rest));
            }
        }
        let named = match before.map(|before| before.text) {
            Some(
                "set-header" | "add-header" | "replace-header" | "replace-value" | "hdr" | "setenv"
                | "presetenv",
            ) => is_secret_name(&lower),
            Some("send" | "send-lf") if lower.starts_with("auth") => {
                return Some((word.range.0 + "auth".len(), Reach::Rest));
            }
            _ => suspect && word.first && self.is_unknown_secret(&lower),
        };
        // hdr(x-api-key), url_param(token): what follows is compared with it.
        let argument = lower
            .split_once('(')
            .is_some_and(|(_, rest)| is_secret_name(rest));
        let header = argument || HEADERS.iter().any(|name| lower.contains(name));
        (named || header).then_some((end, Reach::Rest))
    }

    /// A keyword nobody knows, but whose name speaks of a secret.
    fn is_unknown_secret(&self, word: &str) -> bool {
        let table = self.table();
        is_secret_name(word) && !table.knows(word)
    }

    fn table(&self) -> &'static registry::Table {
        if self.language.blocks {
            registry::keepalived()
        } else {
            registry::haproxy()
        }
    }

    fn hide_rest(&mut self, at: (FileId, u32), line: &str, from: usize, reach: Reach) {
        let rest = &line[from..];
        let blank = rest.len() - rest.trim_start().len();
        let start = from + blank;
        let value = line[start..].trim_end();
        if value.is_empty() {
            self.expecting = self.language.blocks;
            return;
        }
        let colon = value.find(':').filter(|_| reach == Reach::Credentials);
        let user = colon.map_or(0, |at| at + 1);
        self.mask(at, (start + user, start + value.len()), &value[user..]);
        if self.language.blocks {
            self.braces(value);
        }
    }

    fn braces(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'{' => self.depth += 1,
                b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Secrets inside a word: `password=…`, `scheme://user:password@host`, `hmac(key)`.
    fn inside(&mut self, at: (FileId, u32), skipped: usize, word: &Word<'_>) {
        let text = word.raw;
        // Most words: nothing can be inside.
        if !text.bytes().any(|byte| matches!(byte, b'=' | b'/' | b'(')) {
            return;
        }
        let base = skipped + word.range.0;
        let hide = |scan: &mut Self, from: usize, to: usize| {
            scan.mask(at, (base + from, base + to), &text[from..to]);
        };
        for (equals, _) in text.match_indices('=') {
            let mut parts =
                text[..equals].rsplit(|c: char| !(c.is_alphanumeric() || "_-".contains(c)));
            if parts.next().is_some_and(is_secret_name) {
                hide(self, equals + 1, text.len());
                return;
            }
        }
        if let Some(scheme) = text.find("://")
            && let Some(sign) = text.rfind('@').filter(|sign| *sign > scheme + 3)
            && let Some(colon) = text[scheme + 3..sign].find(':')
        {
            hide(self, scheme + 3 + colon + 1, sign);
        }
        for name in KEYED_CONVERTERS {
            if let Some(open) = text.find(name) {
                let from = open + name.len();
                let close = text[from..].find(')');
                hide(self, from, close.map_or(text.len(), |close| from + close));
            }
        }
    }

    fn mask(&mut self, at: (FileId, u32), range: Range, value: &str) {
        self.secrets.masks.entry(at).or_default().push(range);
        define::references(value, &mut self.used);
        for text in line::spellings(value) {
            // Most of a line behind a keyword may be keywords: hide those only where they stand.
            if self.table().knows(&text) {
                self.secrets.local.entry(at).or_default().push(text);
            } else {
                self.secrets.texts.insert(text);
            }
        }
    }
}
