//! Mails to the people of `notification_email`.

use std::time::Instant;

use config::keepalived::Config;
use ipc::mail::{Letter, MailServer};
use rustix::process::geteuid;
use serde_json::{Value, json};
use sys::process::Identity;

use super::{Daemon, unix_ms};
use crate::outbox::Said;

/// User and group that own nothing, where the machine names none.
const NOBODY: u32 = 65534;
/// keepalived.conf(5): the user part of the sender's address when none is given.
const SENDER: &str = "keepalived";

impl Daemon {
    /// Queues a mail when the configuration says to whom and how.
    pub(super) fn mail(&mut self, subject: &str, text: String) {
        let Some((config, at_ms)) = self.keepalived().map(|config| (config, unix_ms())) else {
            return;
        };
        let mail = &config.global.mail;
        if mail.to.is_empty() || mail.server.is_none() {
            return;
        }
        let host = host_name();
        let router = config.global.router_id.as_ref();
        let router = router.map_or_else(|| host.clone(), |router| router.value.clone());
        let whole = |address: &str| whole_address(address, &host);
        let letter = Letter {
            id: format!("{at_ms}.{}.{}", std::process::id(), self.letters + 1),
            from: mail
                .from
                .as_ref()
                .map_or_else(|| whole(SENDER), |from| whole(&from.value)),
            to: mail.to.iter().map(|to| whole(&to.value)).collect(),
            subject: format!("[{router}] {subject}"),
            text,
            at_ms,
        };
        self.letters += 1;
        let said = self.outbox.add(letter, Instant::now());
        self.repeat(said);
    }

    /// Something went wrong with the daemon itself: worth a mail wherever changes of state are.
    pub(super) fn alarm(&mut self, what: &str) {
        if self.current.mails {
            let text = format!(
                "{what}.\n\nThe daemon releases the addresses of a process that ends and starts \
                 it again by itself.\n`tandemd status` on this host shows what runs now.\n"
            );
            self.mail(&format!("tandemd - {what}"), text);
        }
    }

    pub(super) fn advance_mail(&mut self, now: Instant) {
        if !self.outbox.is_due(now) {
            return;
        }
        let server = self.keepalived().and_then(server);
        let identity = geteuid().is_root().then(|| self.nobody());
        let said = self
            .outbox
            .advance(now, server.as_ref(), identity.as_ref(), &self.epoll);
        self.repeat(said);
    }

    pub(super) fn mail_ended(&mut self) {
        let said = self.outbox.ended(Instant::now(), &self.epoll);
        self.repeat(said);
    }

    pub(super) fn close_mail(&mut self) {
        let said = self.outbox.close();
        self.repeat(said);
    }

    pub(super) fn mail_status(&self) -> Value {
        let tally = &self.outbox.tally;
        json!({
            "queued": self.outbox.queued(),
            "sent": tally.sent,
            "refused": tally.refused,
            "dropped": tally.dropped,
            "lastError": tally.last_error,
        })
    }

    fn keepalived(&self) -> Option<&Config> {
        Some(&self.current.keepalived.as_ref()?.parsed.config)
    }

    fn nobody(&self) -> Identity {
        let found = self.users.identity(Some("nobody"), None);
        let (uid, gid) = found.map_or((NOBODY, NOBODY), |found| (found.uid, found.gid));
        Identity {
            uid,
            gid,
            groups: Vec::new(),
        }
    }

    fn repeat(&mut self, said: impl IntoIterator<Item = Said>) {
        for said in said {
            match said {
                Said::Info(text) => self.journal.info(&text),
                Said::Warning(text) => self.journal.warning(&text),
                Said::Error(text) => self.journal.error(&text),
            }
        }
    }
}

fn server(config: &Config) -> Option<MailServer> {
    let mail = &config.global.mail;
    let server = mail.server.as_ref()?;
    let patience = mail.connect_timeout.value.as_millis();
    Some(MailServer {
        host: server.host.value.clone(),
        port: server.port,
        helo: mail
            .helo_name
            .as_ref()
            .map_or_else(host_name, |name| name.value.clone()),
        patience_ms: u64::try_from(patience).unwrap_or(u64::MAX).max(1),
    })
}

/// A bare user is one of this host.
fn whole_address(address: &str, host: &str) -> String {
    if address.contains('@') {
        address.to_owned()
    } else {
        format!("{address}@{host}")
    }
}

fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}
