//! `crt-list` files: shown, and lines added and taken away while connections use them.

use super::word;
use crate::control::Control;
use crate::desk::Answer;
use runtime::{Command, Invocation};
use std::fmt::Write as _;
use tls::{Files, Kind, Store};

/// Words of a line's brackets, in the order in which they are shown, and whether a value follows.
const SHOWN: [(&str, bool); 13] = [
    ("alpn", true),
    ("verify", true),
    ("no-ca-names", false),
    ("allow-0rtt", false),
    ("ca-file", true),
    ("ca-verify-file", true),
    ("crl-file", true),
    ("ciphers", true),
    ("ciphersuites", true),
    ("curves", true),
    ("ecdhe", true),
    ("ssl-min-ver", true),
    ("ssl-max-ver", true),
];

/// A line that names a certificate.
struct Entry<'t> {
    /// From 1.
    number: usize,
    path: &'t str,
    /// Between the brackets.
    options: Option<&'t str>,
    names: &'t str,
}

fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(number, line)| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let end = line.find([' ', '\t', '[']).unwrap_or(line.len());
        let (path, rest) = line.split_at(end);
        let rest = rest.trim_start();
        let bracketed = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (options, names) = match bracketed {
            Some((options, names)) => (Some(options), names),
            None => (None, rest),
        };
        Some(Entry {
            number,
            path,
            options,
            names: names.trim(),
        })
    })
}

impl Control {
    pub(super) fn crt_list(&mut self, it: &Invocation) -> Answer {
        let Some(registry) = &self.registry else {
            return super::find::nothing_runs();
        };
        match it.command {
            Command::ShowSslCrtList => show(&registry.tls, &self.attachments, &it.words),
            Command::AddSslCrtList => self.add_to_list(it),
            _ => self.delete_from_list(it),
        }
    }

    /// As the configuration would read it.
    fn under_base(&self, path: &str) -> String {
        let base = self
            .plan
            .as_ref()
            .and_then(|plan| plan.model.global.crt_base.as_ref());
        match base {
            Some(base) if !path.starts_with('/') => format!("{}/{path}", base.value),
            _ => path.to_owned(),
        }
    }

    fn text_of(&self, list: &str) -> Option<String> {
        let registry = self.registry.as_ref()?;
        let bytes = self.attachments.get(list)?;
        let known = registry.tls.lists().contains(list);
        known.then(|| String::from_utf8_lossy(bytes).into_owned())
    }

    fn add_to_list(&mut self, it: &Invocation) -> Answer {
        let list = word(&it.words, 0);
        let line = match (&it.payload, word(&it.words, 1)) {
            (Some(payload), _) => payload.trim_end(),
            (None, path) => path,
        };
        if list.is_empty() || line.is_empty() {
            return Answer::error("'add ssl crtlist' expects a filename and a certificate name\n");
        }
        let refused = |why: String| Answer::error(format!("Can't edit the crt-list: {why}\n"));
        if line.contains('\n') {
            return refused("only one line of payload is supported!".to_owned());
        }
        let Some(mut text) = self.text_of(list) else {
            return refused(format!("crt-list '{list}' does not exist!"));
        };
        let Some(path) = entries(line).next().map(|entry| entry.path) else {
            return refused("there is no certificate in the line!".to_owned());
        };
        let full = self.under_base(path);
        if let Some(why) = self.unusable(&full) {
            return refused(format!("certificate '{path}' {why}!"));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let _ = writeln!(text, "{line}");
        match self.take_over_list(list, text) {
            Ok(()) => Answer::Text(format!(
                "Inserting certificate '{path}' in crt-list '{list}'{}\nSuccess!\n",
                self.dots_of_list(list)
            )),
            Err(why) => refused(why),
        }
    }

    /// Why a certificate cannot be named by a line.
    fn unusable(&self, path: &str) -> Option<&'static str> {
        let store = &self.registry.as_ref()?.tls;
        if store.describe(&self.attachments, path).is_some() {
            return None;
        }
        match store.is_made(Kind::Certificate, path) {
            true if self.attachments.contains_key(path) => None,
            true => Some("is empty"),
            false => Some("does not exist"),
        }
    }

    /// A dot for each line that reads the list.
    fn dots_of_list(&self, list: &str) -> String {
        let registry = self.registry.as_ref();
        ".".repeat(registry.map_or(0, |it| it.tls.readers(list)))
    }

    fn take_over_list(&mut self, list: &str, text: String) -> Result<(), String> {
        let (Some(registry), Some(plan)) = (&mut self.registry, &self.plan) else {
            return Err("nothing runs!".to_owned());
        };
        let global = &plan.model.global;
        let taken = registry
            .tls
            .relist(&mut self.attachments, global, (list, text));
        taken.map_err(|wrong| {
            let wrong = wrong.iter().map(|(file, why)| format!("{file}: {why}"));
            wrong.collect::<Vec<_>>().join("; ")
        })
    }

