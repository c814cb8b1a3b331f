//! Programs that check servers for the proxy (`external-check`): each runs once, as the proxy's user,
//! for a bounded time, and so many at once.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::time::Instant;

use ipc::Verdict;
use sys::epoll::Epoll;
use sys::process::{Exit, Identity};

use crate::command::{Running, Starter, end_if_late, finish};

/// Tokens of their ends in the event loop begin here.
pub const FIRST_TOKEN: u64 = 5 << 32;
/// So many run at once; others wait for their turn.
const MOST: usize = 64;

/// A run that is asked for.
#[derive(Debug)]
pub struct Wanted {
    pub id: u64,
    /// Whose servers it checks.
    pub section: String,
    pub program: String,
    pub arguments: Vec<String>,
    pub env: Vec<(OsString, OsString)>,
    pub identity: Option<Identity>,
    /// When nobody waits for it any more.
    pub deadline: Instant,
}

/// Something to tell the proxy or the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Verdict(u64, Verdict),
    Warning(String),
}

#[derive(Debug, Default)]
pub struct Programs {
    waiting: VecDeque<Wanted>,
    /// With the number of the request, while somebody waits for it.
    running: Vec<(Option<u64>, Running)>,
    next_token: u64,
    /// Why those of a section are not run, so that the log says it once.
    unusable: HashMap<String, String>,
}

impl Programs {
    pub fn add(&mut self, wanted: Wanted) {
        self.waiting.push_back(wanted);
    }

    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// When [`Programs::advance`] is to be called again at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        self.running.iter().map(|(_, it)| it.deadline).min()
    }

    /// Ends what takes too long, starts what may begin.
    pub fn advance(&mut self, now: Instant, starter: &Starter<'_>) -> Vec<Said> {
        for (_, running) in &mut self.running {
            end_if_late(running, now);
        }
        let mut said = Vec::new();
        while self.running.len() < MOST
            && let Some(wanted) = self.waiting.pop_front()
        {
            self.begin(wanted, now, starter, &mut said);
        }
        said
    }

    fn begin(&mut self, wanted: Wanted, now: Instant, starter: &Starter<'_>, said: &mut Vec<Said>) {
        self.next_token += 1;
        let token = FIRST_TOKEN + self.next_token % (1 << 31);
        let started = if now >= wanted.deadline {
            // The proxy has counted it as too slow.
            Err((None, format!("{MOST} others run, and its time was over")))
        } else {
            let argv = (wanted.program.as_str(), wanted.arguments.as_slice());
            let (env, identity) = (&wanted.env, wanted.identity.as_ref());
            starter
                .launch(argv, env, identity, token, wanted.deadline)
                .map_err(|reason| (Some(Verdict::Unusable), reason))
        };
        match started {
            Ok(running) => {
                self.unusable.remove(&wanted.section);
                self.running.push((Some(wanted.id), running));
            }
            Err((verdict, reason)) => {
                said.extend(verdict.map(|verdict| Said::Verdict(wanted.id, verdict)));
                if self.unusable.get(&wanted.section) != Some(&reason) {
                    said.push(Said::Warning(format!(
                        "the external check of {} is not run: {reason}",
                        wanted.section
                    )));
                    self.unusable.insert(wanted.section, reason);
                }
            }
        }
    }

    /// A program's pidfd became readable. Of one that was cut short nothing is said.
    pub fn ended(&mut self, token: u64, epoll: &Epoll) -> Option<Said> {
        let at = self.running.iter().position(|(_, it)| it.token == token)?;
        let (id, running) = self.running.swap_remove(at);
        let exit = finish(&running, epoll);
        let verdict = match exit? {
            Exit::Code(code) => Verdict::Code(code),
            Exit::Signal(_) => Verdict::Signal,
        };
        let id = id.filter(|_| !running.asked)?;
        Some(Said::Verdict(id, verdict))
    }

    /// Nothing more begins: whoever waits asks again.
    pub fn postpone(&mut self) -> Vec<Said> {
        let waiting = self.waiting.drain(..);
        let postponed = waiting.map(|wanted| Said::Verdict(wanted.id, Verdict::Postponed));
        postponed.collect()
    }

    /// Who asked is gone. Ends come as events: a process that the kernel holds fast must not hold up
    /// this one.
    pub fn clear(&mut self) {
        self.waiting.clear();
        for (id, running) in &mut self.running {
            *id = None;
            running.kill();
        }
    }
}

#[cfg(test)]
#[path = "programs_test.rs"]
mod tests;
