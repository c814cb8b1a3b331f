//! One client: lines, payloads, the prompt, its level, and what it asks the language itself.

use crate::catalogue::{self, Command, Mode};
use crate::{Level, help, line};

/// A line may have so many bytes, and a command so many with what follows it.
pub(crate) const LONGEST_LINE: usize = 64 << 10;
const MOST_INPUT: usize = 1 << 20;

/// How grave a message is, by its number in syslog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error = 3,
    Warning = 4,
    Notice = 5,
    Info = 6,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "err",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Info => "info",
        }
    }
}

/// `severity-output`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    #[default]
    Silent,
    Number,
    Text,
}

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

    fn command(&mut self, text: &str, payload: Option<String>) -> Event {
        let mut words = line::words(text);
        if let Some(first) = words.first().filter(|first| first.starts_with('@')) {
            // There is one process; who asks for the first one means it.
            if first != "@1" {
                let text = "There is no master process here: give the command without '@'.\n";
                return self.fault(text);
            }
            words.remove(0);
        }
        let Some((entry, count)) = catalogue::find(&words) else {
            return self.say(&help::unknown(&words));
        };
        if entry.mode == Mode::Experimental && !self.experimental {
            return self.fault("This command is restricted to experimental mode only.\n");
        }
        if entry.level > self.level {
            return self.fault("Permission denied\n");
        }
        words.drain(..count);
        let word = words.first().map_or("", String::as_str);
        match entry.command {
            Command::Help => self.say(&help::help(&words)),
            Command::Quit => {
                self.leaves = true;
                Event::Close
            }
            Command::Prompt => {
                self.interactive = !self.interactive;
                self.done()
            }
            Command::LowerToUser => self.lower(Level::User),
            Command::LowerToOperator => self.lower(Level::Operator),
            Command::ShowCliLevel => self.say(&format!("{}\n", self.level.name())),
            Command::SetSeverity => self.set_manner(word),
            Command::SetTimeout => self.set_timeout(&words),
            Command::ExperimentalMode => {
                let (on, event) = self.switch("experimental-mode", self.experimental, word);
                self.experimental = on;
                event
            }
            Command::ExpertMode => {
                let (on, event) = self.switch("expert-mode", self.expert, word);
                self.expert = on;
                event
            }
            command => Event::Run(Invocation {
                command,
                level: self.level,
                words,
                payload,
            }),
        }
    }

    fn lower(&mut self, level: Level) -> Event {
        self.level = self.level.min(level);
        (self.experimental, self.expert) = (false, false);
        self.done()
    }

    fn switch(&self, name: &str, was: bool, word: &str) -> (bool, Event) {
        let show = |on: bool| if on { "ON" } else { "OFF" };
        match word {
            "" => (was, self.say(&format!("{name} is {}\n", show(was)))),
            "on" => (true, self.done()),
            "off" => (false, self.done()),
            _ => (was, self.done()),
        }
    }

    fn set_manner(&mut self, word: &str) -> Event {
        self.manner = match word {
            "none" => Manner::Silent,
            "number" => Manner::Number,
            "string" => Manner::Text,
            _ => {
                let text = "one of 'none', 'number', 'string' is a required argument\n";
                return self.fault(text);
            }
        };
        self.done()
    }

    fn set_timeout(&self, words: &[String]) -> Event {
        if words.first().is_none_or(|word| word != "cli") {
            return self.fault("'set timeout' only supports 'cli'.\n");
        }
        let Some(word) = words.get(1) else {
            return self.fault("Expects an integer value.\n");
        };
        let number = word.trim_end_matches(char::is_alphabetic);
        let unit = match &word[number.len()..] {
            "" | "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3600),
            "d" => Some(86_400),
            _ => None,
        };
        let whole = number.parse::<u64>().ok().zip(unit);
        let seconds = whole.and_then(|(n, unit)| n.checked_mul(unit));
        match seconds.filter(|n| (1..=i32::MAX.unsigned_abs().into()).contains(n)) {
            Some(seconds) => Event::Patience(seconds),
            None => self.fault("Invalid timeout value.\n"),
        }
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

#[cfg(test)]
#[path = "session_test.rs"]
mod tests;
