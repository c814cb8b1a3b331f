//! Changes of servers in the log.

use super::checks::Change;
use crate::logs::Logs;
use crate::plan::Plan;
use crate::shared::State;
use health::{Remaining, Transition, no_server_line, transition_line};
use std::sync::atomic::Ordering::Relaxed;
use trafficlog::Level;

#[derive(Default)]
pub struct Events {
    logs: Logs,
}

impl Events {
    pub fn configure(&mut self, plan: &Plan) {
        self.logs.configure(&plan.model);
    }

    pub fn changes(&mut self, plan: &Plan, changes: &[Change]) {
        for change in changes {
            let Some(b) = plan.backends.iter().find(|b| b.name == change.backend.name) else {
                continue;
            };
            let up = |backup: bool| {
                b.servers
                    .iter()
                    .filter(|s| s.backup == backup && s.shared.state().is_up())
                    .count()
            };
            let left = Remaining {
                active: up(false),
                backup: up(true),
                sessions: change.server.active.load(Relaxed) as usize,
                requeued: 0,
                queued: b.shared.queued.load(Relaxed) as usize,
            };
            let line = transition_line(
                &b.name,
                &change.server.name,
                change.backup,
                change.transition,
                Some(&change.result),
                left,
            );
            let level = match change.transition {
                Transition::Up => Level::Notice,
                Transition::Down => Level::Alert,
                Transition::Stopping => Level::Warning,
            };
            self.logs.event(b.section, level, &line);
            let usable = b
                .servers
                .iter()
                .any(|s| s.shared.state().is_up() || s.shared.state() == State::Unknown);
            if change.transition == Transition::Down && !usable {
                self.logs
                    .event(b.section, Level::Emerg, &no_server_line(&b.name));
            }
        }
    }

    pub fn flush(&mut self) {
        self.logs.flush();
    }
}
