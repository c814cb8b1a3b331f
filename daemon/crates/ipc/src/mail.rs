//! What the process that sends a mail is given, and its answer. It sends one and ends.

use serde::{Deserialize, Serialize};

/// Where mails go first (keepalived.conf(5), `smtp_server` and its kin).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailServer {
    /// Address or name.
    pub host: String,
    pub port: u16,
    /// How we introduce ourselves.
    pub helo: String,
    /// For the connection, and for each answer of the server.
    pub patience_ms: u64,
}

/// A mail, the same in every attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Makes copies of one mail recognisable: the message id, without its host.
    pub id: String,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    /// When it happened, Unix milliseconds.
    pub at_ms: u64,
}

/// What the process is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    pub server: MailServer,
    pub letter: Letter,
}

/// What became of a mail, recipient by recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// For whom the server took it.
    pub taken: Vec<String>,
    /// Not now; it may be tried again.
    pub later: Vec<Refusal>,
    /// Never.
    pub never: Vec<Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub to: String,
    pub reason: String,
}
