//! When a server changes between up and down: `rise`, `fall` and the three intervals
//! (HAProxy configuration manual 5.2).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::result::Outcome;

/// The check parameters of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Time between two checks.
    pub inter: Duration,
    /// The same while the server is going up or down, or not yet checked.
    pub fastinter: Option<Duration>,
    /// The same while the server is fully down.
    pub downinter: Option<Duration>,
    /// Consecutive passed checks that bring a server up, at least 1.
    pub rise: u32,
    /// Consecutive failed checks that take a server down, at least 1.
    pub fall: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inter: Duration::from_secs(2),
            fastinter: None,
            downinter: None,
            rise: 2,
            fall: 3,
        }
    }
}

/// A change of state that a check brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    Up,
    Down,
    /// Alive, but no new sessions (conditional pass).
    Stopping,
}

/// A server's health: a level from 0 (down, last check failed) to `rise + fall - 1` (up, last
/// check passed). The server is up from level `rise` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    settings: Settings,
    level: u32,
    stopping: bool,
    checked: bool,
}

impl Health {
    /// A server not yet checked counts as up, and the first check decides: one failure takes it
    /// down, one pass makes it fully up.
    pub fn new(settings: Settings) -> Self {
        let settings = Settings {
            rise: settings.rise.max(1),
            fall: settings.fall.max(1),
            ..settings
        };
        Self {
            settings,
            level: settings.rise,
            stopping: false,
            checked: false,
        }
    }

    /// The same health under new settings, as after a reload: up stays up, down stays down.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        let fresh = Self::new(settings);
        let level = match (self.is_up(), self.level == 0, self.level == self.top()) {
            (true, _, true) => fresh.top(),
            (true, ..) => self.level.saturating_sub(self.settings.rise) + fresh.settings.rise,
            (false, true, _) => 0,
            (false, ..) => self.level.min(fresh.settings.rise - 1),
        };
        Self {
            level: level.min(fresh.top()),
            stopping: self.stopping,
            checked: self.checked,
            ..fresh
        }
    }

    /// So bad that one more failure takes it down.
    pub fn weaken(&mut self) {
        self.level = self.level.min(self.settings.rise + 1);
    }

    /// As bad as it can be while it is up.
    pub fn doom(&mut self) {
        self.level = self.level.min(self.settings.rise);
    }

    /// `fastinter`, where given.
    pub fn fast_interval(&self) -> Option<Duration> {
        self.settings.fastinter
    }

    /// Somebody says how it is: as far up or down as it can be.
    pub fn force(&mut self, outcome: Outcome) {
        self.checked = true;
        self.level = match outcome {
            Outcome::Failed => 0,
            Outcome::Passed | Outcome::Conditional => self.top(),
        };
        self.stopping = outcome == Outcome::Conditional;
    }

    /// As if it had never been checked.
    #[must_use]
    pub fn anew(self) -> Self {
        Self::new(self.settings)
    }

    /// From 0 to `rise + fall - 1`.
    pub fn level(&self) -> u32 {
        self.level
    }

    pub fn is_up(&self) -> bool {
        self.level >= self.settings.rise
    }

    /// Whether new sessions may be sent to the server.
    pub fn takes_sessions(&self) -> bool {
        self.is_up() && !self.stopping
    }

    /// Whether any check has ended yet.
    pub fn is_checked(&self) -> bool {
        self.checked
    }

    /// Takes in the outcome of a check.
    pub fn observe(&mut self, outcome: Outcome) -> Option<Transition> {
        self.checked = true;
        match outcome {
            Outcome::Failed => self.failed(),
            Outcome::Passed => self.passed(false),
            // A server that is down stays down on a conditional pass: it is not to get sessions.
            Outcome::Conditional if self.is_up() => self.passed(true),
            Outcome::Conditional => None,
        }
    }

    /// Time until the next check, counted from the start of the last one.
    pub fn interval(&self) -> Duration {
        let settings = &self.settings;
        let special = if !self.checked {
            settings.fastinter
        } else if self.level == 0 {
            settings.downinter
        } else if self.level == self.top() {
            None
        } else {
            settings.fastinter
        };
        special.unwrap_or(settings.inter)
    }

    /// `3/3 UP`, `1/2 DOWN`: how far the counter is, and towards what.
    pub fn progress(&self) -> String {
        let Settings { rise, fall, .. } = self.settings;
        if self.is_up() {
            format!("{}/{fall} UP", self.level - rise + 1)
        } else {
            format!("{}/{rise} DOWN", self.level)
        }
    }

    /// The statistics column `status`: `UP`, `UP 2/3`, `DOWN`, `DOWN 1/2`, `NOLB`.
    pub fn status(&self) -> String {
        let Settings { rise, fall, .. } = self.settings;
        let name = match (self.is_up(), self.stopping) {
            (true, true) => "NOLB",
            (true, false) => "UP",
            (false, _) => "DOWN",
        };
        if self.level == 0 || self.level == self.top() || !self.checked {
            return name.to_owned();
        }
        if self.is_up() {
            format!("{name} {}/{fall}", self.level - rise + 1)
        } else {
            format!("{name} {}/{rise}", self.level)
        }
    }

    fn top(&self) -> u32 {
        self.settings.rise + self.settings.fall - 1
    }

    fn failed(&mut self) -> Option<Transition> {
        if self.level > self.settings.rise {
            self.level -= 1;
            return None;
        }
        let was_up = self.is_up();
        self.level = 0;
        self.stopping = false;
        was_up.then_some(Transition::Down)
    }

    fn passed(&mut self, conditionally: bool) -> Option<Transition> {
        let was_up = self.is_up();
        self.level += 1;
        if self.level >= self.settings.rise {
            self.level = self.top();
        }
        let was_stopping = self.stopping;
        self.stopping = conditionally;
        match (was_up, self.is_up()) {
            (false, true) => Some(Transition::Up),
            (true, _) if was_stopping && !conditionally => Some(Transition::Up),
            (true, _) if !was_stopping && conditionally => Some(Transition::Stopping),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "state_test.rs"]
mod tests;
