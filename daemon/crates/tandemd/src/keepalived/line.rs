//! Words of a command line by the rules of getopt_long(3): clusters, attached values, unique
//! beginnings of long names.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::flags::{FLAGS, Flag, Takes};

/// What stands on a command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub given: Vec<(&'static Flag, Option<OsString>)>,
    /// Words that are no flags.
    pub rest: Vec<OsString>,
}

impl Line {
    pub fn has(&self, long: &str) -> bool {
        self.given.iter().any(|(flag, _)| flag.long == long)
    }

    /// The last one counts.
    pub fn value(&self, long: &str) -> Option<&OsStr> {
        let mut given = self.given.iter().rev();
        given.find(|(flag, _)| flag.long == long)?.1.as_deref()
    }

    pub fn text(&self, long: &str) -> Option<String> {
        Some(self.value(long)?.to_string_lossy().into_owned())
    }
}

/// The error is the text to show.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Line, String> {
    let mut line = Line::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let bytes = word.as_bytes();
        if bytes == b"--" {
            line.rest.extend(words);
            break;
        }
        if let Some(long) = bytes.strip_prefix(b"--") {
            line.long(long, &mut words)?;
        } else if bytes.len() > 1 && bytes[0] == b'-' {
            line.cluster(&bytes[1..], &mut words)?;
        } else {
            line.rest.push(word);
        }
    }
    Ok(line)
}

impl Line {
    fn long(
        &mut self,
        word: &[u8],
        more: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), String> {
        let mut parts = word.splitn(2, |byte| *byte == b'=');
        let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let attached = parts.next().map(owned);
        let flag = find_long(&name)?;
        let value = match (flag.takes, attached) {
            (Takes::Nothing, Some(_)) => {
                return Err(format!("Unexpected parameter for option --{}", flag.long));
            }
            (Takes::Value(_), None) => match more.next() {
                Some(value) => Some(value),
                None => return Err(format!("Missing parameter for option --{}", flag.long)),
            },
            (_, attached) => attached,
        };
        self.given.push((flag, value));
        Ok(())
    }

    fn cluster(
        &mut self,
        bytes: &[u8],
        more: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), String> {
        for (at, byte) in bytes.iter().enumerate() {
            let letter = char::from(*byte);
            let mut flags = FLAGS.iter();
            let Some(flag) = flags.find(|flag| flag.short == Some(letter)) else {
                return Err(format!("Unknown option -{letter}"));
            };
            let attached = &bytes[at + 1..];
            let value = match flag.takes {
                Takes::Nothing => {
                    self.given.push((flag, None));
                    continue;
                }
                _ if !attached.is_empty() => Some(owned(attached)),
                Takes::Maybe(_) => None,
                Takes::Value(_) => match more.next() {
                    Some(value) => Some(value),
                    None => return Err(format!("Missing parameter for option -{letter}")),
                },
            };
            self.given.push((flag, value));
            break;
        }
        Ok(())
    }
}

fn owned(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

/// By its name or by a beginning that only one has.
fn find_long(name: &str) -> Result<&'static Flag, String> {
    if let Some(flag) = FLAGS.iter().find(|flag| flag.long == name) {
        return Ok(flag);
    }
    let begins = |flag: &&Flag| !name.is_empty() && flag.long.starts_with(name);
    let found: Vec<&'static Flag> = FLAGS.iter().filter(begins).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(
            match config::suggest::nearest(name, FLAGS.iter().map(|flag| flag.long)) {
                Some(near) => format!("Unknown option --{name}; did you mean --{near}?"),
                None => format!("Unknown option --{name}"),
            },
        ),
        _ => {
            let names: Vec<String> = found
                .iter()
                .map(|flag| format!("--{}", flag.long))
                .collect();
            Err(format!("Option --{name} is ambiguous: {}", names.join(" ")))
        }
    }
}

#[cfg(test)]
#[path = "line_test.rs"]
mod tests;
