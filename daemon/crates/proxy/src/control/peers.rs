//! The thread that shares stick tables with other hosts: begun with the first configuration that
//! has some, ended with one that has none.

use super::{Control, RunError};
use crate::desk::Answer;
use crate::peering::{Peering, groups};
use crate::plan::Plan;
use crate::worker::Grant;
use std::sync::Arc;
use sys::epoll::Waker;

/// Splits off the sockets of `peers` sections: no worker hears of them.
pub fn split(grants: Vec<Grant>) -> (Vec<Grant>, Vec<Grant>) {
    grants
        .into_iter()
        .partition(|grant| grant.frontend.starts_with("peers "))
}

impl Control {
    pub(super) fn configure_peers(
        &mut self,
        plan: &Plan,
        grants: Vec<Grant>,
    ) -> Result<(), RunError> {
        self.peers_grants = grants;
        self.follow_peers(plan)
    }

    /// The same sockets with another plan.
    pub(super) fn follow_peers(&mut self, plan: &Plan) -> Result<(), RunError> {
        let Some(registry) = self.registry.as_ref().filter(|_| !self.stopping) else {
            return Ok(());
        };
        let groups = groups(plan, |name| registry.known_table(name), &self.peers_grants);
        if groups.is_empty() {
            self.peering = None;
            return Ok(());
        }
        if self.peering.is_none() {
            let waker = if let Some(waker) = registry.bell.get() {
                waker.clone()
            } else {
                let waker = Arc::new(Waker::new()?);
                let _ = registry.bell.set(waker.clone());
                waker
            };
            self.peering = Some(Peering::start(waker)?);
        }
        if let Some(peering) = &self.peering {
            peering.configure(groups);
        }
        Ok(())
    }

    /// `show peers [dict|-] [SECTION]`
    pub(super) fn show_peers(&self, words: &[String]) -> Answer {
        let first = words.first().map_or("", String::as_str);
        let dict = first == "dict";
        let only = match first {
            "dict" | "-" => words.get(1).map_or("", String::as_str),
            name => name,
        };
        let shown = match &self.peering {
            Some(peering) => peering.show(only, dict),
            None => only.is_empty().then(String::new),
        };
        match shown {
            Some(text) => Answer::Text(text),
            None => Answer::error("No such peers\n"),
        }
    }
}
