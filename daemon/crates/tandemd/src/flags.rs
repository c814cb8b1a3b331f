//! Options of a command: read against the list of those that it knows.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use config::suggest::nearest;

/// Where to look when no suggestion fits.
pub const USAGE: &str = "see `tandemd --help`";

/// A flag that a command knows.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    name: &'static str,
    takes_value: bool,
}

impl Flag {
    pub const fn value(name: &'static str) -> Self {
        Self {
            name,
            takes_value: true,
        }
    }

    pub const fn switch(name: &'static str) -> Self {
        Self {
            name,
            takes_value: false,
        }
    }

    /// The command takes words that are no flags.
    pub const fn words() -> Self {
        Self::switch("")
    }
}

/// What was given, in order.
#[derive(Debug, Default)]
pub struct Flags {
    command: String,
    given: Vec<(&'static str, OsString)>,
    pub words: Vec<OsString>,
}

impl Flags {
    pub fn read(
        command: &str,
        allowed: &[Flag],
        words: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, String> {
        let mut flags = Self {
            command: command.to_owned(),
            ..Self::default()
        };
        let takes_words = allowed.iter().any(|flag| flag.name.is_empty());
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let text = word.to_string_lossy().into_owned();
            if !text.starts_with('-') {
                if !takes_words {
                    return Err(format!("{command}: unexpected word '{text}'; {USAGE}"));
                }
                flags.words.push(word);
                continue;
            }
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (text.as_str(), None),
            };
            let flag = allowed
                .iter()
                .find(|flag| !flag.name.is_empty() && flag.name == name)
                .ok_or_else(|| unknown_flag(command, name, allowed))?;
            let value = match (flag.takes_value, value) {
                (true, Some(value)) => value,
                (true, None) => words
                    .next()
                    .ok_or_else(|| format!("{command}: {name} needs a value"))?,
                (false, None) => OsString::new(),
                (false, Some(_)) => return Err(format!("{command}: {name} takes no value")),
            };
            flags.given.push((flag.name, value));
        }
        Ok(flags)
    }

    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(given, _)| *given == name)
    }

    pub fn all(&self, name: &str) -> Vec<&OsString> {
        let matching = self.given.iter().filter(|(given, _)| *given == name);
        matching.map(|(_, value)| value).collect()
    }

    pub fn one(&self, name: &str) -> Result<Option<&OsString>, String> {
        match self.all(name)[..] {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(format!("{}: {name} is given more than once", self.command)),
        }
    }

    pub fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.all(name).into_iter().map(PathBuf::from).collect()
    }

    pub fn path(&self, name: &str) -> Result<Option<PathBuf>, String> {
        Ok(self.one(name)?.map(PathBuf::from))
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self
            .one(name)?
            .map(|value| value.to_string_lossy().into_owned()))
    }

    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, String> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let number = text
            .parse()
            .map_err(|_| format!("{}: {name}: '{text}' is no number", self.command))?;
        Ok(Some(number))
    }

    pub fn milliseconds(&self, name: &str, default: u64) -> Result<Duration, String> {
        Ok(Duration::from_millis(self.number(name)?.unwrap_or(default)))
    }

    pub fn run_dir(&self) -> PathBuf {
        let given = self.all("--run-dir").last().map(PathBuf::from);
        given.unwrap_or_else(|| PathBuf::from(supervisor::DEFAULT_RUN_DIR))
    }
}

fn unknown_flag(command: &str, name: &str, allowed: &[Flag]) -> String {
    let names = allowed.iter().map(|flag| flag.name);
    match nearest(name, names.filter(|name| !name.is_empty())) {
        Some(near) => format!("{command}: unknown option '{name}'; did you mean '{near}'?"),
        None => format!("{command}: unknown option '{name}'; {USAGE}"),
    }
}
