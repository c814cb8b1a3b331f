//! What all lines share: certificates by path, and the keys of tickets.

use crate::acceptor::{Acceptor, Content, Listed, Sessions};
use crate::certificate::{Beside, Certificate};
use crate::connector::{self, Connector};
use crate::error::Problem;
use crate::exchange::{Accepting, Connecting};
use crate::line::Line;
use crate::shelf::Shelf;
use crate::tickets;
use config::haproxy::model::{ExtraFiles, ServerTls, TlsSettings};
use config::haproxy::{Bundle, bundles};
use rustls::server::{ProducesTickets, ServerSessionMemoryCache};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Files that the configuration names, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Sessions kept for clients without tickets, and where there are no tickets at all.
const FEW_SESSIONS: usize = 256;
const SESSIONS: usize = 4096;

fn parts(bundle: &Bundle, files: &Files) -> Option<Parts> {
    let file = |path: &Option<String>| files.get(path.as_ref()?).cloned();
    Some(Parts {
        pem: files.get(&bundle.certificate)?.clone(),
        key: file(&bundle.key),
        ocsp: file(&bundle.ocsp),
        issuer: file(&bundle.issuer),
    })
}

#[derive(Debug, Default)]
pub struct Store {
    certificates: HashMap<Parts, Certificate>,
    sessions: Vec<Known>,
    /// Lines that are in use, or were a moment ago.
    pub(crate) accepting: Vec<Accepting>,
    pub(crate) connecting: Vec<Connecting>,
    /// Bytes of files that wait for a commit.
    pub(crate) staged: Files,
    pub(crate) shelf: Shelf,
}

/// Sessions of a line's clients, and what was asked of them when they began.
#[derive(Debug)]
struct Known {
    name: String,
    line: Line,
    /// The files of authorities.
    trusted: Vec<Vec<u8>>,
    sessions: Sessions,
}

/// The bytes that a certificate came from.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    pem: Vec<u8>,
    key: Option<Vec<u8>>,
    ocsp: Option<Vec<u8>>,
    issuer: Option<Vec<u8>>,
}

impl Store {
    /// What accepts connections of a bind line. `name` is the line's own, by which sessions of
    /// clients outlive a reload.
    pub fn acceptor(
        &mut self,
        name: &str,
        line: &Line,
        extra: ExtraFiles,
        files: &Files,
    ) -> Result<Acceptor, Vec<(String, Problem)>> {
        let content = self.content(name, line, extra, files)?;
        let acceptor = Acceptor::new(content);
        self.forget();
        self.accepting.push(Accepting {
            name: name.to_owned(),
            line: line.clone(),
            extra,
            acceptor: acceptor.clone(),
        });
        Ok(acceptor)
    }

    pub fn connector(
        &mut self,
        tls: &ServerTls,
        files: &Files,
    ) -> Result<Connector, (String, Problem)> {
        let connector = connector::config(tls, files).map(Connector::new)?;
        self.connecting.push(Connecting {
            tls: tls.clone(),
            connector: connector.clone(),
        });
        Ok(connector)
    }

    /// What no plan uses any more.
    pub(crate) fn forget(&mut self) {
        self.accepting.retain(|one| one.acceptor.is_used());
        self.connecting.retain(|one| one.connector.is_used());
        let shown = |one: &Certificate| Arc::strong_count(&one.certified) > 1;
        self.certificates.retain(|_, one| shown(one));
    }

    pub(crate) fn content(
        &mut self,
        name: &str,
        line: &Line,
        extra: ExtraFiles,
        files: &Files,
    ) -> Result<Content, Vec<(String, Problem)>> {
        let listed = self.listed(line, extra, files);
        let sessions = self
            .sessions(name, line, files)
            .map_err(|problem| vec![problem]);
        match (listed, sessions) {
            (Ok(listed), Ok(sessions)) => Content::new(&line.tls, listed, &sessions, files),
            (listed, sessions) => {
                let mut problems = listed.err().unwrap_or_default();
                problems.extend(sessions.err().unwrap_or_default());
                Err(problems)
            }
        }
    }

