//! What workers report, and what the supervisor is told of it.

use super::change::Change;
use super::team::Team;
use super::{Control, RunError, service};
use crate::worker::Report;
use ipc::FromWorker;

impl Control {
    /// What they report of servers is returned.
    pub(super) fn on_reports(&mut self, now: u64) -> Result<Vec<Change>, RunError> {
        let mut changes = Vec::new();
        let reports = self.team.as_ref().map(Team::reports).unwrap_or_default();
        for report in reports {
            match report {
                Report::Configured { serial, .. } => {
                    self.sockets.taken_up(serial);
                    if let Some((generation, wanted, left)) = &mut self.pending
                        && *wanted == serial
                    {
                        *left -= 1;
                        if *left == 0 {
                            let generation = *generation;
                            self.pending = None;
                            self.channel.send(&FromWorker::Ready { generation }, &[])?;
                        }
                    }
                }
                Report::Observed {
                    server,
                    count,
                    last,
                } => {
                    let errors = (count, last);
                    self.checks.observed(&server, errors, now, &mut changes);
                }
                Report::Asked(asked) => self.resolver.ask(asked, now),
                Report::Requested(requested) => self.requested(requested, now, &mut changes)?,
                Report::Sessions {
                    worker,
                    question,
                    text,
                    next,
                } => self.told_sessions(worker, &question, text, next),
                Report::Closed { number } => self.told_closed(number),
                Report::SessionEnded { number, found } => self.told_end(number, found),
                Report::ListenerLost { .. } => self.lost_listener = true,
                Report::Stopped { .. } => self.stopped += 1,
            }
        }
        Ok(changes)
    }

    /// Whether all sockets of the frontend are there.
    pub(super) fn listens(&self, frontend: &str) -> bool {
        let wanted = self
            .plan
            .as_ref()
            .and_then(|p| p.frontends.iter().find(|f| f.name == frontend))
            .map_or(0, |f| f.addresses.len());
        !self.lost_listener
            && !self.stopping
            && self
                .grants
                .iter()
                .filter(|g| g.frontend == frontend)
                .count()
                >= wanted
    }

    /// Tells the supervisor, and through it VRRP, as soon as the answer changes.
    pub(super) fn tell_service(&mut self) -> Result<(), RunError> {
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        let verdict = service::verdict(plan, |f| self.listens(f));
        let now = match verdict {
            Ok(()) => (true, String::new()),
            Err(reason) => (false, reason),
        };
        if self.service.as_ref() != Some(&now) {
            let message = FromWorker::Service {
                up: now.0,
                reason: now.1.clone(),
            };
            self.channel.send(&message, &[])?;
            self.service = Some(now);
        }
        Ok(())
    }
}
