//! A `resolvers` section at work: all its names, all its name servers, no socket.

mod wanted;

use crate::counters::Counters;
use crate::message::{announce, query};
use crate::reply::{Fault, Reply, read};
use crate::resolution::{Failure, Next, Question, Resolution, Rules};
use std::collections::{BTreeSet, HashMap};

/// A message that is to go to a name server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    pub server: usize,
    pub message: Vec<u8>,
    /// By TCP: the answer does not fit into a datagram.
    pub stream: bool,
}

/// What came of an answer or of the passing of time.
#[derive(Debug, Default)]
pub struct Outcome {
    pub sends: Vec<Send>,
    /// Names whose round is over.
    pub concluded: Vec<usize>,
}

#[derive(Debug)]
pub struct Section {
    pub rules: Rules,
    pub counters: Vec<Counters>,
    names: Vec<Option<Resolution>>,
    /// Places in it that nobody has.
    free: Vec<usize>,
    places: HashMap<Question, usize>,
    by_id: HashMap<u16, usize>,
    timeline: BTreeSet<(u64, usize)>,
}

impl Section {
    pub fn new(rules: Rules, servers: usize) -> Self {
        Self {
            rules,
            counters: vec![Counters::default(); servers],
            names: Vec::new(),
            free: Vec::new(),
            places: HashMap::new(),
            by_id: HashMap::new(),
            timeline: BTreeSet::new(),
        }
    }

    pub fn next_due(&self) -> Option<u64> {
        self.timeline.first().map(|(due, _)| *due)
    }

    /// Asks what is due. `draw` gives numbers that nobody can guess.
    pub fn run_due(&mut self, now: u64, mut draw: impl FnMut() -> u16) -> Outcome {
        let mut outcome = Outcome::default();
        while let Some((due, at)) = self.timeline.first().copied() {
            if due > now {
                break;
            }
            if self.get(at).is_some_and(Resolution::is_over) {
                self.forget(at);
                continue;
            }
            self.count_late(at);
            let rules = self.rules;
            let again = self.change(at, |known| known.begin(&rules, now));
            match again {
                Some(true) => outcome.sends.extend(self.ask_servers(at, &mut draw)),
                Some(false) => outcome.concluded.push(at),
                None => {
                    self.timeline.remove(&(due, at));
                }
            }
        }
        outcome
    }

    /// Takes what a name server sent.
    pub fn take(
        &mut self,
        server: usize,
        message: &[u8],
        by_stream: bool,
        now: u64,
        mut draw: impl FnMut() -> u16,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let id = message.get(..2).map(|b| u16::from_be_bytes([b[0], b[1]]));
        let at = id.and_then(|id| self.by_id.get(&id).copied());
        let Some((at, known)) = at.and_then(|at| Some((at, self.names.get(at)?.as_ref()?))) else {
            self.count(server, |c| &mut c.outdated);
            return outcome;
        };
        if known.open.get(server) != Some(&true) {
            self.count(server, |c| &mut c.outdated);
            return outcome;
        }
        let failure = match read(message, &known.asked, known.kind) {
            Ok(Reply::Good(records)) => {
                self.count(server, |c| &mut c.valid);
                if records.alias {
                    self.count(server, |c| &mut c.cname);
                }
                let rules = self.rules;
                self.by_id.remove(&id.unwrap_or_default());
                self.change(at, |known| known.take(records, server, &rules, now));
                outcome.concluded.push(at);
                return outcome;
            }
            Ok(Reply::Truncated(_)) if !by_stream => {
                let message = known.asked.clone();
                self.count(server, |c| &mut c.truncated);
                self.count(server, |c| &mut c.sent);
                outcome.sends.push(Send {
                    server,
                    message,
                    stream: true,
                });
                return outcome;
            }
            // Not what was asked: the answer may still come.
            Err(Fault::Stranger) => {
                self.count(server, |c| &mut c.invalid);
                return outcome;
            }
            Ok(Reply::Truncated(_)) | Err(Fault::Malformed) => {
                self.count(server, |c| &mut c.invalid);
                Failure::Other
            }
            Err(Fault::Alias) => {
                self.count(server, |c| &mut c.cname_error);
                Failure::Other
            }
            Ok(Reply::Empty) => {
                self.count(server, |c| &mut c.any_err);
                Failure::Other
            }
            Ok(Reply::Nx) => {
                self.count(server, |c| &mut c.nx);
                Failure::Nx
            }
            Ok(Reply::Refused) => {
                self.count(server, |c| &mut c.refused);
                Failure::Refused
            }
            Ok(Reply::Failed) => {
                self.count(server, |c| &mut c.other);
                Failure::Other
            }
        };
        self.failed(at, server, failure, now, &mut draw)
    }

