//! `help`, and what is said about words that are no command.

use crate::catalogue::{ALL, Entry, Mode};
use crate::similar;
use std::fmt::Write as _;

/// The three that every list ends with.
const LAST: [&str; 3] = ["help", "prompt", "quit"];
const MOST: usize = 5;
/// Beyond so many edits nothing is like the words any more.
const TOLERATED: usize = 8;

/// Answer to `help` with what follows it.
pub fn help(words: &[String]) -> String {
    let title = "The following commands are valid at this level:\n";
    list(title, words)
}

/// Answer to words that are no command.
pub fn unknown(words: &[String]) -> String {
    let title = if words.is_empty() {
        "Unknown command. Please enter one of the following commands only:\n"
    } else {
        "Unknown command, but maybe one of the following ones is a better match:\n"
    };
    list(title, words)
}

fn list(title: &str, words: &[String]) -> String {
    let mut text = title.to_owned();
    let shown =
        |e: &&Entry| !e.help.is_empty() && e.mode == Mode::Plain && !LAST.contains(&e.words);
    let all: Vec<&Entry> = ALL.iter().filter(shown).collect();
    for entry in like(&all, words) {
        line(&mut text, entry);
    }
    for word in LAST {
        if let Some(entry) = ALL.iter().find(|e| e.words == word) {
            line(&mut text, entry);
        }
    }
    text
}

/// Those that begin with the words; else those that are most like them.
fn like<'a>(all: &[&'a Entry], words: &[String]) -> Vec<&'a Entry> {
    // The longest beginning that some command has.
    for length in (0..=words.len()).rev() {
        let given = &words[..length];
        let begins = |e: &&&Entry| {
            let mut known = e.words.split(' ');
            let mut like = |word: &String| known.next().is_some_and(|k| k.starts_with(&**word));
            given.iter().all(&mut like)
        };
        let found: Vec<&Entry> = all.iter().filter(begins).copied().collect();
        if !found.is_empty() && (length > 0 || words.is_empty()) {
            return found;
        }
    }
    let mut ranked: Vec<(usize, &Entry)> = all
        .iter()
        .map(|e| (similar::of_command(words, e.words), *e))
        .filter(|(cost, _)| *cost <= TOLERATED)
        .collect();
    ranked.sort_by_key(|(cost, _)| *cost);
    ranked.truncate(MOST);
    ranked.sort_by_key(|(_, e)| e.words);
    ranked.into_iter().map(|(_, e)| e).collect()
}

fn line(text: &mut String, entry: &Entry) {
    let usage = format!("{} {}", entry.words, entry.arguments);
    let _ = writeln!(text, "  {:<40}: {}", usage.trim_end(), entry.help);
}
