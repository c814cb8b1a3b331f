//! Files that are exchanged by order: those of authorities and of revocations, and whatever was made
//! by order before any line named it. What they hold is among the [`Files`]; a reload begins anew.

use crate::error::Problem;
use crate::line::Line;
use crate::pem::Pem;
use crate::store::{Files, Store};
use config::haproxy::model::Global;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Certificate,
    /// `ca-file`, `ca-verify-file`
    Authorities,
    /// `crl-file`
    Revocations,
}

impl Kind {
    /// Files of authorities and of revocations share one name space.
    fn excludes(self, other: Self) -> bool {
        (self == Self::Certificate) == (other == Self::Certificate)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// Made by order.
    made: BTreeSet<(Kind, String)>,
    /// Of authorities and revocations: bytes that wait for a commit.
    staged: BTreeMap<(Kind, String), Vec<u8>>,
}

impl Store {
    /// The files of this kind that lines name, but for certificates, and those made by order.
    pub fn shelved(&self, kind: Kind) -> BTreeSet<&str> {
        let made = self.shelf.made.iter();
        let made = made
            .filter(|(of, _)| *of == kind)
            .map(|(_, path)| &path[..]);
        self.named(kind).chain(made).collect()
    }

    /// Some line uses it for this.
    pub fn is_named(&self, kind: Kind, path: &str) -> bool {
        self.named(kind).any(|named| named == path)
    }

    pub fn is_shelved(&self, kind: Kind, path: &str) -> bool {
        self.is_made(kind, path) || self.is_named(kind, path)
    }

    pub fn is_made(&self, kind: Kind, path: &str) -> bool {
        self.shelf.made.contains(&(kind, path.to_owned()))
    }

    fn named(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let accepting = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let accepting = accepting.flat_map(|one| {
            let listed = one.line.listed.iter().map(|listed| &listed.settings);
            listed.chain([&one.line.tls.settings])
        });
        let connecting = self.connecting.iter().filter(|one| one.connector.is_used());
        let connecting = connecting.map(|one| &one.tls.settings);
        accepting.chain(connecting).flat_map(move |settings| {
            let files = match kind {
                Kind::Certificate => [None, None],
                Kind::Authorities => [settings.ca_file.as_ref(), settings.ca_verify_file.as_ref()],
                Kind::Revocations => [settings.crl_file.as_ref(), None],
            };
            files.into_iter().flatten().map(|file| file.value.as_str())
        })
    }

    /// How many lines, of addresses and of servers, use the file.
    pub fn lines(&self, kind: Kind, path: &str, files: &Files) -> usize {
        if kind != Kind::Certificate {
            return self.named(kind).filter(|named| *named == path).count();
        }
        let accepting = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let bundles = accepting.flat_map(|one| one.bundles(files));
        bundles.filter(|bundle| bundle.certificate == path).count()
    }

    /// A file with nothing in it; false where there is one of that name.
    pub fn make(&mut self, kind: Kind, path: &str) -> bool {
        let kinds = [Kind::Certificate, Kind::Authorities, Kind::Revocations];
        let mut others = kinds.into_iter().filter(|other| kind.excludes(*other));
        if others.any(|other| self.is_shelved(other, path)) {
            return false;
        }
        self.shelf.made.insert((kind, path.to_owned()));
        true
    }

    /// A certificate that no line names any more can be named again.
    pub fn keep_unused(&mut self, files: &Files, path: &str) {
        if self.lines(Kind::Certificate, path, files) == 0 {
            self.make(Kind::Certificate, path);
        }
    }

    /// Takes away what was made and is used by no line.
    pub fn unmake(&mut self, files: &mut Files, kind: Kind, path: &str) {
        self.shelf.made.remove(&(kind, path.to_owned()));
        files.remove(path);
    }

    /// All that was made by order is gone with the files.
    pub fn unmake_all(&mut self) {
        self.shelf = Shelf::default();
    }

