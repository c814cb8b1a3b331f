//! Which certificate a client is shown, and a note of it where somebody asks for that.

use crate::certificate::Certificate;
use crate::names::Names;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::{Arc, OnceLock};

#[derive(Debug)]
pub struct Shown(pub Arc<Names>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let offer = self.0.choose(&hello)?;
        Some(offer.certificate.shown())
    }
}

/// What one client was shown: empty before its hello was looked at.
#[derive(Debug, Clone, Default)]
pub struct Note(Arc<OnceLock<Certificate>>);

impl Note {
    pub fn certificate(&self) -> Option<&Certificate> {
        self.0.get()
    }
}

#[derive(Debug)]
struct Noted {
    names: Arc<Names>,
    note: Note,
}

impl ResolvesServerCert for Noted {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let offer = self.names.choose(&hello)?;
        // A client that is asked for another hello gets the same answer to it.
        let _ = self.note.0.set(offer.certificate.clone());
        Some(offer.certificate.shown())
    }
}

/// The same settings for one connection, whose certificate is written down.
pub fn noting(config: &ServerConfig, names: Arc<Names>) -> (Arc<ServerConfig>, Note) {
    let note = Note::default();
    let mut config = config.clone();
    config.cert_resolver = Arc::new(Noted {
        names,
        note: note.clone(),
    });
    (Arc::new(config), note)
}
