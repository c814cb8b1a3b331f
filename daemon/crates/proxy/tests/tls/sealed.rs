//! A client made of rustls, to be driven step by step: records can be held back, cut and forged.

use crate::certificates::certificates;
use crate::support::WAIT;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use tls::rustls::pki_types::pem::PemObject;
use tls::rustls::pki_types::{CertificateDer, ServerName};
use tls::rustls::version::{TLS12, TLS13};
use tls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion, crypto::aws_lc_rs,
};

pub struct Sealed {
    pub connection: ClientConnection,
    pub stream: TcpStream,
}

/// Trusts the test's own certificates.
pub fn config(versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for pem in [&certificates().curve, &certificates().rsa] {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

pub const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

impl Sealed {
    /// Nothing is sent yet.
    pub fn new(port: u16, config: &Arc<ClientConfig>) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("example.test").unwrap();
        let mut connection = ClientConnection::new(config.clone(), name).unwrap();
        connection.set_buffer_limit(None);
        Self { connection, stream }
    }

    /// With the handshake done.
    pub fn connect(port: u16, config: &Arc<ClientConfig>) -> Self {
        let mut client = Self::new(port, config);
        client.shake();
        client
    }

    pub fn shake(&mut self) {
        while self.connection.is_handshaking() {
            self.connection.complete_io(&mut self.stream).unwrap();
        }
        self.flush();
    }

    pub fn flush(&mut self) {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.stream).unwrap();
        }
    }

    /// The records that are to be sent, without sending them.
    pub fn records(&mut self) -> Vec<u8> {
        let mut records = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut records).unwrap();
        }
        records
    }

    pub fn say(&mut self, bytes: &[u8]) {
        self.connection.writer().write_all(bytes).unwrap();
        self.flush();
    }

    pub fn get(&mut self, path: &str) -> String {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: example.test\r\n\r\n").as_bytes());
        self.response()
    }

    /// Head and body of the next response.
    pub fn response(&mut self) -> String {
        let head = crate::support::read_head(&mut *self).expect("a response");
        let mut body = vec![0; crate::support::content_length(&head)];
        self.read_exact(&mut body).unwrap();
        head + &String::from_utf8_lossy(&body)
    }

    /// All that comes until the session's end; an error where it ends without a word.
    pub fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        let mut all = Vec::new();
        self.read_to_end(&mut all).map(|_| all)
    }
}

impl Read for Sealed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.connection.reader().read(buffer) {
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                done => return done,
            }
            self.connection.read_tls(&mut self.stream)?;
            let state = self.connection.process_new_packets();
            state.map_err(std::io::Error::other)?;
            self.flush();
        }
    }
}
