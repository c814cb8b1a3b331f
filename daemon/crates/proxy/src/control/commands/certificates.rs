//! Certificates: shown, and exchanged while connections use them.

use super::{stapled, word};
use crate::control::Control;
use crate::desk::Answer;
use runtime::{Command, Invocation};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tls::{Described, Files, Kind, Moment, Store};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Files beside a certificate that belong to it.
const BESIDE: [&str; 3] = [".key", ".ocsp", ".issuer"];

impl Control {
    pub(super) fn certificate(&mut self, it: &Invocation) -> Answer {
        use Command as C;
        let Some(registry) = &mut self.registry else {
            return super::find::nothing_runs();
        };
        let store = &mut registry.tls;
        let path = word(&it.words, 0);
        match (it.command, path) {
            (C::ShowSslCert, "") => {
                let shown = store.list(&self.attachments);
                Answer::Text(list(store, &shown))
            }
            (C::ShowSslCert, path) => match shown(store, &self.attachments, path) {
                Some(text) => Answer::Text(text),
                None => Answer::error(
                    "Can't display the certificate: Not found or the certificate is a bundle!\n",
                ),
            },
            (C::SetSslCert, path) => match it.payload.as_ref().filter(|_| !path.is_empty()) {
                Some(payload) => self.stage(path, payload),
                None => Answer::error(
                    "'set ssl cert expects a filename and a certificate as a payload\n",
                ),
            },
            (C::CommitSslCert, "") => Answer::error("'commit ssl cert expects a filename\n"),
            (C::CommitSslCert, path) => match store.commit(&mut self.attachments, path) {
                Ok(()) => {
                    let dot = dots(store, &self.attachments, (Kind::Certificate, path));
                    Answer::Text(format!("Committing {path}{dot}\nSuccess!\n"))
                }
                Err(_) if !is_staged(store, path) => nothing_to_commit(path),
                Err(wrong) => not_committed(path, wrong),
            },
            (C::AbortSslCert, "") => Answer::error("'abort ssl cert' expects a filename\n"),
            (C::AbortSslCert, path) => {
                if abort(store, path) {
                    Answer::info(format!("Transaction aborted for certificate '{path}'!\n"))
                } else {
                    Answer::error("No ongoing transaction!\n")
                }
            }
            (C::NewSslCert, "") => Answer::error("'new ssl cert' expects a filename\n"),
            (C::NewSslCert, path) => {
                let known = self.attachments.contains_key(path)
                    || store.describe(&self.attachments, path).is_some();
                if known || !store.make(Kind::Certificate, path) {
                    Answer::error(format!("Certificate '{path}' already exists!\n"))
                } else {
                    Answer::info(format!("New empty certificate store '{path}'!\n"))
                }
            }
            (_, "") => Answer::error("'del ssl cert' expects a certificate name\n"),
            (_, path) => {
                let why = match store.describe(&self.attachments, path) {
                    Some(_) => "in use, can't be deleted",
                    None if store.is_made(Kind::Certificate, path) => {
                        forget(store, &mut self.attachments, path);
                        return Answer::info(format!("Certificate '{path}' deleted!\n"));
                    }
                    None => "doesn't exist",
                };
                Answer::error(format!(
                    "Can't remove the certificate: certificate '{path}' {why}!\n\n"
                ))
            }
        }
    }

    /// Keeps a new content until it is committed.
    fn stage(&mut self, path: &str, payload: &str) -> Answer {
        let Some(registry) = &mut self.registry else {
            return super::find::nothing_runs();
        };
        let store = &mut registry.tls;
        let own = BESIDE.iter().find_map(|end| path.strip_suffix(end));
        let own = own.unwrap_or(path);
        let used = self.attachments.contains_key(path)
            || store.is_made(Kind::Certificate, own)
            || store.describe(&self.attachments, own).is_some();
        if !used {
            return Answer::error(format!(
                "Can't replace a certificate which is not referenced by the configuration!\nCan't update {path}!\n"
            ));
        }
        let known = is_staged(store, own);
        match store.stage(path, payload.as_bytes().to_vec()) {
            Ok(()) => {
                let what = if known { "updated" } else { "created" };
                Answer::info(format!("Transaction {what} for certificate {own}!\n"))
            }
            Err(why) => Answer::error(format!(
                "unable to load certificate from file '{path}': {why}.\nCan't load the payload\nCan't update {path}!\n"
            )),
        }
    }
}

/// With what was given beside it: its key has no use any more.
fn forget(store: &mut Store, files: &mut Files, path: &str) {
    store.unmake(files, Kind::Certificate, path);
    for end in BESIDE {
        files.remove(&format!("{path}{end}"));
    }
    abort(store, path);
}

