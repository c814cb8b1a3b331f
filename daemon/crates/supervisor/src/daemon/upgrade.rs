//! Another binary in the place of this one, while everything goes on. Processes of the new one get
//! ready beside those that serve; then the old proxy drains, the VRRP process says what it knows
//! and is silent, its successor speaks on. At last this process becomes the new program
//! ([`super::succession`]). Until both successors are ready nothing has changed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ipc::ToWorker;
use serde_json::{Value, json};

use super::Daemon;
use crate::control::ClientId;
use crate::worker::{Kind, Rank};

/// What one program leaves to the next is in this form, and its processes understand the messages
/// of that time. Programs of two forms cannot follow each other without a restart.
pub const FORM: u32 = 1;

/// How long the successors may take to get ready.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How long scripts, mails and clients that are being served may take.
const CALM_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The proxy says what it counted and knows.
    Legacy,
    /// The successors read their configuration.
    Heirs,
    /// The VRRP process says what it knows, and is silent.
    Testament,
    /// Everything that this process has begun ends.
    Calm,
}

/// An upgrade that is under way.
pub(super) struct Upgrade {
    pub client: Option<ClientId>,
    pub program: PathBuf,
    pub step: Step,
    deadline: Instant,
    /// What a process left, part by part.
    pub legacy: Vec<Value>,
}

impl Daemon {
    pub(super) fn begin_upgrade(&mut self, client: ClientId, program: &Path, form: u32) {
        if let Some(reason) = self.hindrance(program, form) {
            self.journal.error(&format!("upgrade refused: {reason}"));
            self.reply(Some(client), &json!({ "error": reason }));
            return;
        }
        let text = format!("upgrade to {} begins", program.display());
        self.journal.notice(&text);
        self.upgrade = Some(Upgrade {
            client: Some(client),
            program: program.to_owned(),
            step: Step::Legacy,
            deadline: Instant::now() + PATIENCE,
            legacy: Vec::new(),
        });
        if self.slot(Kind::Proxy).is_none() || !self.tell(Kind::Proxy, &ToWorker::Bequeath) {
            self.start_heirs();
        }
    }

    /// Why it cannot begin now.
    fn hindrance(&self, program: &Path, form: u32) -> Option<String> {
        let busy = |what: &str| Some(format!("{what}; try again when it is over"));
        if form != FORM {
            return Some(format!(
                "{} takes over in form {form}, this program leaves form {FORM}: hand over, then restart the service",
                program.display()
            ));
        }
        if self.options.stand_in.is_some() {
            return Some("it runs in the place of keepalived: restart it".to_owned());
        }
        if !program.is_absolute() || !program.is_file() {
            return Some(format!(
                "{} is no absolute path of a file",
                program.display()
            ));
        }
        if self.stopping.is_some() {
            return Some("the daemon is stopping".to_owned());
        }
        if self.upgrade.is_some() {
            return busy("another upgrade is under way");
        }
        if self.reload.is_some() || !self.waiting_reloads.is_empty() {
            return busy("a reload is under way");
        }
        if self.handover.is_some() {
            return busy("a handover is under way");
        }
        let whole = |slot: &crate::slot::Slot| slot.worker.is_some() && slot.heir.is_none();
        if !self.serving || !self.slots.iter().all(whole) {
            return busy("a process is being started");
        }
        if self.slots.iter().any(|slot| slot.leaver.is_some()) {
            return busy("connections of the program before this one still drain");
        }
        None
    }

    pub(super) fn check_heirs(&mut self) {
        let ready =
            |slot: &crate::slot::Slot| slot.heir.as_ref().is_some_and(|it| it.ready.is_some());
        let waits = self
            .upgrade
            .as_ref()
            .is_some_and(|it| it.step == Step::Heirs);
        if !waits || !self.slots.iter().all(ready) {
            return;
        }
        self.promote(Kind::Proxy);
        let deadline_ms = self.longest_drain();
        self.tell_ranked(Kind::Proxy, Rank::Leaver, &ToWorker::Stop { deadline_ms });
        if self.tell(Kind::Vrrp, &ToWorker::Bequeath) {
            self.step(Step::Testament, PATIENCE);
        } else {
            self.step(Step::Calm, CALM_PATIENCE);
        }
    }

