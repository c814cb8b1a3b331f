//! One connection with one peer: greeting, messages in and out, signs of life.

use crate::definition::Definition;
use crate::dictionary::{Heard, Said};
use crate::fault::Fault;
use crate::greeting::{Hello, Status};
use crate::message::{self, Control, Frame};
use crate::update::{Key, Update, Value};
use std::sync::Arc;

/// A side that has nothing to say says so after this many milliseconds …
const HEARTBEAT: u64 = 3000;
/// … and one that says nothing for so long is gone.
const PATIENCE: u64 = 5000;
/// Bytes that may wait to be sent when more comes: answers to what is heard are bounded by nothing else.
const MOST_WAITING: usize = 256 * 1024;

/// Who this side is, and what it shares.
#[derive(Debug, Clone)]
pub struct Identity {
    pub name: Arc<str>,
    pub process: u32,
    /// In the order of their numbers; the first is 1.
    pub tables: Arc<[Definition]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The other side called and has not said who it is.
    Greeting,
    /// This side called and has no answer.
    Calling,
    Open,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The session is open with the peer of this name.
    Open(String),
    Said(Control),
    /// An entry of the table of this place.
    Update(usize, Update),
    /// The other side has all of the table up to this update.
    Acked(usize, u32),
}

/// An entry to be sent.
#[derive(Debug)]
pub struct Outgoing<'a> {
    pub id: u32,
    pub key: &'a Key,
    pub expire: Option<u32>,
    /// One for each element of each column of the table's definition.
    pub values: &'a [Value],
}

/// A table as the other side defined it.
#[derive(Debug)]
struct Theirs {
    definition: Definition,
    last: u32,
    unacked: bool,
}

#[derive(Debug)]
pub struct Session {
    identity: Identity,
    phase: Phase,
    /// Who is called, or who may call.
    others: Vec<String>,
    input: Vec<u8>,
    output: Vec<u8>,
    heard: u64,
    said: u64,
    /// By the place of the table here.
    theirs: Vec<Option<Theirs>>,
    current: Option<usize>,
    /// The table that was defined last, and the last update of it.
    sending: Option<(usize, Option<u32>)>,
    heard_names: Heard,
    said_names: Said,
}

impl Session {
    fn new(identity: Identity, phase: Phase, others: Vec<String>, now: u64) -> Self {
        let theirs = identity.tables.iter().map(|_| None).collect();
        Self {
            identity,
            phase,
            others,
            input: Vec::new(),
            output: Vec::new(),
            heard: now,
            said: now,
            theirs,
            current: None,
            sending: None,
            heard_names: Heard::default(),
            said_names: Said::default(),
        }
    }

    /// This side called.
    pub fn call(identity: Identity, to: &str, now: u64) -> Self {
        let hello = Hello {
            to: to.to_owned(),
            from: identity.name.to_string(),
            minor: 1,
        };
        let text = hello.write(identity.process);
        let mut session = Self::new(identity, Phase::Calling, vec![to.to_owned()], now);
        session.output.extend(text.into_bytes());
        session
    }

