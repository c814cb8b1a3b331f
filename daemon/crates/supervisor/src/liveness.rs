//! Whether a silent worker hangs. Pure: the caller brings heartbeats, the time, and what the
//! kernel says about the process.
//!
//! Silence alone proves nothing: on a busy or stalled machine the worker, this process, or both
//! may simply not have been given a processor. So silence only raises a suspicion, and what the
//! kernel shows of the process decides: stopped, asleep without reason, or busy without ever
//! coming back means hung; waiting for a processor means starved, and killing it would turn a
//! slow moment into an outage.

use std::time::{Duration, Instant};

/// Heartbeats that must be missing to raise a suspicion.
const MISSING: u32 = 3;
/// Time between two looks at a suspect.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Looks in a row that must agree before a suspect is called hung.
const LOOKS: u32 = 3;
/// Processor time burnt in silence that means a loop.
const LOOP_CPU: Duration = Duration::from_millis(100);
/// Silence after which a worker is hung whatever it looks like.
const HOPELESS: Duration = Duration::from_secs(3);
/// The same while it takes up a configuration, which may be large.
const HOPELESS_CONFIGURING: Duration = Duration::from_secs(10);
/// Lateness of our own timers that says that we were starved ourselves.
const OWN_LATENESS: Duration = Duration::from_millis(10);

/// What the kernel shows of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Letter of the state in proc(5): `R`, `S`, `D`, `T`, `t`, `Z`, `X`.
    pub state: char,
    /// Processor time used since its start.
    pub cpu: Duration,
    /// Time that it spent waiting for a processor.
    pub waited: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Alive,
    /// Silent: look at the process and call [`Liveness::judge`].
    Suspect,
    Hung(&'static str),
}

#[derive(Debug)]
pub struct Liveness {
    last_heard: Instant,
    /// Next time at which [`Self::check`] wants to be called.
    next_check: Instant,
    /// Silence that raises a suspicion.
    suspicious: Duration,
    configuring: bool,
    first_look: Option<Evidence>,
    agreeing: u32,
}

impl Liveness {
    /// Watching begins with the first heartbeat. `every`: when the next one is to come.
    pub fn new(now: Instant, every: Duration) -> Self {
        Self {
            last_heard: now,
            next_check: now + every * MISSING,
            suspicious: every * MISSING,
            configuring: false,
            first_look: None,
            agreeing: 0,
        }
    }

    pub fn heard(&mut self, now: Instant, every: Duration) {
        self.last_heard = now;
        self.suspicious = every * MISSING;
        self.next_check = now + self.suspicious;
        self.first_look = None;
        self.agreeing = 0;
    }

    /// A configuration was sent (true) or answered (false).
    pub fn configuring(&mut self, configuring: bool) {
        self.configuring = configuring;
    }

    pub fn deadline(&self) -> Instant {
        self.next_check
    }

    /// To be called at [`Self::deadline`], after all that arrived was read.
    pub fn check(&mut self, now: Instant) -> Verdict {
        if now < self.next_check {
            return Verdict::Alive;
        }
        let late = now.saturating_duration_since(self.next_check);
        if late > OWN_LATENESS && self.first_look.is_none() {
            // We were not running either; the worker gets its full time from now on.
            self.next_check = now + self.suspicious;
            return Verdict::Alive;
        }
        self.next_check = now + LOOK_EVERY;
        Verdict::Suspect
    }

    /// Decides over a suspect.
    pub fn judge(&mut self, now: Instant, evidence: Evidence) -> Verdict {
        let silence = now.saturating_duration_since(self.last_heard);
        let limit = if self.configuring {
            HOPELESS_CONFIGURING
        } else {
            HOPELESS
        };
        if silence > limit {
            return Verdict::Hung("it was silent for too long");
        }
        let first = *self.first_look.get_or_insert(evidence);
        let reason = self.suspicion(first, evidence);
        self.agreeing = if reason.is_some() {
            self.agreeing + 1
        } else {
            0
        };
        match reason {
            Some(reason) if self.agreeing >= LOOKS => Verdict::Hung(reason),
            _ => Verdict::Suspect,
        }
    }

    fn suspicion(&self, first: Evidence, now: Evidence) -> Option<&'static str> {
        let burnt = now.cpu.saturating_sub(first.cpu);
        match now.state {
            'T' | 't' => Some("it was stopped"),
            // Taking up a configuration may block on the kernel and use time of its own.
            _ if self.configuring => None,
            // Its timer should have woken it; since the first look it neither ran nor waited.
            'S' if burnt.is_zero() && now.waited == first.waited => {
                Some("it sleeps and does not wake")
            }
            'R' if burnt > LOOP_CPU => Some("it is busy and does not come back"),
            _ => None,
        }
    }
}

/// Reads the evidence of a process; `None` when it is gone.
pub fn evidence(pid: u32) -> Option<Evidence> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may contain anything, so the state is looked for behind its closing bracket.
    let state = stat[stat.rfind(')')? + 1..].trim_start().chars().next()?;
    let schedule = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
    let mut numbers = schedule
        .split_ascii_whitespace()
        .map(|word| Duration::from_nanos(word.parse().unwrap_or(0)));
    Some(Evidence {
        state,
        cpu: numbers.next().unwrap_or_default(),
        waited: numbers.next().unwrap_or_default(),
    })
}

#[cfg(test)]
#[path = "liveness_test.rs"]
mod tests;
