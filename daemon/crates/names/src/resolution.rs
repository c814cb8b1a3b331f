//! One name of a `resolvers` section: its round of questions, what the answers said, and how long
//! that counts (haproxy's configuration manual, 5.3). Clock-free.

use super::message::Kind;
use super::reply::{Records, Service};
use std::net::IpAddr;

/// How a section asks; times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub retries: u32,
    pub resolve: u64,
    pub retry: u64,
    pub payload: u16,
    pub hold: Hold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub nx: u64,
    pub refused: u64,
    pub timeout: u64,
    pub other: u64,
    pub valid: u64,
    pub obsolete: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Nx,
    Refused,
    Timeout,
    Other,
}

impl Failure {
    fn hold(self, hold: &Hold) -> u64 {
        match self {
            Self::Nx => hold.nx,
            Self::Refused => hold.refused,
            Self::Timeout => hold.timeout,
            Self::Other => hold.other,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    /// In small letters.
    pub name: String,
    /// The preferred family, or a service.
    pub kind: Kind,
}

impl Question {
    pub(crate) fn new(name: &str, kind: Kind) -> Self {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        Self { name, kind }
    }
}

/// What follows when a name server has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Others may have one, or the time for the next try comes.
    Wait,
    OtherFamily,
    /// That was the last try.
    Concluded,
}

/// What is known of a name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// The first round of questions is not over.
    Asking,
    Good,
    /// The last good answer is too old for this failure.
    Lost(Failure),
}

#[derive(Debug)]
pub struct Resolution {
    pub question: Question,
    /// What this round asks for: after an error the other family.
    pub(crate) kind: Kind,
    pub(crate) id: u16,
    /// The query as it went out; empty between rounds.
    pub(crate) asked: Vec<u8>,
    /// Name servers that have not answered the question that is out.
    pub(crate) open: Vec<bool>,
    tries: u32,
    /// When the question is late, or the next round begins.
    pub(crate) due: Option<u64>,
    /// Asked for requests only: it is forgotten when what is known of it has become too old.
    pub(crate) once: bool,
    latest: Option<Failure>,
    /// What a name server said to the question that is out.
    said: Option<Failure>,
    pub knowledge: Knowledge,
    last_valid: Option<u64>,
    addresses: Vec<(IpAddr, u64)>,
    services: Vec<(Service, u64)>,
    /// The name server whose answer was taken last.
    pub by: usize,
}

impl Resolution {
    pub(crate) fn new(question: Question, once: bool, now: u64) -> Self {
        Self {
            kind: question.kind,
            question,
            id: 0,
            asked: Vec::new(),
            open: Vec::new(),
            tries: 0,
            due: Some(now),
            once,
            latest: None,
            said: None,
            knowledge: Knowledge::Asking,
            last_valid: None,
            addresses: Vec::new(),
            services: Vec::new(),
            by: 0,
        }
    }

    pub fn addresses(&self) -> Vec<IpAddr> {
        self.addresses.iter().map(|(ip, _)| *ip).collect()
    }

    pub fn services(&self) -> Vec<Service> {
        self.services.iter().map(|(s, _)| s.clone()).collect()
    }

    /// It is looked after from now on.
    pub(crate) fn stay(&mut self, now: u64) {
        if std::mem::take(&mut self.once) && !self.is_asking() {
            self.due = Some(now);
        }
    }

    /// A request asks: what is known counts as long as it is valid.
    pub(crate) fn renew(&mut self, valid: u64, now: u64) {
        if self.is_asking() || self.answers(valid, now) {
            return;
        }
        if self.once {
            *self = Self::new(self.question.clone(), true, now);
        }
        self.due = Some(now);
    }

    /// Whether a request need not wait.
    pub fn answers(&self, valid: u64, now: u64) -> bool {
        let fresh = self.last_valid.is_some_and(|at| now < at + valid);
        fresh && self.knowledge == Knowledge::Good
    }

    /// Nobody will use what is known of it.
    pub(crate) fn is_over(&self) -> bool {
        self.once && !self.is_asking() && self.knowledge != Knowledge::Asking
    }

    pub(crate) fn is_asking(&self) -> bool {
        !self.asked.is_empty()
    }

    /// The time of `due` has come. False: the round is over without an answer.
    pub(crate) fn begin(&mut self, rules: &Rules, now: u64) -> bool {
        if self.is_asking() {
            let said = self.said.take();
            if said.is_none() {
                self.latest = Some(Failure::Timeout);
            } else if let Some(other) = self.untried() {
                // Those who answered have no such record; the others will not answer.
                self.kind = other;
                self.due = Some(now + rules.retry);
                return true;
            }
            self.tries = self.tries.saturating_sub(1);
            if self.tries == 0 {
                self.conclude(rules, now);
                return false;
            }
        } else {
            self.tries = rules.retries.max(1);
        }
        self.kind = self.question.kind;
        self.due = Some(now + rules.retry);
        true
    }

    /// A name server has no answer.
    pub(crate) fn fail(&mut self, failure: Failure, rules: &Rules, now: u64) -> Next {
        self.latest = Some(failure);
        self.said = Some(failure);
        if self.open.contains(&true) {
            return Next::Wait;
        }
        // All have said so. The same question waits for its time; the other family does not.
        if let Some(other) = self.untried() {
            (self.kind, self.said) = (other, None);
            return Next::OtherFamily;
        }
        if self.tries > 1 {
            return Next::Wait;
        }
        self.conclude(rules, now);
        Next::Concluded
    }

    /// The other family, when it was not asked for in this turn.
    fn untried(&self) -> Option<Kind> {
        let other = self.question.kind.other();
        other.filter(|_| self.kind == self.question.kind)
    }

    pub(crate) fn take(&mut self, records: Records, by: usize, rules: &Rules, now: u64) {
        self.by = by;
        for ip in records.addresses {
            match self.addresses.iter_mut().find(|(known, _)| *known == ip) {
                Some((_, seen)) => *seen = now,
                None => self.addresses.push((ip, now)),
            }
        }
        for service in records.services {
            let same =
                |known: &Service| (&known.target, known.port) == (&service.target, service.port);
            match self.services.iter_mut().find(|(known, _)| same(known)) {
                Some(known) => *known = (service, now),
                None => self.services.push((service, now)),
            }
        }
        let keep = |seen: u64| seen == now || now < seen + rules.hold.obsolete;
        self.addresses.retain(|(_, seen)| keep(*seen));
        self.services.retain(|(_, seen)| keep(*seen));
        self.last_valid = Some(now);
        self.latest = None;
        self.conclude(rules, now);
    }

    /// Begins anew soon: the address that is known does not seem to answer.
    pub(crate) fn hurry(&mut self, now: u64) {
        if !self.is_asking() && !self.once {
            self.due = Some(now);
        }
    }

    fn conclude(&mut self, rules: &Rules, now: u64) {
        self.asked.clear();
        self.open.clear();
        self.said = None;
        self.due = Some(now + rules.resolve);
        let Some(failure) = self.latest else {
            self.knowledge = Knowledge::Good;
            if self.once {
                self.due = Some(now + rules.hold.valid);
            }
            return;
        };
        if self.once {
            self.due = Some(now);
        }
        let held = self
            .last_valid
            .is_some_and(|at| now < at + failure.hold(&rules.hold));
        if !held {
            self.knowledge = Knowledge::Lost(failure);
            self.addresses.clear();
            self.services.clear();
        }
    }
}
