//! What is known of the process.

use crate::typed::about;
use crate::{Entry, Field, Value};
use std::fmt::Write as _;

#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    values: Box<[Option<Value>]>,
}

impl Default for Info {
    fn default() -> Self {
        let places = Field::entries().last().map_or(0, |last| last.position + 1);
        Self {
            values: vec![None; places].into(),
        }
    }
}

impl Info {
    pub fn set(&mut self, field: Field, value: impl Into<Value>) -> &mut Self {
        self.values[field as usize] = Some(value.into());
        self
    }

    pub fn get(&self, field: Field) -> Option<&Value> {
        self.values[field as usize].as_ref()
    }

    /// The number of a field; 0 where there is none.
    pub fn number(&self, field: Field) -> u64 {
        self.get(field).and_then(Value::number).unwrap_or(0)
    }

    /// All fields in their order.
    pub fn values(&self) -> impl Iterator<Item = (&'static Entry, Option<&Value>)> {
        let value = |entry: &Entry| self.values.get(entry.position)?.as_ref();
        Field::entries()
            .iter()
            .map(move |entry| (entry, value(entry)))
    }

    /// `NAME: VALUE`, a line each, and behind it what it is.
    pub fn plain(&self, described: bool, out: &mut String) {
        for (entry, value) in self.values() {
            if let Some(value) = value {
                let _ = write!(out, "{}: {value}", entry.name);
                about(entry, described, out);
                out.push('\n');
            }
        }
    }
}
