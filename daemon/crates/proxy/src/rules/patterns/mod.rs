//! Patterns and maps of files: those that rules change while they are used, and the others.

mod file;
mod index;
mod method;
mod outside;
#[cfg(test)]
mod tests;

pub use file::{Change, PatternFile, PatternFiles, View, split};
pub use index::Index;
pub use method::{Kind, Method};
pub use outside::{Fault, Hit, Wanted};

use super::value::Value;
use std::net::IpAddr;

/// What the values of a map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// Patterns alone: there are no values.
    Nothing,
    Text,
    Int,
    Ip,
}

impl Gives {
    pub fn read(self, text: &str) -> Option<Value<'static>> {
        Some(match self {
            Self::Nothing => Value::Bool(true),
            Self::Text => Value::owned(text.as_bytes().to_vec()),
            Self::Int => Value::Int(text.parse().ok()?),
            Self::Ip => Value::Ip(text.parse::<IpAddr>().ok()?),
        })
    }
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub method: Method,
    pub gives: Gives,
}

/// A file's patterns with their values, as one reading has them.
#[derive(Debug)]
pub struct Content {
    reading: Reading,
    index: Index,
    /// By the number of the entry; `None` where one was taken out.
    values: Vec<Option<Value<'static>>>,
    /// Some patterns are equal: taking one out may bring another to light.
    twice: bool,
}

impl Content {
    pub fn new(reading: Reading) -> Self {
        Self {
            reading,
            index: Index::new(reading.method),
            values: Vec::new(),
            twice: false,
        }
    }

    /// Adds an entry of this number; says what is wrong with it.
    pub fn insert(&mut self, number: usize, key: &str, value: &str) -> Result<(), String> {
        let read = self.reading.gives.read(value);
        let value = read.ok_or_else(|| format!("'{value}' is not what the map gives"))?;
        let entry = u32::try_from(number).map_err(|_| "there are too many entries".to_owned())?;
        self.twice |= self.index.insert(key, entry)?;
        if self.values.len() <= number {
            self.values.resize(number + 1, None);
        }
        self.values[number] = Some(value);
        Ok(())
    }

    pub fn holds(&self, value: &Value<'_>) -> bool {
        self.index.find(value).is_some()
    }

    pub fn find(&self, value: &Value<'_>) -> Option<&Value<'static>> {
        let entry = self.index.find(value)?;
        self.values.get(entry as usize)?.as_ref()
    }

    /// The number of the entry that matches, with its value.
    pub fn entry(&self, value: &Value<'_>) -> Option<(usize, &Value<'static>)> {
        let entry = self.index.find(value)? as usize;
        Some((entry, self.values.get(entry)?.as_ref()?))
    }

    /// The value with the groups of the expression that matched put in.
    pub fn replaced(&self, value: &Value<'_>) -> Option<Vec<u8>> {
        let text = value.text();
        let (regex, entry) = self.index.regex(&text)?;
        let captures = regex.captures(&text)?;
        let mut out = Vec::new();
        let template = self.values.get(*entry as usize)?.as_ref()?.text();
        captures.expand(&super::matcher::backslash_references(&template), &mut out);
        Some(out)
    }

    /// Gives an entry another value; one that is not what the map gives changes nothing.
    fn replace(&mut self, number: usize, value: &str) {
        let read = self.reading.gives.read(value);
        if let (Some(place), Some(value)) = (self.values.get_mut(number), read) {
            *place = Some(value);
        }
    }

    /// False when what is left has to be read anew.
    fn remove(&mut self, number: usize, key: &str) -> bool {
        if let Some(place) = self.values.get_mut(number) {
            *place = None;
        }
        let entry = u32::try_from(number).unwrap_or(u32::MAX);
        !self.twice && self.index.remove(key, entry)
    }
}
