//! Why a session ended before its time: in haproxy's numbers and words, and in OpenSSL's.

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The client ended the connection before its first message was whole.
    Closed,
    /// The connection ended or broke in the middle of the handshake.
    Aborted,
    /// The handshake took too long.
    Late,
    /// What came is no TLS; whether it is HTTP.
    Foreign { http: bool },
    /// The handshake did not come to its end.
    Handshake(Error),
    /// Bytes that are no records of this session.
    Record(Error),
}

/// OpenSSL's number of its library for TLS, in numbers of errors.
const LIBRARY: u32 = 20 << 23;

impl Fault {
    pub(super) fn of(error: Error, established: bool) -> Self {
        if established {
            Self::Record(error)
        } else {
            Self::Handshake(error)
        }
    }

    /// As `fc_err` tells it.
    pub fn number(&self) -> i64 {
        match self {
            Self::Closed => 24,
            Self::Late => 26,
            Self::Handshake(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => 30,
            Self::Handshake(Error::InvalidCertificate(_)) => 31,
            Self::Aborted | Self::Foreign { .. } | Self::Handshake(_) => 34,
            Self::Record(_) => 43,
        }
    }

    /// As `fc_err_str` tells it.
    pub fn text(&self) -> &'static str {
        match self.number() {
            24 => "Connection closed during SSL handshake",
            26 => "Timeout during SSL handshake",
            30 => "SSL client CA chain cannot be verified",
            31 => "SSL client certificate not trusted",
            34 => "SSL handshake failure",
            _ => "SSL fatal error",
        }
    }

    /// OpenSSL's number and words for it, which `ssl_fc_err` and `ssl_fc_err_str` tell; `None` where
    /// the peer just went away.
    pub fn reason(&self) -> Option<(u32, String)> {
        let (number, words) = match self {
            Self::Closed | Self::Aborted | Self::Late => return None,
            Self::Foreign { http: true } => (156, "http request".to_owned()),
            Self::Foreign { http: false } => (267, "wrong version number".to_owned()),
            Self::Handshake(error) | Self::Record(error) => of_error(error),
        };
        Some((LIBRARY | number, words))
    }
}

/// As OpenSSL writes a [`Fault::reason`].
pub fn written((number, words): &(u32, String)) -> String {
    format!("error:{number:08X}:SSL routines::{words}")
}

fn of_error(error: &Error) -> (u32, String) {
    let (number, words) = match error {
        Error::AlertReceived(alert) => return of_alert(*alert),
        Error::PeerIncompatible(
            PeerIncompatible::NoCipherSuitesInCommon | PeerIncompatible::NoKxGroupsInCommon,
        ) => (193, "no shared cipher"),
        Error::PeerIncompatible(
            PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::Tls13RequiredForQuic
            | PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => (258, "unsupported protocol"),
        Error::NoCertificatesPresented => (199, "peer did not return a certificate"),
        Error::InvalidCertificate(_) => (134, "certificate verify failed"),
        Error::NoApplicationProtocol => (235, "no application protocol"),
        Error::DecryptError => (281, "decryption failed or bad record mac"),
        Error::PeerSentOversizedRecord => (198, "packet length too long"),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            (244, "unexpected message")
        }
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => (267, "wrong version number"),
        Error::InvalidMessage(_) => (159, "length mismatch"),
        _ => (68, "internal error"),
    };
    (number, words.to_owned())
}

/// Alerts of the peer have numbers of their own.
fn of_alert(alert: AlertDescription) -> (u32, String) {
    use AlertDescription as A;
    let words = match alert {
        A::UnexpectedMessage => "sslv3 alert unexpected message",
        A::BadRecordMac => "sslv3 alert bad record mac",
        A::HandshakeFailure => "sslv3 alert handshake failure",
        A::BadCertificate => "sslv3 alert bad certificate",
        A::UnsupportedCertificate => "sslv3 alert unsupported certificate",
        A::CertificateRevoked => "sslv3 alert certificate revoked",
        A::CertificateExpired => "sslv3 alert certificate expired",
        A::CertificateUnknown => "sslv3 alert certificate unknown",
        A::IllegalParameter => "sslv3 alert illegal parameter",
        A::UnknownCA => "tlsv1 alert unknown ca",
        A::AccessDenied => "tlsv1 alert access denied",
        A::DecodeError => "tlsv1 alert decode error",
        A::DecryptError => "tlsv1 alert decrypt error",
        A::ProtocolVersion => "tlsv1 alert protocol version",
        A::InsufficientSecurity => "tlsv1 alert insufficient security",
        A::InternalError => "tlsv1 alert internal error",
        A::InappropriateFallback => "tlsv1 alert inappropriate fallback",
        A::UserCanceled => "tlsv1 alert user cancelled",
        A::MissingExtension => "tlsv13 alert missing extension",
        A::CertificateRequired => "tlsv13 alert certificate required",
        A::UnsupportedExtension => "tlsv1 unsupported extension",
        A::UnrecognisedName => "tlsv1 unrecognized name",
        A::NoApplicationProtocol => "tlsv1 alert no application protocol",
        _ => "alert",
    };
    (1000 + u32::from(u8::from(alert)), words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_openssls_words() {
        let told = |alert| Fault::Handshake(Error::AlertReceived(alert)).reason();
        let expected = |number, words: &str| Some((number, words.to_owned()));
        assert_eq!(
            told(AlertDescription::UnknownCA),
            expected(0x0A00_0418, "tlsv1 alert unknown ca")
        );
        assert_eq!(
            told(AlertDescription::BadCertificate),
            expected(0x0A00_0412, "sslv3 alert bad certificate")
        );
        assert_eq!(
            told(AlertDescription::HandshakeFailure),
            expected(0x0A00_0410, "sslv3 alert handshake failure")
        );
        assert_eq!(
            Fault::Foreign { http: true }.reason(),
            expected(0x0A00_009C, "http request")
        );
        assert_eq!(
            Fault::Record(Error::DecryptError).reason(),
            expected(0x0A00_0119, "decryption failed or bad record mac")
        );
    }
}