    fn delete_from_list(&mut self, it: &Invocation) -> Answer {
        let (list, named) = (word(&it.words, 0), word(&it.words, 1));
        if named.is_empty() {
            return Answer::error("'del ssl crtlist' expects a filename and a certificate name\n");
        }
        let refused = |why: String| Answer::error(format!("Can't delete the entry: {why}!\n"));
        let Some(text) = self.text_of(list) else {
            return refused(format!("crt-list '{list}' does not exist"));
        };
        let (path, line) = match named.rsplit_once(':') {
            Some((path, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                (path, digits.parse::<usize>().ok())
            }
            _ => (named, None),
        };
        let full = self.under_base(path);
        let all: Vec<Entry<'_>> = entries(&text).collect();
        let known = all.iter().filter(|e| self.under_base(e.path) == full);
        let numbers: Vec<usize> = known.map(|entry| entry.number).collect();
        if numbers.is_empty() {
            let why = match self.unusable(&full) {
                Some("does not exist") => "does not exist",
                _ => "is not in the crt-list",
            };
            return refused(format!("certificate '{path}' {why}"));
        }
        let number = match the_one(path, &numbers, line) {
            Ok(number) => number,
            Err(why) => return refused(why),
        };
        let first = all.first().is_some_and(|entry| entry.number == number);
        let shown_by_default = self
            .registry
            .as_ref()
            .is_some_and(|registry| first && registry.tls.begins_with(list));
        if shown_by_default {
            return refused(format!(
                "certificate '{path}' cannot be deleted, clients that ask for no known name get it"
            ));
        }
        match self.take_over_list(list, without(&text, number)) {
            Ok(()) => {
                if let Some(registry) = &mut self.registry {
                    registry.tls.keep_unused(&self.attachments, &full);
                }
                Answer::info(format!("Entry '{path}' deleted in crtlist '{list}'!\n"))
            }
            Err(why) => refused(why),
        }
    }
}

/// The line that is meant by its number, or by being the only one.
fn the_one(path: &str, numbers: &[usize], line: Option<usize>) -> Result<usize, String> {
    let told: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let told = told.join(", ");
    match (numbers, line) {
        ([one], None) => Ok(*one),
        (_, Some(line)) if numbers.contains(&line) => Ok(line),
        (_, Some(_)) => Err(format!(
            "found a certificate '{path}' but the line number is incorrect, please specify a correct line number preceded by colons ({told})"
        )),
        (_, None) => Err(format!(
            "found the certificate '{path}' in several entries, please specify a line number preceded by colons ({told})"
        )),
    }
}

/// An empty line in its place: those behind it keep their numbers.
fn without(text: &str, number: usize) -> String {
    let lines = (1..).zip(text.lines());
    let left = lines.map(|(at, line)| if at == number { "" } else { line });
    left.flat_map(|line| [line, "\n"]).collect()
}

fn show(store: &Store, files: &Files, words: &[String]) -> Answer {
    let numbered = word(words, 0) == "-n";
    let list = word(words, usize::from(numbered));
    if list.is_empty() {
        if numbered {
            let text = "'show ssl crt-list -n' expects a filename or a directory\n";
            return Answer::error(text);
        }
        let lists = store.lists().into_iter();
        return Answer::Text(lists.flat_map(|list| [list, "\n"]).collect());
    }
    let known = store.lists().contains(list);
    let Some(bytes) = files.get(list).filter(|_| known) else {
        return Answer::error("didn't find the specified filename\n");
    };
    let mut out = format!("# {list}\n");
    for entry in entries(&String::from_utf8_lossy(bytes)) {
        out.push_str(entry.path);
        if numbered {
            let _ = write!(out, ":{}", entry.number);
        }
        if let Some(options) = entry.options {
            let _ = write!(out, " [{}]", shown(options));
        }
        if !entry.names.is_empty() {
            let names: Vec<&str> = entry.names.split_whitespace().collect();
            let _ = write!(out, " {}", names.join(" "));
        }
        out.push('\n');
    }
    Answer::Text(out)
}

/// In HAProxy's order.
fn shown(options: &str) -> String {
    let words: Vec<&str> = options.split_whitespace().collect();
    let mut out = String::new();
    for (name, valued) in SHOWN {
        let Some(at) = words.iter().position(|word| *word == name) else {
            continue;
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(name);
        if let (true, Some(value)) = (valued, words.get(at + 1)) {
            let _ = write!(out, " {value}");
        }
    }
    out
}
