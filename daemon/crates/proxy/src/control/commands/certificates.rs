//! Certificates: shown, and exchanged while connections use them.

use super::word;
use crate::control::Control;
use crate::desk::Answer;
use runtime::{Command, Invocation};
use std::fmt::Write as _;
use tls::{Described, Moment, Store};

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
            (C::ShowSslCert, path) => match store.describe(&self.attachments, path) {
                Some(found) => Answer::Text(described(&found)),
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
                Ok(()) => Answer::Text(format!("Committing {path}.\nSuccess!\n")),
                Err(_) if !is_staged(store, path) => {
                    let text = format!("No ongoing transaction! !\nCan't commit {path}!\n");
                    Answer::error(text)
                }
                Err(wrong) => {
                    let mut text = String::new();
                    for (file, why) in wrong {
                        let _ = writeln!(text, "{file}: {why}");
                    }
                    Answer::error(format!("{text}Can't commit {path}!\n"))
                }
            },
            (C::AbortSslCert, "") => Answer::error("'abort ssl cert' expects a filename\n"),
            (C::AbortSslCert, path) => {
                let mut found = store.abort(path);
                for end in BESIDE {
                    found |= store.abort(&format!("{path}{end}"));
                }
                if found {
                    Answer::info(format!("Transaction aborted for certificate '{path}'!\n"))
                } else {
                    Answer::error("No ongoing transaction!\n")
                }
            }
            (C::NewSslCert, "") => Answer::error("'new ssl cert' expects a filename\n"),
            (C::NewSslCert, path) => Answer::error(format!(
                "'{path}' would be used by no line: name it on a bind line and reload.\n"
            )),
            (_, "") => Answer::error("'del ssl cert' expects a certificate name\n"),
            (_, path) => {
                let why = match store.describe(&self.attachments, path) {
                    Some(_) => "in use, can't be deleted",
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
        let used =
            self.attachments.contains_key(path) || store.describe(&self.attachments, own).is_some();
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
    if !shown.is_empty() {
        out.push_str("# filename\n");
    }
    for one in shown {
        let _ = writeln!(out, "{}", one.path);
    }
    out
}

fn described(one: &Described) -> String {
    let facts = &one.facts;
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
    };
    let names: Vec<String> = facts.dns_names.iter().map(|n| format!("DNS:{n}")).collect();
    let mut out = format!(
        "Filename: {}\nStatus: Used\nSerial: {}\nnotBefore: {}\nnotAfter: {}\nSubject Alternative Name: {}\nAlgorithm: {}\nSHA1 FingerPrint: {}\nSubject: {}\nIssuer: {}\n",
        one.path,
        hex(&facts.serial),
        date(facts.not_before),
        date(facts.not_after),
        names.join(", "),
        one.key,
        hex(&one.sha1),
        facts.subject_line(),
        facts.issuer_line(),
    );
    for next in &one.chain {
        let _ = writeln!(out, "Chain Subject: {}", next.subject_line());
        let _ = writeln!(out, "Chain Issuer: {}", next.issuer_line());
    }
    out.push_str("OCSP Response Key: \n");
    out
}

/// `Nov 21 22:42:00 2026 GMT`
fn date(at: Moment) -> String {
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
