//! What a session tells of itself and of those who speak.

use super::{Session, Side};
use crate::certificate::Certificate;
use crate::shown::Note;
use rustls::{CommonState, HandshakeKind, ProtocolVersion};

impl Session {
    /// The name that a client asked for, as it wrote it.
    pub fn server_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn with_note(self, note: Note) -> Self {
        Self {
            shown: Some(note),
            ..self
        }
    }

    /// The certificate that the client was shown, where that was asked for at the beginning.
    pub fn shown(&self) -> Option<&Certificate> {
        self.shown.as_ref()?.certificate()
    }

    /// What was agreed upon.
    pub fn common(&self) -> &CommonState {
        match &self.side {
            Side::Server(connection) => connection,
            Side::Client(connection) => connection,
        }
    }

    /// The handshake took up no earlier session.
    pub fn is_full(&self) -> bool {
        let kind = self.common().handshake_kind();
        matches!(
            kind,
            Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)
        )
    }

    /// The version in OpenSSL's words.
    pub fn version(&self) -> Option<&'static str> {
        Some(match self.common().protocol_version()? {
            ProtocolVersion::TLSv1_2 => "TLSv1.2",
            ProtocolVersion::TLSv1_3 => "TLSv1.3",
            _ => return None,
        })
    }
}
