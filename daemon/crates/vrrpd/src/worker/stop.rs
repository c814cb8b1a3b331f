//! Leaving: every mastership is handed over first, then the process ends.

use vrrp::instance::State;
use vrrp::{Event, Micros};

use super::Worker;
use crate::{WorkerError, clock};

impl Worker {
    pub(super) fn finished(&self) -> bool {
        self.stopping && self.states().all(|(_, state)| state == State::Init)
    }

    pub(super) fn signalled(&mut self) -> Result<(), WorkerError> {
        while self.signals.read()?.is_some() {
            self.begin_stop(None);
        }
        Ok(())
    }

    /// Hands every mastership over, then stops. `limit` shortens the wait for a successor.
    pub(super) fn begin_stop(&mut self, limit: Option<Micros>) {
        self.stopping = true;
        self.hand_over(limit);
    }

    pub(super) fn hand_over(&mut self, limit: Option<Micros>) {
        let now = clock::monotonic();
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            let Some(instance) = self.node.get(id) else {
                continue;
            };
            let usual = instance.handover_patience();
            let patience = limit.map_or(usual, |limit| limit.min(usual));
            let effects = self.node.step(id, Event::Handover { patience }, now);
            self.execute(effects);
        }
    }

    /// Instances that have heard nobody since they started become master at once.
    pub(super) fn lead(&mut self) {
        let effects = self.node.step_all(Event::Lead, clock::monotonic());
        self.execute(effects);
    }

    /// Whatever is no longer master has nothing to wait for.
    pub(super) fn advance_stop(&mut self) {
        if !self.stopping {
            return;
        }
        let now = clock::monotonic();
        let done: Vec<_> = self
            .states()
            .filter(|(_, state)| !matches!(state, State::Master | State::Init))
            .map(|(id, _)| id)
            .collect();
        for id in done {
            let effects = self.node.step(id, Event::Stop, now);
            self.execute(effects);
        }
    }
}
