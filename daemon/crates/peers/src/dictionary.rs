//! Names of servers: each is sent once with a number, and called by that number from then on.

use crate::fault::Fault;
use crate::reader::Reader;
use crate::varint::put;
use std::collections::HashMap;
use std::sync::Arc;

/// Numbers that a side may use at once.
const MOST: u64 = 128;
/// The longest name.
const LONGEST: u64 = 1024;

/// Those that the other side sent.
#[derive(Debug, Default)]
pub struct Heard(HashMap<u64, Arc<str>>);

impl Heard {
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Result<Option<Arc<str>>, Fault> {
        let length = reader.number()?;
        if length == 0 {
            return Ok(None);
        }
        let mut inner = Reader(reader.bytes(length)?);
        let id = inner.number()?;
        if !(1..=MOST).contains(&id) {
            return Err(Fault::Malformed("a name has a number that there is not"));
        }
        let Some(length) = inner.optional()? else {
            return Ok(self.0.get(&id).cloned());
        };
        if length > LONGEST {
            return Err(Fault::Malformed("a name is too long"));
        }
        let name: Arc<str> = String::from_utf8_lossy(inner.bytes(length)?).into();
        self.0.insert(id, name.clone());
        Ok(Some(name))
    }

    pub fn names(&self) -> impl Iterator<Item = (u64, &str)> {
        self.0.iter().map(|(id, name)| (*id, &**name))
    }
}

/// Those that this side sent; the oldest gives its number to a new one.
#[derive(Debug, Default)]
pub struct Said {
    ids: HashMap<Arc<str>, u64>,
    names: HashMap<u64, Arc<str>>,
    /// How many were given a number so far.
    count: u64,
}

impl Said {
    pub fn write(&mut self, name: Option<&Arc<str>>, out: &mut Vec<u8>) {
        let Some(name) = name.filter(|name| name.len() as u64 <= LONGEST) else {
            out.push(0);
            return;
        };
        let mut inner = Vec::with_capacity(name.len() + 4);
        if let Some(id) = self.ids.get(name) {
            put(&mut inner, *id);
        } else {
            let id = self.count % MOST + 1;
            self.count += 1;
            if let Some(old) = self.names.insert(id, name.clone()) {
                self.ids.remove(&old);
            }
            self.ids.insert(name.clone(), id);
            put(&mut inner, id);
            put(&mut inner, name.len() as u64);
            inner.extend_from_slice(name.as_bytes());
        }
        put(out, inner.len() as u64);
        out.extend(inner);
    }

    /// A mark for [`Said::take_back`].
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What was written since the mark is not sent: its names are new when they come again.
    pub fn take_back(&mut self, mark: u64) {
        for number in mark..self.count {
            if let Some(name) = self.names.remove(&(number % MOST + 1)) {
                self.ids.remove(&name);
            }
        }
        self.count = mark;
    }

    pub fn names(&self) -> impl Iterator<Item = (u64, &str)> {
        self.names.iter().map(|(id, name)| (*id, &**name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sent_once() {
        let (mut said, mut heard) = (Said::default(), Heard::default());
        let mut out = Vec::new();
        let s1: Arc<str> = "s1".into();
        said.write(Some(&s1), &mut out);
        said.write(Some(&s1), &mut out);
        said.write(None, &mut out);
        // As HAProxy writes them.
        assert_eq!(out, b"\x04\x01\x02s1\x01\x01\x00");
        let mut reader = Reader(&out);
        for name in [Some(&s1), Some(&s1), None] {
            assert_eq!(heard.read(&mut reader).unwrap().as_ref(), name);
        }
    }

    #[test]
    fn both_sides_forget_the_same_names() {
        let (mut said, mut heard) = (Said::default(), Heard::default());
        for round in 0..3 {
            for n in 0..200 {
                let name: Arc<str> = format!("server-{n}").into();
                let mut out = Vec::new();
                said.write(Some(&name), &mut out);
                assert_eq!(
                    heard.read(&mut Reader(&out)).unwrap(),
                    Some(name),
                    "{round}"
                );
            }
        }
        assert_eq!((said.names.len(), heard.0.len()), (128, 128));
        assert_eq!(said.ids.len(), 128);
    }

    #[test]
    fn what_is_taken_back_is_new_again() {
        let (mut said, mut heard) = (Said::default(), Heard::default());
        let mut say = |name: &str, sent: bool| {
            let (name, mark, mut out) = (Arc::<str>::from(name), said.count(), Vec::new());
            said.write(Some(&name), &mut out);
            if sent {
                let read = heard.read(&mut Reader(&out)).unwrap();
                assert_eq!(read, Some(name));
            } else {
                said.take_back(mark);
            }
        };
        for n in 0..300 {
            say(&format!("s{n}"), n % 3 != 0);
            say(&format!("s{}", n / 2), true);
        }
        assert!(said.names.len() <= 128 && said.ids.len() == said.names.len());
    }

    #[test]
    fn numbers_and_lengths_have_bounds() {
        for bad in [
            &b"\x01\x00"[..],
            b"\x02\xf0\x01",
            b"\x04\x01\x05s1",
            b"\x03\x01\xf0\xf0",
        ] {
            assert!(Heard::default().read(&mut Reader(bad)).is_err(), "{bad:?}");
        }
    }
}
