//! What the workers say, and what is done when one ends.

use std::time::{Duration, Instant};

use config::Severity;
use config::json::Finding;
use ipc::watch::WatchList;
use ipc::{FromWorker, ToWorker};
use sys::process::Exit;
use sys::signal::Signal;
use trafficlog::Level;

use super::Daemon;
use crate::script::{Command, Report};
use crate::service::Word;
use crate::watch::{Sight, Watcher};
use crate::worker::{Kind, Rank, Worker};

impl Daemon {
    /// Sends a message to a worker that may be gone; its end is noticed elsewhere.
    pub(super) fn tell(&mut self, kind: Kind, message: &ToWorker) -> bool {
        self.tell_ranked(kind, Rank::Current, message)
    }

    pub(super) fn tell_ranked(&mut self, kind: Kind, rank: Rank, message: &ToWorker) -> bool {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == kind) else {
            return false;
        };
        match slot.of_rank(rank) {
            Some(worker) => worker.send(message, &[], &self.epoll).is_ok(),
            None => false,
        }
    }

    pub(super) fn read_worker(&mut self, kind: Kind) {
        self.read_ranked(kind, Rank::Current);
    }

    pub(super) fn read_ranked(&mut self, kind: Kind, rank: Rank) {
        loop {
            let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == kind) else {
                return;
            };
            let Some(worker) = slot.of_rank(rank) else {
                return;
            };
            // A broken channel shows itself when it is read.
            let _ = worker.flush(&self.epoll);
            match (worker.try_receive(), rank) {
                (Ok(Some(message)), Rank::Current) => self.heard(kind, message),
                (Ok(Some(message)), Rank::Heir) => self.heir_said(kind, message),
                (Ok(Some(message)), Rank::Leaver) => self.leaver_said(kind, message),
                (Ok(None), _) => return,
                (Err(ipc::ChannelError::Closed), _) => {
                    worker.silence(&self.epoll);
                    if rank == Rank::Current {
                        self.channel_closed(kind);
                    }
                    return;
                }
                (Err(error), _) => {
                    // A worker that talks nonsense cannot be trusted with anything.
                    worker.silence(&self.epoll);
                    worker.kill();
                    self.journal
                        .error(&format!("{} process: {error}; it is killed", kind.name()));
                    return;
                }
            }
        }
    }

    pub(super) fn heard(&mut self, kind: Kind, message: FromWorker) {
        match message {
            FromWorker::Ready { generation } => self.worker_ready(kind, generation),
            FromWorker::Rejected {
                generation,
                reasons,
            } => self.worker_rejected(kind, generation, &reasons),
            FromWorker::Status { id, body } => self.status_part(kind, id, body),
            FromWorker::Service { up, reason } => self.proxy_says(Word { up, reason }),
            FromWorker::Orders { servers } => self.orders = servers,
            FromWorker::Amendments { body } => self.amendments = body,
            FromWorker::Question { id, what } => self.asked_by_proxy(id, &what),
            FromWorker::Examine { examination } => self.examine(examination),
            FromWorker::Scripts { scripts } => self.scripts.set(scripts, Instant::now()),
            FromWorker::Notify {
                subject,
                argv,
                user,
                group,
            } => {
                let command = Command { argv, user, group };
                if let Some(warning) = self.notifications.add(subject, command) {
                    self.journal.warning(&warning);
                }
            }
            FromWorker::Watch { list } => self.watch(list),
            FromWorker::Mail { subject, text } => self.mail(&subject, text),
            FromWorker::Taking { addresses } => {
                if let Some(worker) = self.worker(kind) {
                    worker.held.extend(addresses);
                }
            }
            FromWorker::Holding {
                addresses,
                departed,
            } => {
                if let Some(worker) = self.worker(kind) {
                    worker.holds(addresses);
                }
                self.tell_departed(departed);
            }
            FromWorker::Undo { requests } => {
                if let Some(worker) = self.worker(kind) {
                    worker.undo = requests;
                }
            }
            FromWorker::Farewell { packets } => {
                if let Some(worker) = self.worker(kind) {
                    worker.farewell = packets;
                }
            }
            FromWorker::Renewed { paths } => self.certificates_renewed(&paths),
            FromWorker::Log { severity, text } => {
                let text = format!("{}: {text}", kind.name());
                self.journal.line(Level::from_number(severity), &text);
            }
            FromWorker::Legacy { body, more } => self.left(kind, body, more),
            FromWorker::Stopped => {}
        }
    }

    fn worker_ready(&mut self, kind: Kind, generation: u64) {
        let Some(worker) = self.worker(kind) else {
            return;
        };
        worker.ready = Some(generation);
        worker.liveness.configuring(false);
        if kind == Kind::Proxy {
            self.service.ready(Instant::now());
        }
        self.reload_answered(kind, generation, Ok(()));
        self.check_serving();
    }

    fn worker_rejected(&mut self, kind: Kind, generation: u64, reasons: &[String]) {
        if let Some(worker) = self.worker(kind) {
            worker.liveness.configuring(false);
        }
        if !self.serving {
            let text = format!(
                "the {} process refused: {}",
                kind.name(),
                reasons.join("; ")
            );
            self.fail_start(&text);
            return;
        }
        if !self.reload_answered(kind, generation, Err(reasons.to_vec())) {
            let text = reasons.join("; ");
            self.journal.error(&format!(
                "the {} process refused the running configuration: {text}",
                kind.name()
            ));
            if let Some(worker) = self.worker(kind) {
                worker.kill();
            }
        }
    }

    /// A worker's pidfd became readable.
    pub(super) fn worker_ended(&mut self, kind: Kind) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == kind) else {
            return;
        };
        let Some(exit) = slot.worker.as_ref().and_then(Worker::try_wait) else {
            return;
        };
        // Its last words are still in the channel.
        self.read_worker(kind);
        let Some(worker) = self.slot(kind).and_then(|slot| slot.worker.take()) else {
            return;
        };
        worker.forget(&self.epoll);
        let lived = worker.started.elapsed();
        self.fail_upgrade(&format!("the {} process that serves ended", kind.name()));
        if kind == Kind::Vrrp {
            self.scripts.clear();
            self.vrrp_pid_file = None;
            self.give_up(&worker.held, &worker.farewell);
            if self.stopping.is_some() && exit == Exit::Code(0) {
                self.lingering.clone_from(&worker.undo);
            } else {
                self.undo(&worker.undo);
            }
            self.watch(WatchList::default());
        }
        if kind == Kind::Proxy {
            self.programs.clear();
        }
        if self.stopping.is_some() {
            self.advance_stop(Instant::now());
            return;
        }
        let how = match exit {
            Exit::Code(code) => format!("ended with status {code}"),
            Exit::Signal(signal) if signal == Signal::SYS.as_raw() => {
                "was ended for a system call that is not on its list; the kernel's log names it (audit: type=1326)".to_owned()
            }
            Exit::Signal(signal) => format!("was ended by signal {signal}"),
        };
        let text = format!("the {} process {} {how}", kind.name(), worker.pid());
        if !self.serving {
            self.fail_start(&text);
            return;
        }
        let meaning = match kind {
            Kind::Proxy => "its connections are cut; new ones wait for the next process",
            Kind::Vrrp => "the addresses it held are taken off this host",
        };
        self.journal.error(&format!("{text}: {meaning}"));
        self.alarm(&text);
        if self.options.stand_in.as_ref().is_some_and(|s| !s.respawn) {
            self.journal
                .notice("it is not started again, as --dont-respawn says");
            self.exit_after_stop(super::FAILED);
            return;
        }
        self.reload_answered(kind, self.attempt, Err(vec![text]));
        if kind == Kind::Proxy {
            self.service.ended(Instant::now());
        }
        self.plan_restart(kind, lived);
    }

    pub(super) fn plan_restart(&mut self, kind: Kind, lived: Duration) {
        let now = Instant::now();
        if let Some(slot) = self.slot(kind) {
            let wait = slot.plan_restart(lived, now);
            if !wait.is_zero() {
                self.journal.warning(&format!(
                    "the {} process is started again in {} ms",
                    kind.name(),
                    wait.as_millis()
                ));
            }
        }
    }

    pub(super) fn script_reports(&mut self, reports: Vec<Report>) {
        for report in reports {
            match report {
                Report::Warning(text) => self.journal.warning(&text),
                Report::Result { name, outcome } => {
                    self.tell(Kind::Vrrp, &ToWorker::ScriptResult { name, outcome });
                }
            }
        }
    }

    /// Watches this from now on. The thread that does is started when it is first needed.
    pub(super) fn watch(&mut self, list: WatchList) {
        self.watched.clone_from(&list);
        if self.watcher.is_none() && list != WatchList::default() {
            match Watcher::start(&self.epoll) {
                Ok(watcher) => self.watcher = Some(watcher),
                Err(error) => self
                    .journal
                    .error(&format!("files and processes are not watched: {error}")),
            }
        }
        if let Some(watcher) = &mut self.watcher {
            watcher.set(list);
        }
    }

    /// The thread has something to say.
    pub(super) fn watched(&mut self) {
        let sights = self.watcher.as_mut().map_or_else(Vec::new, Watcher::take);
        for sight in sights {
            match sight {
                Sight::Warning(text) => self.journal.warning(&text),
                Sight::Seen(seen) => {
                    self.tell(Kind::Vrrp, &ToWorker::Watched { seen });
                }
            }
        }
    }

    pub(super) fn log_findings(&mut self, findings: &[Finding]) {
        for finding in findings {
            let level = match finding.severity {
                Severity::Error => Level::Err,
                Severity::Warning => Level::Warning,
                Severity::Note => continue,
            };
            self.journal.line(level, &finding.to_string());
        }
    }
}
