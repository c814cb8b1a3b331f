//! Whether a silent worker hangs. Pure: the caller brings missing beats, the time, and what the
//! kernel says about the process.
//!
//! Silence alone proves nothing: on a busy or stalled machine the worker, this process, or both
//! may simply not have been given a processor. So silence only raises a suspicion, and what the
//! kernel shows of the process decides: stopped, asleep without reason, or busy without ever
//! coming back means hung; waiting for a processor means starved, and killing it would turn a
//! slow moment into an outage.

use std::time::{Duration, Instant};

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
pub const OWN_LATENESS: Duration = Duration::from_millis(10);
/// What a worker gets to come back when we were starved ourselves.
const RECOVERY: Duration = Duration::from_millis(30);

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
    Suspect,
    Hung(&'static str),
}

#[derive(Debug, Default)]
pub struct Liveness {
    configuring: bool,
    suspicion: Option<Suspicion>,
}

/// From a missing beat to the next one, or to the verdict.
#[derive(Debug)]
struct Suspicion {
    since: Instant,
    next_look: Instant,
    first: Option<Evidence>,
    agreeing: u32,
}

impl Liveness {
    /// A beat is missing. `starved`: nor did we run in time.
    pub fn missed(&mut self, now: Instant, starved: bool) {
        let wait = if starved { RECOVERY } else { Duration::ZERO };
        self.suspicion.get_or_insert(Suspicion {
            since: now + wait,
            next_look: now + wait,
            first: None,
            agreeing: 0,
        });
    }

    /// A configuration was sent (true) or answered (false).
    pub fn configuring(&mut self, configuring: bool) {
        self.configuring = configuring;
    }

    /// When [`Self::is_due`] is to be asked next; only suspects are looked at.
    pub fn deadline(&self) -> Option<Instant> {
        Some(self.suspicion.as_ref()?.next_look)
    }

    /// Whether to look at the process and call [`Self::judge`]. `beats`: it beat since.
    pub fn is_due(&mut self, now: Instant, beats: bool) -> bool {
        let Some(suspicion) = &mut self.suspicion else {
            return false;
        };
        if beats {
            self.suspicion = None;
            return false;
        }
        if now < suspicion.next_look {
            return false;
        }
        let late = now.saturating_duration_since(suspicion.next_look);
        if late > OWN_LATENESS {
            // We were not running either; the looks begin anew, and this time does not count.
            *suspicion = Suspicion {
                since: suspicion.since + late + RECOVERY,
                next_look: now + RECOVERY,
                first: None,
                agreeing: 0,
            };
            return false;
        }
        suspicion.next_look = now + LOOK_EVERY;
        true
    }

    /// Decides over a suspect.
    pub fn judge(&mut self, now: Instant, evidence: Evidence) -> Verdict {
        let configuring = self.configuring;
        let Some(suspicion) = &mut self.suspicion else {
            return Verdict::Suspect;
        };
        let silence = now.saturating_duration_since(suspicion.since);
        let limit = if configuring {
            HOPELESS_CONFIGURING
        } else {
            HOPELESS
        };
        if silence > limit {
            return Verdict::Hung("it was silent for too long");
        }
        let first = *suspicion.first.get_or_insert(evidence);
        let reason = reason(configuring, first, evidence);
        suspicion.agreeing = if reason.is_some() {
            suspicion.agreeing + 1
        } else {
            0
        };
        match reason {
            Some(reason) if suspicion.agreeing >= LOOKS => Verdict::Hung(reason),
            _ => Verdict::Suspect,
        }
    }
}

fn reason(configuring: bool, first: Evidence, now: Evidence) -> Option<&'static str> {
    let burnt = now.cpu.saturating_sub(first.cpu);
    match now.state {
        'T' | 't' => Some("it was stopped"),
        // Taking up a configuration may block on the kernel and use time of its own.
        _ if configuring => None,
        // Its timer should have woken it; since the first look it neither ran nor waited.
        'S' if burnt.is_zero() && now.waited == first.waited => Some("it sleeps and does not wake"),
        'R' if burnt > LOOP_CPU => Some("it is busy and does not come back"),
        _ => None,
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