    fn listed(
        &mut self,
        line: &Line,
        extra: ExtraFiles,
        files: &Files,
    ) -> Result<Vec<Listed>, Vec<(String, Problem)>> {
        let (mut listed, mut problems) = (Vec::new(), Vec::new());
        let own = line.tls.certificates.iter();
        let own = own.map(|file| (file.value.as_str(), &line.tls.settings, &[][..]));
        let lists = line.listed.iter();
        let lists = lists.map(|one| (one.path.value.as_str(), &one.settings, &one.filters[..]));
        for (path, settings, filters) in own.chain(lists) {
            let found = bundles(path, files, extra);
            if found.is_empty() {
                problems.push((path.to_owned(), Problem::Missing));
            }
            for bundle in found {
                match self.certificate(&bundle, files) {
                    Ok(certificate) => listed.push(Listed {
                        certificate,
                        settings: settings.clone(),
                        filters: filters.to_vec(),
                    }),
                    Err(why) => problems.push((bundle.certificate, why)),
                }
            }
        }
        if problems.is_empty() {
            Ok(listed)
        } else {
            Err(problems)
        }
    }

    /// Read once, however many lines name it.
    fn certificate(&mut self, bundle: &Bundle, files: &Files) -> Result<Certificate, Problem> {
        let parts = parts(bundle, files).ok_or(Problem::Missing)?;
        if let Some(known) = self.certificates.get(&parts) {
            return Ok(known.clone());
        }
        let beside = Beside {
            key: parts.key.as_deref(),
            ocsp: parts.ocsp.as_deref(),
            issuer: parts.issuer.as_deref(),
        };
        let certificate = Certificate::read(&parts.pem, beside)?;
        self.certificates.insert(parts, certificate.clone());
        Ok(certificate)
    }

    pub(crate) fn known(&self, bundle: &Bundle, files: &Files) -> Option<&Certificate> {
        self.certificates.get(&parts(bundle, files)?)
    }

    /// Sessions are taken up again by a line of the same name that asks the same of clients.
    fn sessions(
        &mut self,
        name: &str,
        line: &Line,
        files: &Files,
    ) -> Result<Sessions, (String, Problem)> {
        let tls = &line.tls;
        let given: Option<Arc<dyn ProducesTickets>> = match &tls.ticket_keys {
            Some(file) if !tls.no_tickets => {
                let text = files.get(&file.value).ok_or(Problem::Missing);
                let keys = text.and_then(|text| tickets::from_file(text));
                Some(keys.map_err(|why| (file.value.clone(), why))?)
            }
            _ => None,
        };
        let settings = line.listed.iter().map(|one| &one.settings);
        let named = settings.chain([&tls.settings]).flat_map(TlsSettings::files);
        let trusted: Vec<Vec<u8>> = named
            .filter_map(|file| files.get(&file.value).cloned())
            .collect();
        let same =
            |known: &&Known| known.name == name && known.line == *line && known.trusted == trusted;
        if let Some(known) = self.sessions.iter().find(same) {
            let tickets = given.or_else(|| known.sessions.tickets.clone());
            let store = known.sessions.store.clone();
            return Ok(Sessions { tickets, store });
        }
        let tickets = match given {
            Some(given) => Some(given),
            None if tls.no_tickets => None,
            None => Some(tickets::rotating().map_err(|why| ("ssl".to_owned(), why))?),
        };
        let room = if tickets.is_some() {
            FEW_SESSIONS
        } else {
            SESSIONS
        };
        let sessions = Sessions {
            tickets,
            store: ServerSessionMemoryCache::new(room),
        };
        // A line of that name that asked something else is gone with its sessions.
        self.sessions.retain(|known| known.name != name);
        self.sessions.push(Known {
            name: name.to_owned(),
            line: line.clone(),
            trusted,
            sessions: sessions.clone(),
        });
        Ok(sessions)
    }
}