/// Whether anything waited for a commit.
fn abort(store: &mut Store, path: &str) -> bool {
    let ends = [""].into_iter().chain(BESIDE);
    let waited = ends.filter(|end| store.abort(&format!("{path}{end}")));
    waited.count() > 0
}

pub fn nothing_to_commit(path: &str) -> Answer {
    Answer::error(format!("No ongoing transaction! !\nCan't commit {path}!\n"))
}

/// With what is wrong of each file.
pub fn not_committed(path: &str, wrong: Vec<(String, tls::Problem)>) -> Answer {
    let mut text = String::new();
    for (file, why) in wrong {
        let _ = writeln!(text, "{file}: {why}");
    }
    Answer::error(format!("{text}Can't commit {path}!\n"))
}

fn is_staged(store: &Store, path: &str) -> bool {
    store.staged().any(|staged| {
        let rest = staged.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || BESIDE.contains(&rest))
    })
}

fn list(store: &Store, shown: &[Described]) -> String {
    let mut out = String::new();
    let mut staged = store.staged().peekable();
    if staged.peek().is_some() {
        out.push_str("# transaction\n");
    }
    for path in staged {
        let _ = writeln!(out, "*{path}");
    }
    let used = shown.iter().map(|one| &one.path[..]);
    let paths: BTreeSet<&str> = used.chain(store.shelved(Kind::Certificate)).collect();
    if !paths.is_empty() {
        out.push_str("# filename\n");
    }
    for path in paths {
        let _ = writeln!(out, "{path}");
    }
    out
}

/// A certificate, or with `*` before its path what was prepared of it.
fn shown(store: &Store, files: &Files, path: &str) -> Option<String> {
    let staged = path.strip_prefix('*');
    let waiting = staged.and_then(|own| Some((own, store.staged_bytes(own)?)));
    if waiting.is_none() {
        if let Some(found) = store.describe(files, path) {
            return Some(described(&found, "Used") + &stapled::key_line(&found));
        }
        if !store.is_made(Kind::Certificate, path) {
            return None;
        }
    }
    let (own, bytes) = match waiting {
        Some((own, bytes)) => (own, Some(bytes)),
        None => (path, files.get(path).map(Vec::as_slice)),
    };
    let Some(bytes) = bytes else {
        return Some(format!(
            "Filename: {path}\nStatus: Empty\nOCSP Response Key: \n"
        ));
    };
    let key = files.get(&format!("{own}.key")).map(Vec::as_slice);
    let mut found = tls::examined(path, bytes, key)?;
    path.clone_into(&mut found.path);
    Some(described(&found, "Unused") + &stapled::key_line(&found))
}

/// What follows the name of a file that is taken over: a dot for each line that uses it.
pub fn dots(store: &Store, files: &Files, (kind, path): (Kind, &str)) -> String {
    ".".repeat(store.lines(kind, path, files))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// A certificate in the words of `show ssl cert`.
fn described(one: &Described, status: &str) -> String {
    let head = format!("Filename: {}\nStatus: {status}\n", one.path);
    let mut out = head + &said(one);
    for next in &one.chain {
        let _ = writeln!(out, "Chain Subject: {}", next.subject_line());
        let _ = writeln!(out, "Chain Issuer: {}", next.issuer_line());
    }
    out
}

/// What a certificate says.
pub fn said(one: &Described) -> String {
    let facts = &one.facts;
    let names: Vec<String> = facts.dns_names.iter().map(|n| format!("DNS:{n}")).collect();
    format!(
        "Serial: {}\nnotBefore: {}\nnotAfter: {}\nSubject Alternative Name: {}\nAlgorithm: {}\nSHA1 FingerPrint: {}\nSubject: {}\nIssuer: {}\n",
        hex(&facts.serial),
        date(facts.not_before),
        date(facts.not_after),
        names.join(", "),
        one.key,
        hex(&one.sha1),
        facts.subject_line(),
        facts.issuer_line(),
    )
}

/// `Nov 21 22:42:00 2026 GMT`
pub fn date(at: Moment) -> String {
    let day = at.date();
    let mut parts = day
        .split('-')
        .map(|part| part.parse::<usize>().unwrap_or(0));
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let name = MONTHS
        .get(month.unwrap_or(1).wrapping_sub(1))
        .unwrap_or(&"");
    let second = at.unix % 86_400;
    format!(
        "{name} {:>2} {:02}:{:02}:{:02} {} GMT",
        day.unwrap_or(0),
        second / 3600,
        second / 60 % 60,
        second % 60,
        year.unwrap_or(0)
    )
}
