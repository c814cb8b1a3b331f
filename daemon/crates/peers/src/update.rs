//! Entries of tables as messages: key, then values in the order of the definition's columns.

use crate::definition::Definition;
use crate::dictionary::{Heard, Said};
use crate::fault::Fault;
use crate::kinds::{Column, KeyKind, Shape, shape};
use crate::reader::Reader;
use crate::varint::put;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Integer(u32),
    Ip([u8; 4]),
    Ipv6([u8; 16]),
    /// Of strings and of binary keys.
    Bytes(Box<[u8]>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Number(u64),
    /// Milliseconds since the present period began, what came in it, what came in the one before.
    Rate {
        age: u64,
        current: u64,
        last: u64,
    },
    Name(Option<Arc<str>>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub key: Key,
    /// Milliseconds that the entry has left; `None`: it was used just now.
    pub expire: Option<u32>,
    /// What it is, which element of it, value.
    pub values: Vec<(Column, u32, Value)>,
}

impl Update {
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        timed: bool,
        theirs: &Definition,
        names: &mut Heard,
    ) -> Result<Self, Fault> {
        let expire = if timed { Some(reader.word()?) } else { None };
        let key = Key::read(reader, theirs)?;
        let mut values = Vec::with_capacity(theirs.columns.len());
        for column in &theirs.columns {
            let shape = shape(column.bit).unwrap_or(Shape::Number);
            for element in 0..column.count {
                let value = match shape {
                    Shape::Number => Value::Number(reader.number()?),
                    Shape::Rate => Value::Rate {
                        age: reader.number()?,
                        current: reader.number()?,
                        last: reader.number()?,
                    },
                    Shape::Name => Value::Name(names.read(reader)?),
                };
                values.push((*column, element, value));
            }
        }
        Ok(Self {
            key,
            expire,
            values,
        })
    }
}

impl Key {
    fn read(reader: &mut Reader<'_>, table: &Definition) -> Result<Self, Fault> {
        Ok(match table.key {
            KeyKind::Integer => Self::Integer(reader.word()?),
            KeyKind::Ip => Self::Ip(reader.array()?),
            KeyKind::Ipv6 => Self::Ipv6(reader.array()?),
            KeyKind::String => {
                let length = reader.number()?;
                Self::Bytes(reader.bytes(length)?.into())
            }
            KeyKind::Binary => Self::Bytes(reader.bytes(table.key_length)?.into()),
        })
    }

    pub(crate) fn write(&self, kind: KeyKind, out: &mut Vec<u8>) {
        match self {
            Self::Integer(n) => out.extend(n.to_be_bytes()),
            Self::Ip(bytes) => out.extend(bytes),
            Self::Ipv6(bytes) => out.extend(bytes),
            Self::Bytes(bytes) => {
                if kind == KeyKind::String {
                    put(out, bytes.len() as u64);
                }
                out.extend_from_slice(bytes);
            }
        }
    }
}

impl Value {
    pub(crate) fn write(&self, names: &mut Said, out: &mut Vec<u8>) {
        match self {
            Self::Number(n) => put(out, *n),
            Self::Rate { age, current, last } => {
                put(out, *age);
                put(out, *current);
                put(out, *last);
            }
            Self::Name(name) => names.write(name.as_ref(), out),
        }
    }
}
