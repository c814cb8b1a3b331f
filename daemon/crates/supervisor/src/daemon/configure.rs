//! Starting a worker and giving it what it runs on.

use std::time::Duration;

use ipc::ToWorker;

use super::Daemon;
use crate::configuration::{Half, Loaded};
use crate::host;
use crate::listeners::Listeners;
use crate::options::Console;
use crate::pid_file::PidFile;
use crate::worker::{Confinement, Kind, Rank, Worker};

/// What a worker is to take up.
pub(super) struct Task {
    attached: ToWorker,
    message: ToWorker,
    /// Their descriptors travel beside the message.
    listeners: Listeners,
}

impl Task {
    pub(super) fn new(kind: Kind, loaded: &Loaded, listeners: &Listeners, generation: u64) -> Self {
        let (texts, listeners) = match kind {
            Kind::Proxy => (loaded.haproxy.as_ref().map(Half::texts), listeners.clone()),
            Kind::Vrrp => (
                loaded.keepalived.as_ref().map(Half::texts),
                Listeners::default(),
            ),
        };
        let (files, attachments) = texts.unwrap_or_default();
        Self {
            attached: ToWorker::Attachments {
                files: attachments.to_vec(),
            },
            message: ToWorker::Configure {
                generation,
                files: files.to_vec(),
                listeners: listeners.grants(),
            },
            listeners,
        }
    }
}

impl Daemon {
    pub(super) fn start_worker(&mut self, kind: Kind) {
        let confinement = match kind {
            Kind::Proxy => host::confinement(&self.current, &self.users),
            Kind::Vrrp => Confinement::default(),
        };
        let id = self
            .options
            .stand_in
            .as_ref()
            .and_then(|s| s.config_id.as_deref());
        let silent = self.starter.is_some() && self.options.log.console != Console::Always;
        let ranked = (kind, Rank::Current);
        let started = Worker::start(ranked, None, &confinement, id, silent, &self.epoll);
        let Some(slot) = self.slot(kind) else { return };
        slot.restart_at = None;
        match started {
            Ok(worker) => {
                let pid = worker.pid();
                slot.worker = Some(worker);
                self.note_process(kind, pid);
                self.journal
                    .info(&format!("{} process {pid} started", kind.name()));
                self.introduce(kind);
                self.repeat_orders(kind);
                self.configure_current(kind);
            }
            Err(error) => {
                let reason = format!("the {} process cannot be started: {error}", kind.name());
                if self.serving {
                    self.journal.error(&reason);
                    self.plan_restart(kind, Duration::ZERO);
                } else {
                    self.fail_start(&reason);
                }
            }
        }
    }

    /// Where keepalived's users look for its number.
    fn note_process(&mut self, kind: Kind, pid: u32) {
        let Some(stand_in) = self
            .options
            .stand_in
            .as_ref()
            .filter(|_| kind == Kind::Vrrp)
        else {
            return;
        };
        let path = &stand_in.vrrp_pid_file;
        // The old value takes its file away.
        self.vrrp_pid_file = None;
        match PidFile::write(path, pid) {
            Ok(file) => {
                self.vrrp_pid_file = Some(file);
            }
            Err(error) => {
                let text = format!("{}: {error}", path.display());
                self.journal.error(&text);
            }
        }
    }

    /// Sends the running configuration, as to a worker that begins its life.
    pub(super) fn configure_current(&mut self, kind: Kind) {
        let task = Task::new(kind, &self.current, &self.listeners, self.generation);
        self.configure((kind, Rank::Current), &task);
        if kind == Kind::Vrrp
            && let Some(word) = self.service.told().cloned()
        {
            self.tell_service(word);
        }
    }

    pub(super) fn configure(&mut self, (kind, rank): (Kind, Rank), task: &Task) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == kind) else {
            return;
        };
        let Some(worker) = slot.of_rank(rank) else {
            return;
        };
        worker.liveness.configuring(true);
        let sent = worker
            .send(&task.attached, &[], &self.epoll)
            .and_then(|()| worker.send(&task.message, &task.listeners.fds(), &self.epoll));
        if let Err(error) = sent {
            self.journal
                .warning(&format!("{} process: {error}", kind.name()));
        }
    }
}
