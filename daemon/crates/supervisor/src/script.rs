//! Check scripts: run as their user, without a shell, each again and again, but never beside
//! itself.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ipc::ScriptSpec;
use ipc::message::ScriptOutcome;
use sys::epoll::Epoll;
use sys::process::Exit;

pub use crate::command::Command;
use crate::command::{Running, Starter, end_if_late, finish};

/// Tokens of script ends in the event loop begin here.
pub const FIRST_TOKEN: u64 = 2 << 32;

/// Something to tell the VRRP process or the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Report {
    Result {
        name: String,
        outcome: ScriptOutcome,
    },
    Warning(String),
}

#[derive(Debug)]
struct Check {
    spec: ScriptSpec,
    next: Instant,
    running: Option<Running>,
    /// Why it cannot be run, so that the log says it once.
    unusable: Option<String>,
}

/// All scripts.
#[derive(Debug, Default)]
pub struct Scripts {
    checks: HashMap<String, Check>,
    /// Killed, and not gone yet.
    dying: Vec<Running>,
    next_token: u64,
}

impl Scripts {
    /// Replaces the list of checks. A check that is the same goes on undisturbed.
    pub fn set(&mut self, specs: Vec<ScriptSpec>, now: Instant) {
        let mut old = std::mem::take(&mut self.checks);
        for spec in specs {
            let check = match old.remove(&spec.name) {
                Some(check) if check.spec == spec => check,
                other => {
                    self.stop(other);
                    Check {
                        spec: spec.clone(),
                        next: now,
                        running: None,
                        unusable: None,
                    }
                }
            };
            self.checks.insert(spec.name.clone(), check);
        }
        for (_, check) in old {
            self.stop(Some(check));
        }
    }

    pub fn specs(&self) -> Vec<ScriptSpec> {
        let checks = self.checks.values();
        checks.map(|check| check.spec.clone()).collect()
    }

    /// Whether a script runs, or has not ended yet.
    pub fn is_busy(&self) -> bool {
        !self.dying.is_empty() || self.checks.values().any(|check| check.running.is_some())
    }

    /// Forgets the checks, as when the process that asked for them is gone.
    pub fn clear(&mut self) {
        for (_, check) in std::mem::take(&mut self.checks) {
            self.stop(Some(check));
        }
    }

    /// A check that is no longer wanted. Its end comes as an event: a process that the kernel
    /// holds fast must not hold up this one.
    fn stop(&mut self, check: Option<Check>) {
        if let Some(running) = check.and_then(|check| check.running) {
            running.kill();
            self.dying.push(running);
        }
    }

    /// When [`Scripts::advance`] is to be called again at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let checks = self.checks.values().map(|check| match &check.running {
            Some(running) => running.deadline,
            None => check.next,
        });
        checks.min()
    }

    /// Starts what is due, ends what takes too long.
    pub fn advance(&mut self, now: Instant, starter: &Starter<'_>) -> Vec<Report> {
        let mut reports = Vec::new();
        let names: Vec<String> = self.checks.keys().cloned().collect();
        for name in names {
            self.advance_check(&name, now, starter, &mut reports);
        }
        reports
    }

    fn advance_check(
        &mut self,
        name: &str,
        now: Instant,
        starter: &Starter<'_>,
        reports: &mut Vec<Report>,
    ) {
        let token = self.token();
        let Some(check) = self.checks.get_mut(name) else {
            return;
        };
        if let Some(running) = &mut check.running {
            end_if_late(running, now);
            return;
        }
        if now < check.next {
            return;
        }
        check.next = following(check.next, now, check.spec.interval_us);
        let command = Command {
            argv: check.spec.argv.clone(),
            user: check.spec.user.clone(),
            group: check.spec.group.clone(),
        };
        let limit = Duration::from_micros(check.spec.timeout_us.max(1000));
        match starter.start(&command, token, now + limit) {
            Ok(running) => {
                check.running = Some(running);
                check.unusable = None;
            }
            Err(reason) => {
                if check.unusable.as_ref() != Some(&reason) {
                    reports.push(Report::Warning(format!(
                        "script {name} cannot be run: {reason}"
                    )));
                    check.unusable = Some(reason);
                }
                reports.push(Report::Result {
                    name: name.to_owned(),
                    outcome: ScriptOutcome::Unusable,
                });
            }
        }
    }

    /// A script's pidfd became readable.
    pub fn ended(&mut self, token: u64, epoll: &Epoll) -> Vec<Report> {
        if let Some(at) = self.dying.iter().position(|it| it.token == token) {
            finish(&self.dying.swap_remove(at), epoll);
            return Vec::new();
        }
        let found = self.checks.iter_mut().find(|(_, check)| {
            check
                .running
                .as_ref()
                .is_some_and(|running| running.token == token)
        });
        let Some((name, check)) = found else {
            return Vec::new();
        };
        let Some(running) = check.running.take() else {
            return Vec::new();
        };
        let outcome = match (finish(&running, epoll), running.asked) {
            (Some(Exit::Code(0)), false) => ScriptOutcome::Success,
            (_, true) => ScriptOutcome::TimedOut,
            _ => ScriptOutcome::Failure,
        };
        vec![Report::Result {
            name: name.clone(),
            outcome,
        }]
    }

    fn token(&mut self) -> u64 {
        self.next_token += 1;
        FIRST_TOKEN + self.next_token % (1 << 31)
    }
}

/// The next start: a whole number of intervals after the last one. Those that passed while the
/// script still ran, or while this machine stood still, are skipped and not made up for.
fn following(due: Instant, now: Instant, interval_us: u64) -> Instant {
    let interval = Duration::from_micros(interval_us.max(1000));
    let late = now.saturating_duration_since(due).as_nanos();
    let missed = late / interval.as_nanos();
    match u32::try_from(missed + 1) {
        Ok(steps) => due + interval * steps,
        Err(_) => now + interval,
    }
}

#[cfg(test)]
#[path = "script_test.rs"]
mod tests;
