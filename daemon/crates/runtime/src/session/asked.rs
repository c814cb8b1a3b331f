//! What a client asks of the language itself, and what is handed on.

use super::{Event, Invocation, Manner, Session};
use crate::catalogue::{self, Command, Mode};
use crate::{Level, help, line};

impl Session {
    pub(super) fn command(&mut self, text: &str, payload: Option<String>) -> Event {
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
