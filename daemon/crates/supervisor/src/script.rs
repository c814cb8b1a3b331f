//! Check scripts and notify commands: run as their user, without a shell, one at a time each.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use ipc::ScriptSpec;
use ipc::message::ScriptOutcome;
use sys::epoll::Epoll;
use sys::process::Exit;

pub use crate::command::Command;
use crate::command::{Running, end_if_late, finish, start};
use crate::users::Users;

/// Tokens of script ends in the event loop begin here.
pub const FIRST_TOKEN: u64 = 2 << 32;
/// A notify command that takes longer holds up the ones behind it no more.
const NOTIFY_LIMIT: Duration = Duration::from_secs(30);

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
    notify: VecDeque<Command>,
    notifying: Option<(Running, String)>,
    next_token: u64,
    /// `enable_script_security`.
    guarded: bool,
}

impl Scripts {
    /// Whether programs that others than root may change are kept from running as root.
    pub fn guard(&mut self, guarded: bool) {
        self.guarded = guarded;
    }

    /// Replaces the list of checks. A check that is the same goes on undisturbed.
    pub fn set(&mut self, specs: Vec<ScriptSpec>, now: Instant) {
        let mut old = std::mem::take(&mut self.checks);
        for spec in specs {
            let check = match old.remove(&spec.name) {
                Some(check) if check.spec == spec => check,
                other => {
                    stop(other);
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
            stop(Some(check));
        }
    }

    /// Forgets the checks, as when the process that asked for them is gone.
    pub fn clear(&mut self) {
        for (_, check) in self.checks.drain() {
            stop(Some(check));
        }
    }

    pub fn notify(&mut self, command: Command) {
        self.notify.push_back(command);
    }

    /// Whether notify commands are still to run or running.
    pub fn is_notifying(&self) -> bool {
        self.notifying.is_some() || !self.notify.is_empty()
    }

    /// When [`Scripts::advance`] is to be called again at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let checks = self.checks.values().map(|check| match &check.running {
            Some(running) => running.deadline,
            None => check.next,
        });
        let notify = self.notifying.as_ref().map(|(running, _)| running.deadline);
        checks.chain(notify).min()
    }

    /// Starts what is due, ends what takes too long.
    pub fn advance(&mut self, now: Instant, users: &Users, epoll: &Epoll) -> Vec<Report> {
        let mut reports = Vec::new();
        let names: Vec<String> = self.checks.keys().cloned().collect();
        for name in names {
            self.advance_check(&name, now, users, epoll, &mut reports);
        }
        self.advance_notify(now, users, epoll, &mut reports);
        reports
    }

    fn advance_check(
        &mut self,
        name: &str,
        now: Instant,
        users: &Users,
        epoll: &Epoll,
        reports: &mut Vec<Report>,
    ) {
        let token = self.token();
        let guarded = self.guarded;
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
        // A late start does not make the following ones come faster.
        check.next = now + Duration::from_micros(check.spec.interval_us.max(1000));
        let command = Command {
            argv: check.spec.argv.clone(),
            user: check.spec.user.clone(),
            group: check.spec.group.clone(),
        };
        let limit = Duration::from_micros(check.spec.timeout_us.max(1000));
        match start(&command, token, now + limit, users, guarded, epoll) {
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

    fn advance_notify(
        &mut self,
        now: Instant,
        users: &Users,
        epoll: &Epoll,
        reports: &mut Vec<Report>,
    ) {
        if let Some((running, _)) = &mut self.notifying {
            end_if_late(running, now);
        }
        while self.notifying.is_none() {
            let Some(command) = self.notify.pop_front() else {
                return;
            };
            let token = self.token();
            let shown = command.argv.join(" ");
            match start(
                &command,
                token,
                now + NOTIFY_LIMIT,
                users,
                self.guarded,
                epoll,
            ) {
                Ok(running) => self.notifying = Some((running, shown)),
                Err(reason) => reports.push(Report::Warning(format!(
                    "notify command '{shown}' cannot be run: {reason}"
                ))),
            }
        }
    }

    /// A script's pidfd became readable.
    pub fn ended(&mut self, token: u64, epoll: &Epoll) -> Vec<Report> {
        if let Some((running, _)) = &self.notifying
            && running.token == token
        {
            return self.notify_ended(epoll);
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

    fn notify_ended(&mut self, epoll: &Epoll) -> Vec<Report> {
        let Some((running, shown)) = self.notifying.take() else {
            return Vec::new();
        };
        let how = match (finish(&running, epoll), running.asked) {
            (Some(Exit::Code(0)), false) => return Vec::new(),
            (_, true) => "took too long".to_owned(),
            (Some(Exit::Code(code)), _) => format!("ended with status {code}"),
            (Some(Exit::Signal(signal)), _) => format!("was ended by signal {signal}"),
            (None, _) => "is gone".to_owned(),
        };
        vec![Report::Warning(format!("notify command '{shown}' {how}"))]
    }

    fn token(&mut self) -> u64 {
        self.next_token += 1;
        FIRST_TOKEN + self.next_token % (1 << 31)
    }
}

/// A check that is no longer wanted.
fn stop(check: Option<Check>) {
    if let Some(running) = check.and_then(|check| check.running) {
        running.kill();
    }
}

#[cfg(test)]
#[path = "script_test.rs"]
mod tests;
