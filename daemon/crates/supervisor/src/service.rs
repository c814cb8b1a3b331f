//! Whether the proxy serves, as the VRRP process is told. Pure: the caller brings what the proxy
//! says and the time.
//!
//! The proxy speaks for itself as long as it runs and answers. When it dies it is back within
//! milliseconds and its clients wait in the listeners' queues, so the address must not move for
//! that; when it stays away, comes back sick or stops answering, it must.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// A proxy that serves again sooner was never away. A new process, or a configuration with other
/// checks, needs their first results before it can say that it serves.
const GRACE: Duration = Duration::from_secs(3);
/// Between two questions whether it still answers.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A question without an answer for so long means that nobody should rely on it.
const SILENT: Duration = Duration::from_secs(3);
/// After so long it is started anew.
const HUNG: Duration = Duration::from_secs(10);

/// What the VRRP process is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub up: bool,
    pub reason: String,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    Tell(Word),
    /// Ask the proxy for a sign of life, then call [`Service::asked`].
    Ask,
    /// The proxy hangs: kill it, then it is restarted as after any death.
    Kill,
}

#[derive(Debug, Default)]
pub struct Service {
    /// The proxy's own last word.
    said: Option<Word>,
    /// What the VRRP process was told last.
    told: Option<Word>,
    /// A bad word that is held back until then.
    doubt: Option<(Instant, Word)>,
    /// The process that runs is a successor, or its configuration is new: its first moments.
    fresh_until: Option<Instant>,
    /// The question that was not answered yet.
    asked: Option<Instant>,
    next_ask: Option<Instant>,
}

impl Service {
    /// No proxy runs here at all.
    pub fn absent(reason: &str) -> Self {
        let word = Word {
            up: false,
            reason: reason.to_owned(),
        };
        Self {
            told: Some(word),
            ..Self::default()
        }
    }

    /// As the VRRP process was told by the program before this one.
    pub fn resumed(told: Option<Word>, now: Instant) -> Self {
        Self {
            said: told.clone(),
            told,
            next_ask: Some(now + ASK_EVERY),
            ..Self::default()
        }
    }

    /// What a VRRP process that starts now is to know.
    pub fn told(&self) -> Option<&Word> {
        self.told.as_ref()
    }

    /// The proxy took up its configuration.
    pub fn ready(&mut self, now: Instant) {
        self.next_ask.get_or_insert(now + ASK_EVERY);
    }

    /// It is given another configuration: servers that are checked otherwise are unknown at first.
    pub fn reconfigured(&mut self, now: Instant) {
        self.fresh_until = Some(now + GRACE);
    }

    /// The proxy speaks about itself.
    pub fn said(&mut self, word: Word, now: Instant) -> Option<Word> {
        self.said = Some(word.clone());
        let served = self.told.as_ref().is_some_and(|told| told.up);
        let fresh = self.fresh_until.is_some_and(|until| now < until);
        if word.up {
            self.doubt = None;
            self.fresh_until = None;
        } else if fresh && served {
            self.doubt(word, now);
            return None;
        }
        self.tell(word)
    }

    /// The process ended and will be started again.
    pub fn ended(&mut self, now: Instant) {
        self.fresh_until = Some(now + GRACE);
        self.asked = None;
        self.next_ask = None;
        self.said = None;
        let reason = "the proxy process is not running".to_owned();
        self.doubt(Word { up: false, reason }, now);
    }

    pub fn asked(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
        self.next_ask = Some(now + ASK_EVERY);
    }

    /// A sign of life; the proxy's own word counts again.
    pub fn answered(&mut self) -> Option<Word> {
        self.asked = None;
        if self.doubt.is_some() {
            return None;
        }
        self.said.clone().and_then(|word| self.tell(word))
    }

    /// When [`Service::due`] has something to say at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let doubt = self.doubt.as_ref().map(|(at, _)| *at);
        let silence = self.asked.map(|at| at + SILENT);
        [doubt, silence.filter(|_| self.serves()), self.next_ask]
            .into_iter()
            .flatten()
            .min()
    }

    /// What is due now; to be called until `None`.
    pub fn due(&mut self, now: Instant) -> Option<Need> {
        if let Some((_, word)) = self.doubt.take_if(|(at, _)| now >= *at) {
            return self.tell(word).map(Need::Tell);
        }
        if self.asked.is_some_and(|at| now >= at + HUNG) {
            self.asked = None;
            self.next_ask = None;
            return Some(Need::Kill);
        }
        if self.asked.is_some_and(|at| now >= at + SILENT) && self.serves() {
            let reason = "the proxy process does not answer".to_owned();
            return self.tell(Word { up: false, reason }).map(Need::Tell);
        }
        self.next_ask
            .is_some_and(|at| now >= at)
            .then_some(Need::Ask)
    }

    fn serves(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.up)
    }

    /// A doubt that lasts is not put off by another one.
    fn doubt(&mut self, word: Word, now: Instant) {
        if self.serves() {
            self.doubt.get_or_insert((now + GRACE, word));
        }
    }

    fn tell(&mut self, word: Word) -> Option<Word> {
        if self.told.as_ref() == Some(&word) {
            return None;
        }
        self.told = Some(word.clone());
        Some(word)
    }
}

#[cfg(test)]
#[path = "service_test.rs"]
mod tests;
