//! The names of a section: of servers, and of requests that ask once.

use super::Section;
use crate::message::Kind;
use crate::resolution::{Question, Resolution};

impl Section {
    /// Looks after the name from now on.
    pub fn want(&mut self, name: &str, kind: Kind, now: u64) -> usize {
        let question = Question::new(name, kind);
        match self.places.get(&question).copied() {
            Some(at) => {
                self.change(at, |known| known.stay(now));
                at
            }
            None => self.add(Resolution::new(question, false, now), now),
        }
    }

    /// Asks for the name for one request. What is known of it counts for `hold valid`.
    pub fn ask(&mut self, name: &str, kind: Kind, now: u64) -> usize {
        let question = Question::new(name, kind);
        match self.places.get(&question).copied() {
            Some(at) => {
                let valid = self.rules.hold.valid;
                self.change(at, |known| known.renew(valid, now));
                at
            }
            None => self.add(Resolution::new(question, true, now), now),
        }
    }

    fn add(&mut self, new: Resolution, now: u64) -> usize {
        let at = self.free.pop().unwrap_or_else(|| {
            self.names.push(None);
            self.names.len() - 1
        });
        self.places.insert(new.question.clone(), at);
        self.names[at] = Some(new);
        self.timeline.insert((now, at));
        at
    }

    pub(super) fn forget(&mut self, at: usize) {
        let Some(known) = self.names.get_mut(at).and_then(Option::take) else {
            return;
        };
        if let Some(due) = known.due {
            self.timeline.remove(&(due, at));
        }
        self.by_id.remove(&known.id);
        self.places.remove(&known.question);
        self.free.push(at);
    }

    pub fn get(&self, at: usize) -> Option<&Resolution> {
        self.names.get(at)?.as_ref()
    }

    pub fn find(&self, name: &str, kind: Kind) -> Option<usize> {
        self.places.get(&Question::new(name, kind)).copied()
    }

    /// Forgets the names that are not wanted any more; those of requests end by themselves.
    pub fn retain(&mut self, wanted: impl Fn(usize, &Resolution) -> bool) {
        for at in 0..self.names.len() {
            let known = self.names[at].as_ref().filter(|known| !known.once);
            if known.is_some_and(|known| !wanted(at, known)) {
                self.forget(at);
            }
        }
    }

    /// The address of this name does not answer: perhaps it has another one by now.
    pub fn hurry(&mut self, at: usize, now: u64) {
        self.change(at, |known| known.hurry(now));
    }
}
