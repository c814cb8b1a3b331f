//! The channel to the supervisor: what it says, and how the control thread answers.

use super::team::Team;
use super::{CHANNEL, Control, RunError, grants, status};
use config::Source;
use ipc::channel::Received;
use ipc::{FromWorker, SIGN_OF_LIFE, ToWorker};
use std::os::fd::OwnedFd;
use sys::epoll::{Interest, monotonic_ms};

impl Control {
    pub(super) fn on_channel(&mut self) -> Result<(), RunError> {
        self.channel.flush()?;
        while let Some(Received { message, fds }) = self.channel.try_receive::<ToWorker>()? {
            self.on_message(message, fds)?;
        }
        Ok(())
    }

    fn on_message(&mut self, message: ToWorker, fds: Vec<OwnedFd>) -> Result<(), RunError> {
        match message {
            ToWorker::Configure {
                generation,
                files,
                listeners,
            } => {
                let sources: Vec<Source> = files
                    .into_iter()
                    .map(|f| Source::new(f.path, f.text))
                    .collect();
                let granted = grants::take(listeners, fds).map_err(|error| vec![error]);
                self.take_up(generation, &sources, granted)?;
            }
            ToWorker::Stop { deadline_ms } => self.stop(deadline_ms),
            ToWorker::Status { id } => {
                let body = match id {
                    SIGN_OF_LIFE => serde_json::Value::Null,
                    _ => self.status(),
                };
                self.channel.send(&FromWorker::Status { id, body }, &[])?;
            }
            ToWorker::Statistics { id } => {
                let body = self.statistics();
                self.channel.send(&FromWorker::Status { id, body }, &[])?;
            }
            ToWorker::Attachments { files } => {
                self.arrived = Some(files.into_iter().map(|f| (f.path, f.bytes)).collect());
            }
            ToWorker::Renewed { files } => {
                let said = self.renewed(files);
                self.channel.send(&said, &[])?;
            }
            ToWorker::Bequeath => self.bequeath()?,
            ToWorker::Inherit { body } => self.inherit(body),
            ToWorker::Amendments { body } => self.inherit_amendments(body),
            ToWorker::Told { id, text } => self.told_by_supervisor(id, text),
            ToWorker::Examined { id, verdict } => {
                self.checks.examined(id, verdict, monotonic_ms());
            }
            ToWorker::Routers => self.routers.introduce(),
            ToWorker::Departed { addresses } => {
                if let Some(team) = &self.team {
                    team.depart(addresses);
                }
            }
            ToWorker::Orders { servers } => self.lasting.inherit(servers),
            // For the VRRP process.
            ToWorker::Alive
            | ToWorker::Pulse
            | ToWorker::Succeed
            | ToWorker::Handover
            | ToWorker::Lead
            | ToWorker::Service { .. }
            | ToWorker::Watched { .. }
            | ToWorker::ScriptResult { .. } => {}
        }
        Ok(())
    }

    fn stop(&mut self, deadline_ms: u64) {
        self.stopping = true;
        // Whoever comes after this process speaks with the peers from now on.
        self.peering = None;
        if let Some(team) = &self.team {
            let plan = self.plan.as_ref();
            let hard = plan.and_then(|p| p.hard_stop_after).unwrap_or(u64::MAX);
            team.stop(monotonic_ms().saturating_add(deadline_ms.min(hard)));
        }
    }

    /// Null while nothing is configured.
    fn status(&self) -> serde_json::Value {
        let Some(plan) = &self.plan else {
            return serde_json::Value::Null;
        };
        let status = status::status(
            plan,
            &self.checks,
            &self.resolver,
            self.team.as_ref().map(Team::board),
            |f| self.listens(f) && !self.is_disabled(f),
            self.certificates(),
        );
        serde_json::to_value(status).unwrap_or_default()
    }

    pub(super) fn watch_output(&mut self) -> Result<(), RunError> {
        let wants = self.channel.wants_write();
        if wants != self.channel_output {
            self.channel_output = wants;
            let interest = if wants {
                Interest::InputOutput
            } else {
                Interest::Input
            };
            self.epoll.modify(&self.channel, CHANNEL, interest)?;
        }
        Ok(())
    }
}