    /// The other side called; `known`: who may.
    pub fn answer(identity: Identity, known: Vec<String>, now: u64) -> Self {
        Self::new(identity, Phase::Greeting, known, now)
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What is to be sent.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    pub fn sent(&mut self, bytes: usize, now: u64) {
        self.output.drain(..bytes.min(self.output.len()));
        self.said = now;
    }

    /// Names that were heard, and those that were said, by their numbers.
    pub fn names(&self) -> [Vec<(u64, &str)>; 2] {
        let mut both = [
            self.heard_names.names().collect::<Vec<_>>(),
            self.said_names.names().collect(),
        ];
        for list in &mut both {
            list.sort_unstable();
        }
        both
    }

    /// How the other side calls the table, and the bits of what it stores of it.
    pub fn remote_table(&self, table: usize) -> Option<(u64, u64)> {
        let definition = &self.theirs.get(table)?.as_ref()?.definition;
        let bits = definition.columns.iter().fold(0, |all, c| all | 1 << c.bit);
        Some((definition.id, bits))
    }

    /// Takes what came. After an error the output still has to be sent, and nothing else.
    pub fn feed(&mut self, bytes: &[u8], now: u64, events: &mut Vec<Event>) -> Result<(), Fault> {
        self.heard = now;
        let mut input = std::mem::take(&mut self.input);
        input.extend_from_slice(bytes);
        let mut taken = 0;
        let result = loop {
            match self.step(&input[taken..], events) {
                Ok(0) => break Ok(()),
                Ok(length) => taken += length,
                Err(fault) => break Err(fault),
            }
        };
        input.drain(..taken);
        self.input = input;
        match &result {
            Ok(()) => self.acknowledge(),
            Err(fault) if self.phase == Phase::Open => message::complaint(fault, &mut self.output),
            Err(_) => {}
        }
        if self.output.len() > MOST_WAITING {
            return Err(Fault::Deaf);
        }
        result
    }

    /// Bytes that were understood; none while they are not whole.
    fn step(&mut self, input: &[u8], events: &mut Vec<Event>) -> Result<usize, Fault> {
        if input.is_empty() {
            return Ok(0);
        }
        match self.phase {
            Phase::Greeting => self.greeted(input, events),
            Phase::Calling => {
                let Some((status, length)) = Status::read(input)? else {
                    return Ok(0);
                };
                if status != Status::Welcome {
                    return Err(Fault::Refused(status));
                }
                self.phase = Phase::Open;
                events.extend(self.others.first().cloned().map(Event::Open));
                Ok(length)
            }
            Phase::Open => {
                let Some((frame, length)) = message::frame(input)? else {
                    return Ok(0);
                };
                match frame {
                    Frame::Control(Control::Heartbeat) | Frame::Unknown => {}
                    Frame::Control(control) => events.push(Event::Said(control)),
                    Frame::Error(kind) => return Err(Fault::Reported(kind)),
                    Frame::Table(kind, body) => self.about_table(kind, body, events)?,
                }
                Ok(length)
            }
        }
    }

    fn greeted(&mut self, input: &[u8], events: &mut Vec<Event>) -> Result<usize, Fault> {
        let verdict = match Hello::read(input) {
            Ok(None) => return Ok(0),
            Ok(Some((hello, _))) if *hello.to != *self.identity.name => Err(Status::NotMe),
            Ok(Some((hello, _))) if !self.others.contains(&hello.from) => Err(Status::NotYou),
            Ok(Some(found)) => Ok(found),
            Err(status) => Err(status),
        };
        let status = verdict.as_ref().err().copied().unwrap_or(Status::Welcome);
        self.output
            .extend(format!("{}\n", status.code()).into_bytes());
        let (hello, length) = verdict.map_err(Fault::Unwelcome)?;
        self.phase = Phase::Open;
        events.push(Event::Open(hello.from));
        Ok(length)
    }

    pub fn say(&mut self, control: Control) {
        control.write(&mut self.output);
    }

    /// Gives a sign of life when it is time; `Err` when the other side gives none.
    pub fn tick(&mut self, now: u64) -> Result<(), Fault> {
        if now >= self.heard + PATIENCE {
            return Err(Fault::Silent);
        }
        if self.phase == Phase::Open && self.output.is_empty() && now >= self.said + HEARTBEAT {
            self.say(Control::Heartbeat);
        }
        Ok(())
    }

    /// When [`Self::tick`] has something to do.
    pub fn due(&self) -> u64 {
        let silent = self.heard + PATIENCE;
        if self.phase == Phase::Open && self.output.is_empty() {
            silent.min(self.said + HEARTBEAT)
        } else {
            silent
        }
    }
}

mod incoming;
mod outgoing;

#[cfg(test)]
#[path = "session_test.rs"]
mod tests;
