//! One line of statistics.

use crate::{Column, Entry, Value};

/// What a line is about. The number is the column `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Object {
    Frontend = 0,
    Backend = 1,
    Server = 2,
    Listener = 3,
}

impl Object {
    pub fn name(self) -> &'static str {
        match self {
            Self::Frontend => "Frontend",
            Self::Backend => "Backend",
            Self::Server => "Server",
            Self::Listener => "Listener",
        }
    }

    pub fn letter(self) -> char {
        match self {
            Self::Frontend => 'F',
            Self::Backend => 'B',
            Self::Server => 'S',
            Self::Listener => 'L',
        }
    }
}

/// A frontend, backend, server or listener as it is now. What is not measured has no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    object: Object,
    proxy: u32,
    id: u32,
    values: Box<[Option<Value>]>,
}

impl Row {
    /// `proxy` is the number of the section, `id` that of a server or listener (0 for others).
    pub fn new(object: Object, section: &str, service: &str, proxy: u32, id: u32) -> Self {
        let mut row = Self {
            object,
            proxy,
            id,
            values: vec![None; Column::ALL.len()].into(),
        };
        row.set(Column::Pxname, section.to_owned())
            .set(Column::Svname, service.to_owned())
            .set(Column::Pid, 1_u32)
            .set(Column::Iid, proxy)
            .set(Column::Sid, id)
            .set(Column::Type, object as u8);
        row
    }

    pub fn set(&mut self, column: Column, value: impl Into<Value>) -> &mut Self {
        self.values[column as usize] = Some(value.into());
        self
    }

    /// The same, where there is a value.
    pub fn put(&mut self, column: Column, value: Option<impl Into<Value>>) -> &mut Self {
        self.values[column as usize] = value.map(Into::into);
        self
    }

    pub fn get(&self, column: Column) -> Option<&Value> {
        self.values[column as usize].as_ref()
    }

    /// The number in a column; 0 where there is none.
    pub fn number(&self, column: Column) -> u64 {
        self.get(column).and_then(Value::number).unwrap_or(0)
    }

    /// The text in a column; empty where there is none.
    pub fn text(&self, column: Column) -> &str {
        self.get(column).and_then(Value::text).unwrap_or_default()
    }

    pub fn object(&self) -> Object {
        self.object
    }

    pub fn section(&self) -> &str {
        self.text(Column::Pxname)
    }

    pub fn service(&self) -> &str {
        self.text(Column::Svname)
    }

    /// Number of the section.
    pub fn proxy(&self) -> u32 {
        self.proxy
    }

    /// Number within the section.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// All columns in their order.
    pub fn values(&self) -> impl Iterator<Item = (&'static Entry, Option<&Value>)> {
        Column::entries()
            .iter()
            .zip(self.values.iter().map(Option::as_ref))
    }

    /// The tags of a column for what this line is about.
    pub fn tags(&self, entry: &Entry) -> &'static str {
        let counts =
            entry.position == Column::Act as usize || entry.position == Column::Bck as usize;
        let rates =
            entry.position == Column::Rate as usize || entry.position == Column::RateMax as usize;
        // Of a backend these are its servers, and what its frontends sent to it.
        if self.object == Object::Backend && (counts || rates) {
            return "MGP";
        }
        entry.tags
    }
}
