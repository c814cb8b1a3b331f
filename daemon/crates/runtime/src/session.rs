//! One client: lines, payloads, the prompt, its level, and what it asks the language itself.

mod asked;
mod manner;

pub use manner::{Manner, Severity};

use crate::catalogue::Command;
use crate::{Level, line};

/// A line may have so many bytes, and a command so many with what follows it.
pub(crate) const LONGEST_LINE: usize = 64 << 10;
const MOST_INPUT: usize = 1 << 20;

/// A command for whoever carries it out. Its answer goes back by [`Session::message`] or
/// [`Session::ended`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub command: Command,
    pub level: Level,
    /// What follows the command's own words.
    pub words: Vec<String>,
    pub payload: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// To be said; then the next event is asked for.
    Say(String),
    Run(Invocation),
    /// Another time of silence in seconds is allowed from now on; then as after `Say`.
    Patience(u64),
    /// More input is needed.
    Wait,
    /// The client has all that it asked for.
    Close,
}

/// A line without an end, or a payload beyond all measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

#[derive(Debug)]
pub struct Session {
    level: Level,
    manner: Manner,
    interactive: bool,
    experimental: bool,
    expert: bool,
    input: Vec<u8>,
    /// Up to here no line ends.
    searched: usize,
    /// No more input will come.
    ended: bool,
    /// Something was asked.
    asked: bool,
    leaves: bool,
    /// Commands of the present line that are still to be given, the last one first.
    waiting: Vec<String>,
    /// Of the last of them.
    payload: Option<String>,
    /// A payload is being collected for the last of them.
    collects: bool,
}

impl Session {
    pub fn new(level: Level, manner: Manner) -> Self {
        Self {
            level,
            manner,
            interactive: false,
            experimental: false,
            expert: false,
            input: Vec::new(),
            searched: 0,
            ended: false,
            asked: false,
            leaves: false,
            waiting: Vec::new(),
            payload: None,
            collects: false,
        }
    }

    /// Bytes of the client. More than a command can be made of is an error; the session is over then.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        self.input.extend_from_slice(bytes);
        let line = match memchr(&self.input[self.searched..]) {
            Some(at) => self.searched + at,
            None => self.input.len(),
        };
        let payload = self.payload.as_ref().map_or(0, String::len);
        if line > LONGEST_LINE || self.input.len() + payload > MOST_INPUT {
            return Err(TooMuch);
        }
        Ok(())
    }

    /// Room for further input while commands are carried out.
    pub fn is_full(&self) -> bool {
        self.input.len() > LONGEST_LINE
    }

    pub fn end_of_input(&mut self) {
        self.ended = true;
    }

    /// What is to be done now. After [`Event::Run`] its answer comes first.
    pub fn event(&mut self) -> Event {
        loop {
            if self.leaves {
                return Event::Close;
            }
            if !self.collects
                && let Some(command) = self.waiting.pop()
            {
                let payload = self.payload.take_if(|_| self.waiting.is_empty());
                return self.command(&command, payload);
            }
            let Some(line) = self.take_line() else {
                let done = self.asked && !self.interactive && !self.collects;
                return if done || self.ended {
                    Event::Close
                } else {
                    Event::Wait
                };
            };
            self.asked = true;
            if self.collects {
                if let Some(said) = self.collect(&line) {
                    return said;
                }
            } else if let Some(said) = self.begin(&line) {
                return said;
            }
        }
    }

    /// A message as an answer, with its severity where that is shown.
    pub fn message(&self, severity: Option<Severity>, text: &str) -> String {
        let mark = match (severity, self.manner) {
            (None, _) | (_, Manner::Silent) => String::new(),
            (Some(severity), Manner::Number) => format!("[{}]: ", severity as u8),
            (Some(severity), Manner::Text) => format!("[{}]: ", severity.name()),
        };
        format!("{mark}{text}{}", self.ended())
    }

    /// What stands behind each answer.
    pub fn ended(&self) -> &'static str {
        if self.interactive { "\n> " } else { "\n" }
    }

    fn take_line(&mut self) -> Option<String> {
        let found = memchr(&self.input[self.searched..]);
        let Some(at) = found.map(|at| self.searched + at) else {
            self.searched = self.input.len();
            return None;
        };
        let line = self.input[..at].strip_suffix(b"\r");
        let line = line.unwrap_or(&self.input[..at]);
        let line = String::from_utf8_lossy(line).into_owned();
        self.input.drain(..=at);
        self.searched = 0;
        Some(line)
    }

    fn begin(&mut self, line: &str) -> Option<Event> {
        let line = line.split('\0').next().unwrap_or_default();
        let (line, collects) = match line.trim_end_matches([' ', '\t']).strip_suffix("<<") {
            Some(before) if before.is_empty() || before.ends_with([' ', '\t']) => (before, true),
            _ => (line, false),
        };
        self.waiting = line::commands(line).map(str::to_owned).collect();
        self.waiting.reverse();
        self.collects = collects;
        self.payload = collects.then(String::new);
        (collects && self.interactive).then(|| Event::Say("+ ".to_owned()))
    }

    /// A line of a payload; an empty one ends it.
    fn collect(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            self.collects = false;
            return None;
        }
        if let Some(payload) = &mut self.payload {
            payload.push_str(line);
            payload.push('\n');
        }
        self.interactive.then(|| Event::Say("+ ".to_owned()))
    }

    fn say(&self, text: &str) -> Event {
        Event::Say(self.message(Some(Severity::Info), text))
    }

    fn fault(&self, text: &str) -> Event {
        Event::Say(self.message(Some(Severity::Error), text))
    }

    /// Done, and nothing to say about it.
    fn done(&self) -> Event {
        Event::Say(self.ended().to_owned())
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

#[cfg(test)]
#[path = "session_test.rs"]
mod tests;
