//! One attempt to give a mail to the server (RFC 5321).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipc::mail::{Delivery, Errand, Refusal};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::compose::{self, Unwritable};
use crate::resolve::{self, Unresolved};

/// Why nobody gets the mail in this attempt.
#[derive(Debug)]
enum Failure {
    Unwritable(Unwritable),
    Unresolved(Unresolved),
    Refused(Error),
}

impl Failure {
    /// Whether another attempt is of no use.
    fn is_final(&self) -> bool {
        match self {
            Self::Unwritable(_) => true,
            Self::Unresolved(_) => false,
            Self::Refused(error) => error.is_permanent(),
        }
    }

    fn text(&self, errand: &Errand) -> String {
        let server = &errand.server;
        let whole = format!("{}:{}", server.host, server.port);
        match self {
            Self::Unwritable(unwritable) => unwritable.0.clone(),
            Self::Unresolved(unresolved) => format!("{}: {unresolved}", server.host),
            Self::Refused(error) => format!("{whole}: {}", told(error)),
        }
    }
}

/// The server's own words, or what happened to the connection.
fn told(error: &Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    match (error.status(), source) {
        (Some(code), Some(words)) => format!("the server said {code} {words}"),
        (Some(code), None) => format!("the server said {code}"),
        (None, Some(source)) => source,
        (None, None) => error.to_string(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Tries once; every recipient is in the answer exactly once.
pub fn deliver(errand: &Errand) -> Delivery {
    let mut delivery = Delivery::default();
    let mut open = errand.letter.to.clone();
    if let Err(failure) = attempt(errand, &mut open, &mut delivery) {
        let reason = failure.text(errand);
        let list = if failure.is_final() {
            &mut delivery.never
        } else {
            &mut delivery.later
        };
        list.extend(open.into_iter().map(|to| Refusal {
            to,
            reason: reason.clone(),
        }));
    }
    delivery
}

/// Takes recipients out of `open` as their fate becomes known.
fn attempt(
    errand: &Errand,
    open: &mut Vec<String>,
    delivery: &mut Delivery,
) -> Result<(), Failure> {
    let server = &errand.server;
    let text = compose::compose(&errand.letter, &server.helo).map_err(Failure::Unwritable)?;
    let from = compose::mailbox(&errand.letter.from).map_err(Failure::Unwritable)?;
    let patience = Duration::from_millis(server.patience_ms.max(1));
    let address =
        resolve::address(&server.host, Instant::now() + patience).map_err(Failure::Unresolved)?;
    let hello = ClientId::Domain(server.helo.clone());
    let place = SocketAddr::new(address, server.port);
    let mut connection = SmtpConnection::connect(place, Some(patience), &hello, None, None)?;
    connection.command(Mail::new(Some(from.email), Vec::new()))?;
    name_recipients(&mut connection, open, delivery)?;
    if !open.is_empty() {
        connection.command(Data)?;
        connection.message(&text)?;
        delivery.taken.append(open);
    }
    // It has the mail, or nobody to give it to: how it takes the goodbye changes nothing.
    let _ = connection.quit();
    Ok(())
}

/// Those that the server does not take go to their lists; the others stay open.
fn name_recipients(
    connection: &mut SmtpConnection,
    open: &mut Vec<String>,
    delivery: &mut Delivery,
) -> Result<(), Error> {
    let mut at = 0;
    while at < open.len() {
        let answer = match compose::mailbox(&open[at]) {
            Ok(mailbox) => connection.command(Rcpt::new(mailbox.email, Vec::new())),
            Err(Unwritable(reason)) => {
                let to = open.remove(at);
                delivery.never.push(Refusal { to, reason });
                continue;
            }
        };
        let Err(error) = answer else {
            at += 1;
            continue;
        };
        let list = if error.is_permanent() {
            &mut delivery.never
        } else if error.is_transient() {
            &mut delivery.later
        } else {
            return Err(error);
        };
        list.push(Refusal {
            to: open.remove(at),
            reason: told(&error),
        });
    }
    Ok(())
}