    /// Keeps bytes for [`Store::commit_trust`]; whether some were kept before.
    pub fn stage_trust(&mut self, kind: Kind, path: &str, bytes: Vec<u8>) -> Result<bool, Problem> {
        let pem = Pem::read(&bytes)?;
        match kind {
            Kind::Revocations if pem.revocation_lists.is_empty() => {
                let why = "there is none in it".to_owned();
                return Err(Problem::RevocationList(why));
            }
            Kind::Authorities if pem.certificates.is_empty() => return Err(Problem::NoAnchor),
            _ => {}
        }
        let staged = self.shelf.staged.insert((kind, path.to_owned()), bytes);
        Ok(staged.is_some())
    }

    /// What waits for a commit.
    pub fn staged_trust(&self, kind: Kind) -> impl Iterator<Item = (&str, &[u8])> {
        let staged = self
            .shelf
            .staged
            .iter()
            .filter(move |((of, _), _)| *of == kind);
        staged.map(|((_, path), bytes)| (&path[..], &bytes[..]))
    }

    /// All lines that use the file take it over, or none, and then it waits still.
    pub fn commit_trust(
        &mut self,
        files: &mut Files,
        kind: Kind,
        path: &str,
    ) -> Result<(), Vec<(String, Problem)>> {
        let key = (kind, path.to_owned());
        let Some(bytes) = self.shelf.staged.get(&key).cloned() else {
            return Err(vec![(key.1, Problem::NotStaged)]);
        };
        self.replace(files, [(path.to_owned(), bytes)])?;
        self.shelf.staged.remove(&key);
        Ok(())
    }

    /// Whether something waited.
    pub fn abort_trust(&mut self, kind: Kind, path: &str) -> bool {
        let key = (kind, path.to_owned());
        self.shelf.staged.remove(&key).is_some()
    }

    /// The `crt-list` files of lines.
    pub fn lists(&self) -> BTreeSet<&str> {
        let used = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let lists = used.flat_map(|one| &one.line.tls.crt_lists);
        lists.map(|list| list.value.as_str()).collect()
    }

    /// How many lines read this `crt-list`.
    pub fn readers(&self, list: &str) -> usize {
        let used = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let lists = used.flat_map(|one| &one.line.tls.crt_lists);
        lists.filter(|named| named.value == list).count()
    }

    /// Whether the first certificate of this `crt-list` is the first of some line: clients that ask
    /// for no known name get it.
    pub fn begins_with(&self, list: &str) -> bool {
        let used = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let mut lines = used.map(|one| &one.line.tls);
        lines.any(|tls| {
            let first = tls.crt_lists.first();
            tls.certificates.is_empty() && first.is_some_and(|first| first.value == list)
        })
    }

    /// Lines that name this `crt-list` read it anew; where one cannot, nothing changes.
    pub fn relist(
        &mut self,
        files: &mut Files,
        global: &Global,
        (list, text): (&str, String),
    ) -> Result<(), Vec<(String, Problem)>> {
        self.forget();
        let mut changed = files.clone();
        changed.insert(list.to_owned(), text.into_bytes());
        let mut accepting = std::mem::take(&mut self.accepting);
        let mut made = Vec::new();
        let mut problems = Vec::new();
        for (place, one) in accepting.iter().enumerate() {
            let names = |file: &config::Spanned<String>| file.value == list;
            if !one.line.tls.crt_lists.iter().any(names) {
                continue;
            }
            let line = Line::read(&one.line.tls, global, &changed);
            let content = line.and_then(|line| {
                let content = self.content(&one.name, &line, one.extra, &changed)?;
                Ok((line, content))
            });
            match content {
                Ok((line, content)) => made.push((place, line, content)),
                Err(why) => problems.extend(why),
            }
        }
        if problems.is_empty() {
            for (place, line, content) in made {
                let one = &mut accepting[place];
                one.acceptor.exchange(content);
                one.line = line;
            }
            *files = changed;
        }
        self.accepting = accepting;
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}