    /// A datagram that is longer than was announced.
    pub fn too_big(
        &mut self,
        server: usize,
        start: &[u8],
        now: u64,
        draw: impl FnMut() -> u16,
    ) -> Outcome {
        self.count(server, |c| &mut c.too_big);
        let id = start.get(..2).map(|b| u16::from_be_bytes([b[0], b[1]]));
        match id.and_then(|id| self.by_id.get(&id).copied()) {
            Some(at) => self.failed(at, server, Failure::Other, now, draw),
            None => Outcome::default(),
        }
    }

    /// The message could not be sent; another server may still answer, or the time ends.
    pub fn not_sent(&mut self, server: usize) {
        self.count(server, |c| &mut c.send_error);
    }

    /// The answer changed the address of a server.
    pub fn updated(&mut self, at: usize) {
        if let Some(by) = self.get(at).map(|known| known.by) {
            self.count(by, |c| &mut c.update);
        }
    }

    fn failed(
        &mut self,
        at: usize,
        server: usize,
        failure: Failure,
        now: u64,
        draw: impl FnMut() -> u16,
    ) -> Outcome {
        let rules = self.rules;
        let next = self.change(at, |known| {
            let open = known.open.get_mut(server).filter(|open| **open);
            match open {
                Some(open) => {
                    *open = false;
                    known.fail(failure, &rules, now)
                }
                None => Next::Wait,
            }
        });
        let mut outcome = Outcome::default();
        match next {
            Some(Next::OtherFamily) => outcome.sends = self.ask_servers(at, draw),
            Some(Next::Concluded) => outcome.concluded.push(at),
            Some(Next::Wait) | None => {}
        }
        outcome
    }

    /// Sends the name's question to all servers at once.
    fn ask_servers(&mut self, at: usize, mut draw: impl FnMut() -> u16) -> Vec<Send> {
        let servers = self.counters.len();
        let mut id = draw();
        while self.by_id.contains_key(&id) && self.by_id.len() < usize::from(u16::MAX) {
            id = id.wrapping_add(1);
        }
        let Some(known) = self.names.get_mut(at).and_then(Option::as_mut) else {
            return Vec::new();
        };
        self.by_id.remove(&known.id);
        known.open = vec![true; servers];
        known.id = id;
        // A name that cannot be asked for gets no answer.
        let Some(message) = query(id, &known.question.name, known.kind) else {
            known.asked = vec![0];
            return Vec::new();
        };
        self.by_id.insert(id, at);
        known.asked.clone_from(&message);
        let mut whole = message;
        announce(&mut whole, self.rules.payload);
        let send = |server| Send {
            server,
            message: whole.clone(),
            stream: false,
        };
        self.counters.iter_mut().for_each(|c| c.sent += 1);
        (0..servers).map(send).collect()
    }

    fn count_late(&mut self, at: usize) {
        let open = self.get(at).map(|known| known.open.clone());
        for (counters, open) in self.counters.iter_mut().zip(open.unwrap_or_default()) {
            counters.timeout += u64::from(open);
        }
    }

    fn count(&mut self, server: usize, which: impl Fn(&mut Counters) -> &mut u64) {
        if let Some(counters) = self.counters.get_mut(server) {
            *which(counters) += 1;
        }
    }

    /// Changes a name and keeps its place in the order of times.
    fn change<R>(&mut self, at: usize, change: impl FnOnce(&mut Resolution) -> R) -> Option<R> {
        let known = self.names.get_mut(at)?.as_mut()?;
        let before = known.due;
        let result = change(known);
        if known.due != before {
            if let Some(due) = before {
                self.timeline.remove(&(due, at));
            }
            self.timeline.extend(known.due.map(|due| (due, at)));
        }
        Some(result)
    }
}
