//! `tandemd keepalived …`, and this binary under the name `keepalived`: the same flags, exit
//! statuses, signals and files, so that whatever starts keepalived can start it.

mod config_test;
mod flags;
mod line;
#[cfg(test)]
mod page;
mod start;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use config::suggest::nearest;

use crate::{OK, say};
use flags::Effect;
use line::Line;

/// Wrong command line, or what it asks for cannot be done.
const USAGE: u8 = 1;

/// Whether the program was started under keepalived's name.
pub fn is_name(program: Option<&OsStr>) -> bool {
    let name = program.and_then(|program| Path::new(program).file_name());
    name == Some(OsStr::new("keepalived"))
}

/// Runs with the words behind the name; the exit status.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let line = match line::read(words) {
        Ok(line) => line,
        Err(text) => return refuse(&text),
    };
    if line.has("help") {
        tell(flags::help().trim_end());
        return OK;
    }
    if line.has("version") {
        tell(&version());
        return OK;
    }
    if let Some(name) = line.text("signum") {
        return signal_number(&name);
    }
    if !line.rest.is_empty() {
        let words: Vec<_> = line
            .rest
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        tell(&format!("Unexpected argument(s): {}", words.join(" ")));
    }
    if let Err(text) = effects(&line) {
        return refuse(&text);
    }
    if line.has("config-test") {
        return config_test::run(&line);
    }
    start::run(&line)
}

/// Says what cannot be done; the error stops it all.
fn effects(line: &Line) -> Result<(), String> {
    let testing = line.has("config-test");
    for (flag, _) in &line.given {
        match flag.effect {
            // A test starts nothing.
            Effect::Refused(why) if !testing => {
                return Err(format!("{} cannot be done: {why}", flag.usage()));
            }
            Effect::Refused(why) | Effect::Said(why) => {
                tell(&format!("{} is not done: {why}", flag.usage()));
            }
            Effect::Honoured | Effect::Needless(_) => {}
        }
    }
    Ok(())
}

/// Scripts look for the version that they know.
fn version() -> String {
    format!(
        "Keepalived v2.2.7 (its command line and configuration, as tandemd {} {})",
        crate::VERSION,
        crate::COMMIT
    )
}

/// What kill(1) is to be given.
const SIGNALS: &[(&str, i32)] = &[
    ("STOP", 15),
    ("RELOAD", 1),
    ("DATA", 10),
    ("STATS", 12),
    ("STATS_CLEAR", supervisor::STATS_CLEAR),
    ("JSON", supervisor::JSON),
];

fn signal_number(name: &str) -> u8 {
    if let Some((_, number)) = SIGNALS.iter().find(|(known, _)| *known == name) {
        say(&number.to_string());
        return OK;
    }
    refuse(
        &match nearest(name, SIGNALS.iter().map(|(name, _)| *name)) {
            Some(near) => format!("Unknown sigfunc {name}; did you mean {near}?"),
            None => format!("Unknown sigfunc {name}"),
        },
    )
}

fn refuse(text: &str) -> u8 {
    tell(text);
    USAGE
}

/// To standard error.
fn tell(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
