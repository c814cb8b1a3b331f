//! What the supervisor says.

use ipc::message::ScriptOutcome;
use ipc::pulse::Pulse;
use ipc::{FromWorker, Received, ToWorker};
use vrrp::Micros;
use vrrp::tracking::Health;

use super::Worker;
use super::legacy::Succession;
use crate::WorkerError;

/// Time left of a stop's deadline for saying goodbye without a successor.
const FAREWELL_RESERVE: Micros = 100_000;

impl Worker {
    pub(super) fn read_channel(&mut self) -> Result<(), WorkerError> {
        while self.channel_open && self.succession != Succession::Left {
            match self.channel.try_receive::<ToWorker>() {
                Ok(Some(received)) => self.obey(received)?,
                Ok(None) => break,
                Err(error) => self.channel_failed(&error),
            }
        }
        Ok(())
    }

    fn obey(&mut self, received: Received<ToWorker>) -> Result<(), WorkerError> {
        if !matches!(received.message, ToWorker::Alive) {
            self.next_chores = 0;
        }
        match received.message {
            ToWorker::Configure {
                generation, files, ..
            } => self.configure(generation, files)?,
            ToWorker::Attachments { files } => self.attachments = files,
            ToWorker::Handover => self.hand_over(None),
            ToWorker::Lead => self.lead(),
            ToWorker::Stop { deadline_ms } => {
                let limit = deadline_ms
                    .saturating_mul(1000)
                    .saturating_sub(FAREWELL_RESERVE);
                self.begin_stop(Some(limit));
            }
            ToWorker::Status { id } => {
                let body = self.status();
                self.say(&FromWorker::Status { id, body });
            }
            ToWorker::Service { up, reason } => {
                self.proxy = if up { Health::Up } else { Health::Down };
                self.proxy_reason = reason;
                self.reassess();
            }
            ToWorker::Watched { seen } => self.seen(seen),
            ToWorker::Pulse => self.pulse = received.fds.into_iter().next().map(Pulse::received),
            ToWorker::Alive => self.supervisor_lives(),
            ToWorker::Succeed => self.succession = Succession::Waiting,
            ToWorker::Bequeath => self.bequeath(),
            ToWorker::Inherit { body } => self.inherit(body),
            ToWorker::ScriptResult { name, outcome } => self.script_result(&name, outcome),
            // For the proxy.
            ToWorker::Routers
            | ToWorker::Departed { .. }
            | ToWorker::Orders { .. }
            | ToWorker::Amendments { .. }
            | ToWorker::Examined { .. }
            | ToWorker::Told { .. }
            | ToWorker::Renewed { .. }
            | ToWorker::Statistics { .. } => {}
        }
        Ok(())
    }

    fn script_result(&mut self, name: &str, outcome: ScriptOutcome) {
        let Some((_, debounce)) = self.scripts.get_mut(name) else {
            // It was removed by a reload while its last run still went on.
            return;
        };
        self.results
            .entry(name.to_owned())
            .or_default()
            .count(outcome);
        let before = debounce.health();
        match outcome {
            ScriptOutcome::Success => debounce.result(true),
            ScriptOutcome::Failure | ScriptOutcome::TimedOut => debounce.result(false),
            ScriptOutcome::Unusable => {
                debounce.unusable();
                Health::Unusable
            }
        };
        let after = debounce.health();
        if before != after {
            let text = match after {
                Health::Up => "succeeded",
                Health::Unusable => "cannot be run",
                Health::Down | Health::Unknown | Health::Value(_) => "failed",
            };
            self.log(super::NOTICE, format!("script {name} {text}"));
            self.reassess();
        }
    }
}
