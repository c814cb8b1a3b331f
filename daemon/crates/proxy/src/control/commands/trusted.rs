//! Files of authorities and of revoked certificates: shown, and exchanged while connections use them.

use super::certificates::{date, dots, hex, not_committed, nothing_to_commit, said};
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use runtime::{Command, Invocation};
use std::fmt::Write as _;
use tls::{Files, Kind, RevocationList, Store};

/// A kind's words; where HAProxy's messages differ by habit, so do these.
struct Words {
    kind: Kind,
    /// `CA`, `CRL`
    name: &'static str,
    /// The word of the command.
    file: &'static str,
    payload: &'static str,
}

const AUTHORITIES: Words = Words {
    kind: Kind::Authorities,
    name: "CA",
    file: "ca-file",
    payload: "CAs",
};

const REVOCATIONS: Words = Words {
    kind: Kind::Revocations,
    name: "CRL",
    file: "crl-file",
    payload: "CRLs",
};

impl Control {
    pub(super) fn trusted(&mut self, it: &Invocation) -> Answer {
        use Command as C;
        let Some(registry) = &mut self.registry else {
            return super::find::nothing_runs();
        };
        let (store, files) = (&mut registry.tls, &mut self.attachments);
        let path = word(&it.words, 0);
        let words = match it.command {
            C::ShowSslCaFile
            | C::SetSslCaFile
            | C::CommitSslCaFile
            | C::AbortSslCaFile
            | C::NewSslCaFile
            | C::DelSslCaFile => AUTHORITIES,
            _ => REVOCATIONS,
        };
        match it.command {
            C::ShowSslCaFile | C::ShowSslCrlFile if path.is_empty() => {
                Answer::Text(words.list(store, files))
            }
            C::ShowSslCaFile | C::ShowSslCrlFile => words.show(store, files, path),
            C::SetSslCaFile | C::SetSslCrlFile => words.set(store, path, it.payload.as_deref()),
            C::CommitSslCaFile | C::CommitSslCrlFile => words.commit(store, files, path),
            C::AbortSslCaFile | C::AbortSslCrlFile => words.abort(store, path),
            C::NewSslCaFile | C::NewSslCrlFile => words.begin(store, files, path),
            _ => words.forget(store, files, path),
        }
    }
}

impl Words {
    fn list(&self, store: &Store, files: &Files) -> String {
        let line = |star: &str, path: &str, bytes: &[u8]| {
            if self.kind == Kind::Revocations {
                return format!("{star}{path}\n");
            }
            let count = tls::authorities(path, bytes).len();
            format!("{star}{path} - {count} certificate(s)\n")
        };
        let staged: String = store
            .staged_trust(self.kind)
            .map(|(path, bytes)| line("*", path, bytes))
            .collect();
        let own = store.shelved(self.kind).into_iter();
        let own: String = own
            .map(|path| line("", path, files.get(path).map_or(&[][..], Vec::as_slice)))
            .collect();
        let mut out = String::new();
        for (title, lines) in [("# transaction\n", staged), ("# filename\n", own)] {
            if !lines.is_empty() {
                out.push_str(title);
                out.push_str(&lines);
            }
        }
        out
    }

