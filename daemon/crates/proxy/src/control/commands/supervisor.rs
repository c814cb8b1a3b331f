//! Commands about what only the supervisor knows: who holds which address, what the files say.

use super::word;
use crate::control::{Control, RunError};
use crate::desk::{Answer, Job};
use ipc::FromWorker;
use runtime::Command;
use serde_json::{Value, json};
use sys::epoll::monotonic_ms;

impl Control {
    /// Asks the supervisor; its word is the answer.
    pub(super) fn ask_supervisor(&mut self, job: &Job) -> Result<Option<Answer>, RunError> {
        let words = &job.invocation.words;
        let what = match (job.invocation.command, word(words, 0)) {
            (Command::ShowVrrp, _) => "vrrp",
            (Command::ShowStartupLogs, _) => "startup logs",
            (Command::ShowConfig, "diff") => "config diff",
            (_, "") => "config",
            (_, other) => {
                let text = format!(
                    "'{other}' is nothing to show of a configuration: it is 'show config' or 'show config diff'.\n"
                );
                return Ok(Some(Answer::error(text)));
            }
        };
        let id = self.sockets.question(job.ticket);
        let message = FromWorker::Question {
            id,
            what: what.to_owned(),
        };
        self.channel.send(&message, &[])?;
        Ok(None)
    }

    pub(in crate::control) fn told_by_supervisor(&mut self, id: u64, mut text: String) {
        if self.told_of_routers(id, &mut text, monotonic_ms()) {
            return;
        }
        self.sockets.late(id, Answer::Text(text));
    }

    /// What the supervisor kept of the life before.
    pub(in crate::control) fn inherit_amendments(&mut self, body: Value) {
        self.amendments = serde_json::from_value(body).unwrap_or_default();
    }

    /// The supervisor keeps what was changed, for the next life.
    pub(super) fn tell_amendments(&mut self) {
        let body = serde_json::to_value(&self.amendments).unwrap_or_else(|_| json!({}));
        // A broken channel shows itself when it is read.
        let _ = self.channel.send(&FromWorker::Amendments { body }, &[]);
    }
}
