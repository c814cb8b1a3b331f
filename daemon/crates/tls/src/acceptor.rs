//! The server's side, of one `bind` line.

use crate::anchors::{Anchors, revocations};
use crate::certificate::Certificate;
use crate::clients::{Asked, Demand, Fault};
use crate::error::Problem;
use crate::names::{Names, Offer};
use crate::session::{self, Session};
use crate::shown::{Shown, noting};
use crate::store::Files;
use crate::suites;
use config::haproxy::model::{BindTls, TlsSettings, Verify};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::{ProducesTickets, StoresServerSessions, WebPkiClientVerifier};
use std::sync::{Arc, PoisonError, RwLock};

/// Makes sessions of one address. Clones share all, also what is exchanged.
#[derive(Debug, Clone)]
pub struct Acceptor {
    now: Arc<RwLock<Arc<Content>>>,
}

/// What connections get at a time.
#[derive(Debug)]
pub(crate) struct Content {
    /// The first is the line's own; lines of a list may have others.
    configs: Vec<Settled>,
    names: Arc<Names>,
}

/// Settings as the library has them, and what verifies clients by them.
type Settled = (Arc<ServerConfig>, Option<Arc<Asked>>);

/// What outlives an exchange: sessions of the connections before.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    pub tickets: Option<Arc<dyn ProducesTickets>>,
    pub store: Arc<dyn StoresServerSessions>,
}

impl Acceptor {
    pub(crate) fn new(content: Content) -> Self {
        Self {
            now: Arc::new(RwLock::new(Arc::new(content))),
        }
    }

    fn content(&self) -> Arc<Content> {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Connections to come use this; those that are there go on with what they have.
    pub(crate) fn exchange(&self, content: Content) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(content);
    }

    /// Somebody else has it, too.
    pub(crate) fn is_used(&self) -> bool {
        Arc::strong_count(&self.now) > 1
    }

    /// Settings differ by name: the hello has to be read before [`Acceptor::config`] is asked.
    pub fn waits_for_name(&self) -> bool {
        self.content().configs.len() > 1
    }

    /// How a session with a client begins that asked for this name.
    pub fn config(&self, name: Option<&str>) -> Arc<ServerConfig> {
        let content = self.content();
        let settings = match content.configs.len() {
            1 => 0,
            _ => content.names.settings_of(name),
        };
        content.configs[settings].0.clone()
    }

    /// Begins with a client that asks for this name. `noted`: the certificate that it is shown can be
    /// asked for, which costs a copy of the settings.
    pub fn session(&self, name: Option<Box<str>>, noted: bool) -> Result<Session, session::Fault> {
        let config = self.config(name.as_deref());
        if !noted {
            return Session::server(config, name);
        }
        let (config, note) = noting(&config, self.content().names.clone());
        Session::server(config, name).map(|session| session.with_note(note))
    }

    /// What is wrong with a client's certificate that was let pass.
    pub fn fault(&self, name: Option<&str>, chain: &[CertificateDer<'_>]) -> Option<Fault> {
        let content = self.content();
        let settings = content.names.settings_of(name);
        let asked = content.configs[settings].1.as_ref()?;
        asked.fault(chain, UnixTime::now())
    }
}

/// Certificates in order, each with its settings and the names it is for.
pub(crate) struct Listed {
    pub certificate: Certificate,
    pub settings: TlsSettings,
    pub filters: Vec<String>,
}

impl Content {
    /// What goes wrong is said with the file that it is about.
    pub fn new(
        tls: &BindTls,
        listed: Vec<Listed>,
        sessions: &Sessions,
        files: &Files,
    ) -> Result<Self, Vec<(String, Problem)>> {
        let mut all = vec![tls.settings.clone()];
        let mut names = Names::new(tls.strict_sni);
        for one in listed {
            let settings = all.iter().position(|known| *known == one.settings);
            let settings = settings.unwrap_or_else(|| {
                all.push(one.settings);
                all.len() - 1
            });
            let offer = Offer {
                certificate: one.certificate,
                settings,
            };
            names.add(offer, &one.filters);
        }
        let names = Arc::new(names);
        let (mut configs, mut problems) = (Vec::new(), Vec::new());
        for settings in &all {
            match config(tls, settings, &names, sessions, files) {
                Ok(config) => configs.push(config),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self { configs, names })
        } else {
            Err(problems)
        }
    }
}

fn config(
    tls: &BindTls,
    settings: &TlsSettings,
    names: &Arc<Names>,
    sessions: &Sessions,
    files: &Files,
) -> Result<Settled, (String, Problem)> {
    let provider = suites::provider(settings);
    let asked = asked(tls, settings, &provider, files)?;
    let verifier = match &asked {
        Some(asked) => asked.clone(),
        None => WebPkiClientVerifier::no_client_auth(),
    };
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&suites::versions(settings))
        .map_err(|why| ("ssl".to_owned(), Problem::Settings(why.to_string())))?;
    let mut config = builder
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(Shown(names.clone())));
    config.ignore_client_order = !tls.prefer_client_ciphers;
    // One resumes the next connection, which gets another; each costs a part of the handshake.
    config.send_tls13_tickets = 1;
    let alpn = settings.alpn.iter().flatten();
    config.alpn_protocols = alpn.map(|name| name.clone().into_bytes()).collect();
    config.session_storage = sessions.store.clone();
    if let Some(tickets) = &sessions.tickets {
        config.ticketer = tickets.clone();
    }
    Ok((Arc::new(config), asked))
}

fn asked(
    tls: &BindTls,
    settings: &TlsSettings,
    provider: &Arc<rustls::crypto::CryptoProvider>,
    files: &Files,
) -> Result<Option<Arc<Asked>>, (String, Problem)> {
    let verify = settings.verify.as_ref().map(|verify| verify.value);
    let mandatory = match verify {
        None | Some(Verify::None) => return Ok(None),
        Some(verify) => verify == Verify::Required,
    };
    let bytes = |path: &str| {
        let bytes = files.get(path).map(Vec::as_slice);
        bytes.ok_or_else(|| (path.to_owned(), Problem::Missing))
    };
    let authorities = [&settings.ca_file, &settings.ca_verify_file];
    let authorities: Vec<&str> = authorities
        .into_iter()
        .flatten()
        .map(|file| file.value.as_str())
        .collect();
    let about = |why: Problem| (authorities.join(", "), why);
    let trusted: Vec<&[u8]> = authorities
        .iter()
        .map(|path| bytes(path))
        .collect::<Result<_, _>>()?;
    let anchors = Anchors::read(trusted).map_err(about)?;
    let hints = match &settings.ca_file {
        Some(file) if !settings.no_ca_names => {
            Some(Anchors::read([bytes(&file.value)?]).map_err(about)?)
        }
        _ => None,
    };
    let revoked = match &settings.crl_file {
        Some(file) => {
            let lists = revocations(bytes(&file.value)?);
            lists.map_err(|why| (file.value.clone(), why))?
        }
        None => Vec::new(),
    };
    let demand = Demand {
        mandatory,
        anchors,
        hints: hints.as_ref(),
        revoked,
        ignored_ca: &tls.ignored_ca_errors,
        ignored_crt: &tls.ignored_crt_errors,
    };
    let asked = Asked::new(demand, provider).map_err(about)?;
    Ok(Some(Arc::new(asked)))
}