    pub(super) fn step(&mut self, step: Step, patience: Duration) {
        if let Some(upgrade) = &mut self.upgrade {
            upgrade.step = step;
            upgrade.deadline = Instant::now() + patience;
        }
    }

    /// A process that serves, or did until now, says what the next one has to know.
    pub(super) fn left(&mut self, kind: Kind, body: Value, more: bool) {
        let Some(upgrade) = &mut self.upgrade else {
            return;
        };
        match (upgrade.step, kind) {
            (Step::Legacy, Kind::Proxy) => {
                upgrade.legacy.push(body);
                if !more {
                    self.start_heirs();
                }
            }
            (Step::Testament, Kind::Vrrp) => {
                self.tell_heir(Kind::Vrrp, &ToWorker::Inherit { body });
                self.promote(Kind::Vrrp);
                self.step(Step::Calm, CALM_PATIENCE);
            }
            _ => {}
        }
    }

    /// Back to how it was: what serves, serves on.
    pub(super) fn fail_upgrade(&mut self, reason: &str) {
        let Some(upgrade) = self.upgrade.take() else {
            return;
        };
        let text = format!(
            "upgrade to {} failed, everything goes on as before: {reason}",
            upgrade.program.display()
        );
        self.journal.error(&text);
        self.reply(upgrade.client, &json!({ "error": reason }));
        let drain = self.longest_drain();
        for kind in Kind::ALL {
            let Some(heir) = self.slot(kind).and_then(|slot| slot.heir.as_ref()) else {
                continue;
            };
            // One that listens already may serve somebody.
            if kind == Kind::Proxy && heir.ready.is_some() {
                let stop = ToWorker::Stop { deadline_ms: drain };
                self.tell_heir(kind, &stop);
            } else {
                heir.kill();
            }
        }
    }

    pub(super) fn upgrade_deadline(&self) -> Option<Instant> {
        let upgrade = self.upgrade.as_ref()?;
        let soon = Instant::now() + Duration::from_millis(5);
        Some(if upgrade.step == Step::Calm {
            soon
        } else {
            upgrade.deadline
        })
    }

    pub(super) fn check_upgrade(&mut self, now: Instant) {
        let Some(upgrade) = &self.upgrade else {
            return;
        };
        let late = now >= upgrade.deadline;
        if upgrade.step != Step::Calm {
            if late {
                self.fail_upgrade("its processes were not ready in time");
            }
            return;
        }
        if late || self.is_calm(upgrade) {
            self.become_program();
        }
    }

    /// This program makes room for another one: nothing begins that only it could end.
    pub(super) fn is_about_to_end(&self) -> bool {
        let upgrade = self.upgrade.as_ref();
        upgrade.is_some_and(|upgrade| upgrade.step == Step::Calm)
    }

    /// Nothing is under way that this process alone can end.
    fn is_calm(&self, upgrade: &Upgrade) -> bool {
        let asked = upgrade
            .client
            .is_some_and(|client| self.control.serves_others(client));
        !asked
            && self.polls.is_empty()
            && !self.scripts.is_busy()
            && !self.notifications.is_busy()
            && !self.programs.is_busy()
            && !self.outbox.is_busy()
    }

    /// Milliseconds that connections may go on: as for those that a reload takes the ground from.
    fn longest_drain(&self) -> u64 {
        let half = self.current.haproxy.as_ref();
        let limit = half.and_then(|half| half.parsed.config.global.hard_stop_after.as_ref());
        limit.map_or(u64::MAX, |it| {
            u64::try_from(it.value.as_millis()).unwrap_or(u64::MAX)
        })
    }
}
