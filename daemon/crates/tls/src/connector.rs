//! The client's side, of one `server` line.

use crate::anchors::{Anchors, revocations};
use crate::certificate::{Beside, Certificate};
use crate::error::Problem;
use crate::servers::{Believed, Verified};
use crate::session::{self, Session};
use crate::store::Files;
use crate::suites;
use config::haproxy::model::{ServerTls, Verify};
use rustls::client::{Resumption, Tls12Resumption, WantsClientCert};
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ClientConnection, ConfigBuilder};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError, RwLock};

/// Sessions that are kept for later; each name has its own.
const SESSIONS: usize = 16;

/// Makes sessions to one server. Clones share sessions to resume, and what is exchanged.
#[derive(Debug, Clone)]
pub struct Connector {
    now: Arc<RwLock<Arc<ClientConfig>>>,
}

impl Connector {
    pub(crate) fn new(config: ClientConfig) -> Self {
        Self {
            now: Arc::new(RwLock::new(Arc::new(config))),
        }
    }

    /// A session to the server; the name goes to it in the clear and is what its certificate is
    /// to be for, unless it is an address or no name at all.
    pub fn connect(&self, name: Option<&str>) -> Result<ClientConnection, rustls::Error> {
        ClientConnection::new(self.config(), server_name(name))
    }

    /// The same without buffers of its own.
    pub fn session(&self, name: Option<&str>) -> Result<Session, session::Fault> {
        Session::client(self.config(), server_name(name))
    }

    /// The same for other protocols than those of the line.
    pub fn offering(
        &self,
        name: Option<&str>,
        protocols: &[String],
    ) -> Result<Session, session::Fault> {
        let mut config = ClientConfig::clone(&self.config());
        config.alpn_protocols = protocols.iter().map(|p| p.clone().into_bytes()).collect();
        Session::client(Arc::new(config), server_name(name))
    }

    fn config(&self) -> Arc<ClientConfig> {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Connections to come use this.
    pub(crate) fn exchange(&self, config: ClientConfig) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// Somebody else has it, too.
    pub(crate) fn is_used(&self) -> bool {
        Arc::strong_count(&self.now) > 1
    }
}

fn server_name(name: Option<&str>) -> ServerName<'static> {
    let nobody = || ServerName::IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED).into());
    let name = name.and_then(|name| ServerName::try_from(name).ok());
    name.map_or_else(nobody, |name| name.to_owned())
}

/// What goes wrong is said with the file that it is about.
pub(crate) fn config(tls: &ServerTls, files: &Files) -> Result<ClientConfig, (String, Problem)> {
    let settings = &tls.settings;
    let about = |what: &str| {
        let what = what.to_owned();
        move |why: Problem| (what, why)
    };
    let provider = suites::provider(settings);
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&suites::versions(settings))
        .map_err(|why| about("ssl")(Problem::Settings(why.to_string())))?;
    let verify = settings.verify.as_ref().map(|verify| verify.value);
    let builder: ConfigBuilder<_, WantsClientCert> = if verify == Some(Verify::None) {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Believed(provider)))
    } else {
        let authority = settings.ca_file.as_ref().map(|file| file.value.as_str());
        let authority = authority.unwrap_or_default();
        let bytes = files.get(authority).ok_or(Problem::Missing);
        let anchors = bytes
            .and_then(|bytes| Anchors::read([bytes.as_slice()]))
            .map_err(about(authority))?;
        let revoked = match &settings.crl_file {
            Some(file) => files
                .get(&file.value)
                .ok_or(Problem::Missing)
                .and_then(|bytes| revocations(bytes))
                .map_err(about(&file.value))?,
            None => Vec::new(),
        };
        let host = tls.verifyhost.as_ref().map(|host| host.value.clone());
        let verifier = Verified::new(anchors, revoked, host, &provider);
        let verifier = verifier.map_err(about(authority))?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
    };
    let mut config = match &tls.crt {
        Some(file) => {
            let pem = files.get(&file.value).ok_or(Problem::Missing);
            let key = files.get(&format!("{}.key", file.value)).map(Vec::as_slice);
            let own = pem
                .and_then(|pem| {
                    Certificate::read(
                        pem,
                        Beside {
                            key,
                            ..Beside::default()
                        },
                    )
                })
                .map_err(about(&file.value))?;
            let own = SingleCertAndKey::from(own.certified);
            builder.with_client_cert_resolver(Arc::new(own))
        }
        None => builder.with_no_client_auth(),
    };
    let alpn = settings.alpn.iter().flatten();
    config.alpn_protocols = alpn.map(|name| name.clone().into_bytes()).collect();
    config.resumption = if tls.no_reuse {
        Resumption::disabled()
    } else {
        let kept = Resumption::in_memory_sessions(SESSIONS);
        if tls.no_tickets {
            kept.tls12_resumption(Tls12Resumption::SessionIdOnly)
        } else {
            kept
        }
    };
    Ok(config)
}
