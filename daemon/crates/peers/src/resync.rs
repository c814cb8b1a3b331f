//! Who is asked for everything after a start, and when nobody is asked any more.

/// How long one that was asked may take, and how long one that may be asked is waited for.
const PATIENCE: u64 = 5000;

/// Where what is known comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A peer that had everything.
    Taught,
    /// Nobody could be asked: this side is what there is.
    Alone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Somebody is to be asked, until then.
    Wanted {
        until: u64,
    },
    /// This one was asked.
    Asked {
        peer: usize,
        until: u64,
    },
    Done(Origin),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resync {
    state: State,
    /// Those that had not everything themselves.
    partial: Vec<usize>,
}

impl Resync {
    pub fn begin(now: u64) -> Self {
        Self {
            state: State::Wanted {
                until: now + PATIENCE,
            },
            partial: Vec::new(),
        }
    }

    /// Whether this side can teach others everything.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done(_))
    }

    /// Whether the peer with an open session is to be asked now.
    pub fn ask(&mut self, peer: usize, now: u64) -> bool {
        let wanted = matches!(self.state, State::Wanted { .. }) && !self.partial.contains(&peer);
        if wanted {
            self.state = State::Asked {
                peer,
                until: now + PATIENCE,
            };
        }
        wanted
    }

    /// The peer is making progress: it is given more time.
    pub fn goes_on(&mut self, from: usize, now: u64) {
        if let State::Asked { peer, until } = &mut self.state
            && *peer == from
        {
            *until = now + PATIENCE;
        }
    }

    /// The peer has sent what it has; `whole`: that is everything.
    pub fn finished(&mut self, from: usize, whole: bool, now: u64) {
        match self.state {
            State::Asked { peer, .. } if peer == from && whole => {
                self.state = State::Done(Origin::Taught);
            }
            State::Asked { peer, .. } if peer == from => {
                self.partial.push(peer);
                self.want(now);
            }
            _ => {}
        }
    }

    pub fn lost(&mut self, gone: usize, now: u64) {
        if matches!(self.state, State::Asked { peer, .. } if peer == gone) {
            self.want(now);
        }
    }

    fn want(&mut self, now: u64) {
        self.state = State::Wanted {
            until: now + PATIENCE,
        };
    }

    pub fn tick(&mut self, now: u64) {
        match self.state {
            State::Wanted { until } if now >= until => self.state = State::Done(Origin::Alone),
            State::Asked { until, .. } if now >= until => self.want(now),
            _ => {}
        }
    }

    pub fn due(&self) -> Option<u64> {
        match self.state {
            State::Wanted { until } | State::Asked { until, .. } => Some(until),
            State::Done(_) => None,
        }
    }

    pub fn origin(&self) -> Option<Origin> {
        match self.state {
            State::Done(origin) => Some(origin),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_has_everything_teaches() {
        let mut resync = Resync::begin(0);
        assert!(resync.ask(0, 10));
        assert!(!resync.ask(1, 11));
        resync.finished(1, true, 12);
        assert!(!resync.is_done());
        resync.finished(0, true, 13);
        assert_eq!(resync.origin(), Some(Origin::Taught));
        assert_eq!(resync.due(), None);
    }

    #[test]
    fn others_are_asked_when_one_has_not_everything_or_goes() {
        let mut resync = Resync::begin(0);
        assert!(resync.ask(0, 10));
        resync.finished(0, false, 20);
        assert!(!resync.ask(0, 21));
        assert!(resync.ask(1, 22));
        resync.goes_on(1, 5000);
        resync.tick(5100);
        resync.lost(1, 6000);
        assert!(resync.ask(1, 6001));
        resync.tick(11_001);
        assert!(!resync.is_done());
        resync.tick(16_001);
        assert_eq!(resync.origin(), Some(Origin::Alone));
    }
}
