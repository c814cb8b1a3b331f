//! The configuration that runs, in words: its texts, and how the files on the disk differ from them.

use std::fmt::Write as _;

use config::Source;
use ipc::SourceFile;

use super::disk::{read_all, sources};
use super::{Loaded, environment};

/// Above so many pairs of lines, what differs is shown as a whole.
const MOST_PAIRS: usize = 4_000_000;

/// How files become texts that may be shown.
type Masked = fn(&[Source], &std::collections::BTreeMap<String, String>) -> Vec<String>;

#[derive(Debug, Clone, Copy)]
pub struct Showing<'a>(pub &'a Loaded);

impl Showing<'_> {
    /// All texts as they were taken up, secrets hidden.
    pub fn running(self) -> String {
        let mut out = String::new();
        for (files, masked) in self.halves() {
            for (file, text) in files.iter().zip(masked(&sources(files), &environment())) {
                let _ = writeln!(out, "# {}", file.path);
                out.extend(text.lines().map(whole));
            }
        }
        out
    }

    /// What the files say that does not run, and what runs that they do not say; `None`: nothing.
    pub fn drift(self) -> Option<String> {
        let mut out = String::new();
        for (files, masked) in self.halves() {
            for file in files {
                let mut unreadable = Vec::new();
                let now = read_all(&[file.path.clone().into()], &mut unreadable);
                for finding in unreadable {
                    let _ = writeln!(out, "{}: {}", file.path, finding.message);
                }
                let Some(now) = now.first().filter(|now| now.text != file.text) else {
                    continue;
                };
                let env = environment();
                let shown = |file: &SourceFile| {
                    let texts = masked(&sources(std::slice::from_ref(file)), &env);
                    texts.into_iter().next().unwrap_or_default()
                };
                let (old, new) = (shown(file), shown(now));
                let _ = writeln!(
                    out,
                    "--- {} (running)\n+++ {} (on disk)",
                    file.path, file.path
                );
                let changes = changes(&old, &new);
                out.push_str(if changes.is_empty() {
                    "a secret differs\n"
                } else {
                    &changes
                });
            }
        }
        (!out.is_empty()).then_some(out)
    }

    fn halves(&self) -> impl Iterator<Item = (&[SourceFile], Masked)> {
        let haproxy = self
            .0
            .haproxy
            .as_ref()
            .map(|half| (&half.files[..], config::shown::haproxy as Masked));
        let keepalived = self
            .0
            .keepalived
            .as_ref()
            .map(|half| (&half.files[..], config::shown::keepalived as Masked));
        haproxy.into_iter().chain(keepalived)
    }
}

/// An answer ends with an empty line: one within it has a blank.
fn whole(line: &str) -> String {
    if line.is_empty() {
        " \n".to_owned()
    } else {
        format!("{line}\n")
    }
}

/// Lines that went with `-` and their number, lines that came with `+`.
fn changes(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let pairs = || old.iter().zip(&new);
    let begin = pairs().take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - begin;
    let back = old.iter().rev().zip(new.iter().rev());
    let end = back.take(rest).take_while(|(a, b)| a == b).count();
    let (gone, come) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
    let kept = common(gone, come);
    let mut out = String::new();
    let (mut a, mut b) = (0, 0);
    for (i, j) in kept.into_iter().chain([(gone.len(), come.len())]) {
        for (at, line) in (a..).zip(&gone[a..i]) {
            let _ = writeln!(out, "-{} {line}", begin + at + 1);
        }
        for (at, line) in (b..).zip(&come[b..j]) {
            let _ = writeln!(out, "+{} {line}", begin + at + 1);
        }
        (a, b) = (i + 1, j + 1);
    }
    out
}

/// The longest list of lines that both have in this order, by their places.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let width = b.len() + 1;
    let mut length = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if a[i] == b[j] {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut kept = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            kept.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn what_came_and_went_is_shown_with_its_line() {
        assert_eq!(changes("a\nb\nc\n", "a\nb\nc\n"), "");
        assert_eq!(
            changes("a\nb\nc\nd\n", "a\nx\nc\ny\nd\n"),
            "-2 b\n+2 x\n+4 y\n"
        );
        assert_eq!(changes("", "a\n"), "+1 a\n");
        assert_eq!(changes("a\n", ""), "-1 a\n");
    }
}
