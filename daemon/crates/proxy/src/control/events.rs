//! Changes of servers in the log.

use super::checks::Change;
use crate::logs::Logs;
use crate::plan::{Backend, Plan};
use crate::shared::State;
use health::{CheckResult, Remaining, Transition, check_line, no_server_line, transition_line};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use trafficlog::Level;

#[derive(Default)]
pub struct Events {
    logs: Logs,
}

impl Events {
    pub fn configure(&mut self, plan: &Arc<Plan>) {
        self.logs.configure(plan);
    }

    pub fn changes(&mut self, plan: &Plan, changes: &[Change]) {
        for change in changes {
            let Some(b) = plan.backends.iter().find(|b| b.name == change.backend.name) else {
                continue;
            };
            let in_words = plan
                .model
                .proxies
                .get(b.section)
                .is_some_and(|section| section.options.log_health_checks);
            if in_words {
                let (name, result) = (&change.server.name, &change.result);
                let line = check_line(&b.name, name, change.backup, result, &change.health);
                self.logs.event(b.section, Level::Notice, &line);
            }
            if let Some(transition) = change.transition {
                // The reason was told with the check.
                let reason = (!in_words).then_some(&change.result);
                self.transition(b, change, transition, reason);
            }
        }
    }

    fn transition(
        &mut self,
        b: &Backend,
        change: &Change,
        transition: Transition,
        reason: Option<&CheckResult>,
    ) {
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
        let name = &change.server.name;
        let line = transition_line(&b.name, name, change.backup, transition, reason, left);
        let level = match transition {
            Transition::Up => Level::Notice,
            Transition::Down => Level::Alert,
            Transition::Stopping => Level::Warning,
        };
        self.logs.event(b.section, level, &line);
        let usable = b
            .servers
            .iter()
            .any(|s| s.shared.state().is_up() || s.shared.state() == State::Unknown);
        if transition == Transition::Down && !usable {
            let line = no_server_line(&b.name);
            self.logs.event(b.section, Level::Emerg, &line);
        }
    }

    pub fn flush(&mut self) {
        self.logs.flush();
    }
}
