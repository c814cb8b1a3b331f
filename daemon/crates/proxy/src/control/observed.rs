//! Errors of live traffic, as if checks had found them (`observe`, `on-error`).

use super::change::{Change, News};
use super::checks::{Checks, Kind, Watched, ms};
use crate::shared::{ServerShared, State};
use config::haproxy::model::OnError;
use health::{CheckResult, CheckStatus};
use std::sync::Arc;

impl Checks {
    /// So many errors in a row, and what the last one was.
    pub fn observed(
        &mut self,
        server: &Arc<ServerShared>,
        (count, last): (u32, &str),
        now: u64,
        changes: &mut Vec<Change>,
    ) {
        let Some(at) = self.place(server) else {
            return;
        };
        let member = &mut self.roster.members[at];
        let paused = server.state() == State::Maintenance;
        let health = member.health.as_mut();
        let Some(health) = health.filter(|health| health.is_up() && !paused) else {
            return;
        };
        server.failed_traffic.add(1);
        match member.on_error {
            OnError::Fastinter => return self.hurry(at, now),
            OnError::FailCheck => {}
            OnError::SuddenDeath => health.weaken(),
            OnError::MarkDown => health.doom(),
        }
        let info = format!("Detected {count} consecutive errors, last one was: {last}");
        let result = CheckResult::new(CheckStatus::Observed).with_info(info);
        health.observe(result.outcome());
        let news = News::Check {
            is_agent: false,
            health: *health,
            result: result.clone(),
            noted: true,
        };
        member.last = Some(result);
        self.roster.checked(at, news, changes);
        self.hurry(at, now);
    }

    /// The next check comes after `fastinter`, unless it comes sooner anyway.
    fn hurry(&mut self, member: usize, now: u64) {
        let waits =
            |w: &Watched| w.member == member && w.kind == Kind::Health && w.running.is_none();
        let health = self.roster.members[member].health;
        let fast = health.and_then(|health| health.fast_interval());
        if let (Some(at), Some(fast)) = (self.watched.iter().position(waits), fast)
            && self.watched[at].next > now + ms(fast)
        {
            self.schedule(at, now + ms(fast));
        }
    }
}
