//! Processes that take the place of others: they get ready, are promoted, and those before them end
//! what they began.

use std::path::Path;
use std::time::Instant;

use ipc::{FromWorker, ToWorker};
use trafficlog::Level;

use super::Daemon;
use super::configure::Task;
use super::upgrade::{PATIENCE, Step};
use crate::host;
use crate::options::Console;
use crate::worker::{Confinement, Kind, Rank, Worker};

impl Daemon {
    pub(super) fn start_heirs(&mut self) {
        let Some(upgrade) = &mut self.upgrade else {
            return;
        };
        let program = upgrade.program.clone();
        let parts = std::mem::take(&mut upgrade.legacy);
        self.step(Step::Heirs, PATIENCE);
        for kind in self.slots.iter().map(|slot| slot.kind).collect::<Vec<_>>() {
            if let Err(error) = self.start_heir(kind, &program) {
                let reason = format!("the {} process cannot be started: {error}", kind.name());
                return self.fail_upgrade(&reason);
            }
        }
        for body in parts {
            self.tell_heir(Kind::Proxy, &ToWorker::Inherit { body });
        }
        self.tell_heir(Kind::Vrrp, &ToWorker::Succeed);
        for kind in [Kind::Proxy, Kind::Vrrp] {
            let task = Task::new(kind, &self.current, &self.listeners, self.generation);
            self.configure((kind, Rank::Heir), &task);
        }
    }

    fn start_heir(&mut self, kind: Kind, program: &Path) -> std::io::Result<()> {
        let confinement = match kind {
            Kind::Proxy => host::confinement(&self.current, &self.users),
            Kind::Vrrp => Confinement::default(),
        };
        let silent = self.options.log.console == Console::Never;
        let ranked = (kind, Rank::Heir);
        let heir = Worker::start(
            ranked,
            Some(program),
            &confinement,
            None,
            silent,
            &self.epoll,
        )?;
        let text = format!("{} process {} gets ready", kind.name(), heir.pid());
        self.journal.info(&text);
        if let Some(slot) = self.slot(kind) {
            slot.heir = Some(heir);
            slot.heir_said.clear();
        }
        if kind == Kind::Proxy {
            for message in self.standing_orders() {
                self.tell_heir(kind, &message);
            }
        }
        Ok(())
    }

    pub(super) fn tell_heir(&mut self, kind: Kind, message: &ToWorker) {
        self.tell_ranked(kind, Rank::Heir, message);
    }

    /// What a successor says counts from the moment that it is no successor any more.
    pub(super) fn heir_said(&mut self, kind: Kind, message: FromWorker) {
        match message {
            FromWorker::Ready { generation } => {
                if let Some(heir) = self.slot(kind).and_then(|slot| slot.heir.as_mut()) {
                    heir.ready = Some(generation);
                    heir.liveness.configuring(false);
                }
                self.check_heirs();
            }
            FromWorker::Rejected { reasons, .. } => {
                let text = reasons.join("; ");
                self.fail_upgrade(&format!("its {} process refused: {text}", kind.name()));
            }
            FromWorker::Log { severity, text } => {
                let text = format!("{}: {text}", kind.name());
                self.journal.line(Level::from_number(severity), &text);
            }
            FromWorker::Examine { examination } => self.examine(examination),
            other => {
                if let Some(slot) = self.slot(kind) {
                    slot.heir_said.push(other);
                }
            }
        }
    }

    pub(super) fn heir_ended(&mut self, kind: Kind) {
        let gone = self
            .slot(kind)
            .and_then(|slot| slot.heir.take_if(|heir| heir.try_wait().is_some()));
        if let Some(heir) = gone {
            heir.forget(&self.epoll);
            self.fail_upgrade(&format!("its {} process ended", kind.name()));
        }
    }

    /// The successor is the process of its kind from now on.
    pub(super) fn promote(&mut self, kind: Kind) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == kind) else {
            return;
        };
        let (Some(mut old), Some(mut new)) = (slot.worker.take(), slot.heir.take()) else {
            return;
        };
        let said = std::mem::take(&mut slot.heir_said);
        let ranked = old
            .take_rank(Rank::Leaver, &self.epoll)
            .and_then(|()| new.take_rank(Rank::Current, &self.epoll));
        if let Err(error) = ranked {
            self.journal
                .error(&format!("{} process: {error}", kind.name()));
        }
        let left = (
            std::mem::take(&mut old.held),
            std::mem::take(&mut old.undo),
            std::mem::take(&mut old.farewell),
        );
        slot.worker = Some(new);
        slot.leaver = Some(old);
        for message in said {
            self.heard(kind, message);
        }
        if let Some(worker) = self.worker(kind).filter(|_| kind == Kind::Vrrp) {
            (worker.held, worker.undo, worker.farewell) = left;
        }
    }

    pub(super) fn leaver_said(&mut self, kind: Kind, message: FromWorker) {
        match message {
            FromWorker::Legacy { body, .. } => {
                self.tell(kind, &ToWorker::Inherit { body });
            }
            FromWorker::Log { severity, text } => {
                let text = format!("{} (before): {text}", kind.name());
                self.journal.line(Level::from_number(severity), &text);
            }
            FromWorker::Examine { examination } => self.examine(examination),
            _ => {}
        }
    }

    pub(super) fn leaver_ended(&mut self, kind: Kind) {
        // Its last words are still in the channel.
        self.read_ranked(kind, Rank::Leaver);
        let gone = self
            .slot(kind)
            .and_then(|slot| slot.leaver.take_if(|it| it.try_wait().is_some()));
        if let Some(leaver) = gone {
            leaver.forget(&self.epoll);
            let text = format!(
                "{} process {} has ended what it began",
                kind.name(),
                leaver.pid()
            );
            self.journal.info(&text);
            self.advance_stop(Instant::now());
        }
    }
}