    /// `FILE[:INDEX]`, with `*` before it for what was prepared.
    fn show(&self, store: &Store, files: &Files, asked: &str) -> Answer {
        let (path, index) = match asked.rsplit_once(':') {
            Some((path, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                let index = digits.parse().unwrap_or(0);
                if index == 0 {
                    let text = format!("wrong {} index after colons in '{asked}'!", self.name);
                    return Answer::error(text);
                }
                (path, Some(index))
            }
            _ => (asked, None),
        };
        let staged = path.strip_prefix('*');
        let mut waiting = store.staged_trust(self.kind);
        let waiting = staged.and_then(|own| waiting.find(|(path, _)| *path == own));
        let bytes = match waiting {
            Some((_, bytes)) => Some(bytes),
            None if store.is_shelved(self.kind, path) => files.get(path).map(Vec::as_slice),
            None => {
                let text = format!("Can't display the {} file : Not found!\n", self.name);
                return Answer::error(text);
            }
        };
        let used = waiting.is_none() && store.is_named(self.kind, path);
        let Some(bytes) = bytes else {
            return Answer::Text(match self.kind {
                Kind::Revocations => format!("Filename: {path}\nStatus: Empty\n"),
                _ => String::new(),
            });
        };
        let status = if used { "Used" } else { "Unused" };
        let mut out = format!("Filename: {path}\nStatus: {status}\n");
        let entries: Vec<String> = match self.kind {
            Kind::Revocations => RevocationList::read(bytes).iter().map(revoked).collect(),
            _ => tls::authorities(path, bytes).iter().map(said).collect(),
        };
        let title = match self.kind {
            Kind::Revocations => "Certificate Revocation List",
            _ => "Certificate",
        };
        for (number, text) in (1_usize..).zip(entries) {
            if index.is_none_or(|index| index == number) {
                let _ = write!(out, " \n{title} #{number}:\n{text}");
            }
        }
        Answer::Text(out)
    }

    fn set(&self, store: &mut Store, path: &str, payload: Option<&str>) -> Answer {
        let Some(payload) = payload.filter(|_| !path.is_empty()) else {
            return Answer::error(format!(
                "'set ssl {} expects a filename and {} as a payload\n",
                self.file, self.payload
            ));
        };
        let name = self.name;
        if !store.is_shelved(self.kind, path) {
            return Answer::error(format!(
                "Can't replace a {name} file which is not referenced by the configuration!\nCan't update {path}!\n"
            ));
        }
        match store.stage_trust(self.kind, path, payload.as_bytes().to_vec()) {
            Ok(known) => {
                let what = if known { "updated" } else { "created" };
                Answer::info(format!("transaction {what} for {name} {path}!\n"))
            }
            Err(why) => Answer::error(format!(
                "unable to load {name} file '{path}': {why}.\nCan't load the payload\nCan't update {path}!\n"
            )),
        }
    }

    fn commit(&self, store: &mut Store, files: &mut Files, path: &str) -> Answer {
        if path.is_empty() {
            return Answer::error("'commit ssl ca-file expects a filename\n");
        }
        if !store
            .staged_trust(self.kind)
            .any(|(staged, _)| staged == path)
        {
            return nothing_to_commit(path);
        }
        match store.commit_trust(files, self.kind, path) {
            Ok(()) => {
                let dots = dots(store, files, (self.kind, path));
                Answer::Text(format!("Committing {path}{dots}\nSuccess!\n"))
            }
            Err(wrong) => not_committed(path, wrong),
        }
    }

    fn abort(&self, store: &mut Store, path: &str) -> Answer {
        if path.is_empty() {
            return Answer::error(format!("'abort ssl {}' expects a filename\n", self.file));
        }
        if store.abort_trust(self.kind, path) {
            Answer::info(format!("Transaction aborted for certificate '{path}'!\n"))
        } else {
            Answer::error("No ongoing transaction!\n")
        }
    }

    fn begin(&self, store: &mut Store, files: &Files, path: &str) -> Answer {
        let name = self.name;
        if path.is_empty() {
            return Answer::error(format!("'new ssl {}' expects a filename\n", self.file));
        }
        // A file of another use is not to be exchanged, nor forgotten, as one of these.
        if !files.contains_key(path) && store.make(self.kind, path) {
            Answer::info(format!("New {name} file created '{path}'!\n"))
        } else {
            Answer::error(format!("{name} file '{path}' already exists!\n"))
        }
    }

    fn forget(&self, store: &mut Store, files: &mut Files, path: &str) -> Answer {
        let name = self.name;
        if path.is_empty() {
            let text = format!("'del ssl {}' expects a {name} file name\n", self.file);
            return Answer::error(text);
        }
        let why = if store
            .staged_trust(self.kind)
            .any(|(staged, _)| staged == path)
        {
            let text = format!("ongoing transaction for the {name} file '{path}'");
            return Answer::error(format!("Can't remove the {name} file: {text}\n"));
        } else if store.is_named(self.kind, path) {
            "in use, can't be deleted"
        } else if store.is_made(self.kind, path) {
            store.unmake(files, self.kind, path);
            return Answer::info(format!("{name} file '{path}' deleted!\n"));
        } else {
            "doesn't exist"
        };
        Answer::error(format!(
            "Can't remove the {name} file: {name} file '{path}' {why}!\n\n"
        ))
    }
}

fn revoked(list: &RevocationList) -> String {
    let mut out = format!(
        "Version {}\nSignature Algorithm: {}\nIssuer: {}\nLast Update: {}\n",
        list.version,
        list.signature_algorithm,
        list.issuer,
        date(list.last_update)
    );
    if let Some(next) = list.next_update {
        let _ = writeln!(out, "Next Update: {}", date(next));
    }
    if list.revoked.is_empty() {
        out.push_str("No Revoked Certificates.\n");
        return out;
    }
    out.push_str("Revoked Certificates:\n");
    for (serial, since) in &list.revoked {
        let (serial, since) = (hex(serial), date(*since));
        let _ = writeln!(
            out,
            "    Serial Number: {serial}\n        Revocation Date: {since}"
        );
    }
    out
}
