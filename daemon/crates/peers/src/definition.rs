//! Definitions of tables: what the updates behind them have in which order.

use crate::fault::Fault;
use crate::kinds::{Column, KeyKind, Shape, is_array, shape};
use crate::reader::Reader;
use crate::varint::put;

/// Elements of an array that a table may have.
const MOST_ELEMENTS: u64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// How its sender calls it.
    pub id: u64,
    pub name: String,
    pub key: KeyKind,
    /// Bytes of a key; of strings one more than the longest has.
    pub key_length: u64,
    /// Milliseconds; 0: entries do not expire.
    pub expire: u64,
    /// In the order of their bits, up to the first that is not known here.
    pub columns: Vec<Column>,
}

impl Definition {
    /// `Ok(None)`: a kind of key that is not known here.
    pub(crate) fn read(body: &[u8]) -> Result<Option<Self>, Fault> {
        let mut reader = Reader(body);
        let id = reader.number()?;
        let length = reader.number()?;
        let name = String::from_utf8_lossy(reader.bytes(length)?).into_owned();
        let kind = reader.number()?;
        let key_length = reader.number()?;
        let bits = reader.number()?;
        let expire = reader.optional()?.unwrap_or(0);
        let mut columns = Vec::new();
        for bit in (0..64).filter(|bit| bits >> bit & 1 == 1) {
            match column(bit, &mut reader)? {
                Some(column) => columns.push(column),
                // How long the values of the rest are is not known.
                None => break,
            }
        }
        Ok(KeyKind::of_number(kind).map(|key| Self {
            id,
            name,
            key,
            key_length,
            expire,
            columns,
        }))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put(out, self.id);
        put(out, self.name.len() as u64);
        out.extend_from_slice(self.name.as_bytes());
        put(out, self.key.number());
        put(out, self.key_length);
        put(
            out,
            self.columns.iter().fold(0, |bits, c| bits | 1 << c.bit),
        );
        put(out, self.expire);
        for column in &self.columns {
            let rate = shape(column.bit) == Some(Shape::Rate);
            if !rate && !is_array(column.bit) {
                continue;
            }
            put(out, u64::from(column.bit));
            if is_array(column.bit) {
                put(out, u64::from(column.count));
            }
            if rate {
                put(out, column.period);
            }
        }
    }

    /// Whether entries of this table can be taken into the other.
    pub fn fits(&self, ours: &Self) -> bool {
        let same_length = self.key_length == ours.key_length || self.key != KeyKind::Binary;
        self.name == ours.name && self.key == ours.key && same_length
    }
}

fn column(bit: u8, reader: &mut Reader<'_>) -> Result<Option<Column>, Fault> {
    let Some(shape) = shape(bit) else {
        return Ok(None);
    };
    let mut column = Column {
        bit,
        count: 1,
        period: 0,
    };
    if shape != Shape::Rate && !is_array(bit) {
        return Ok(Some(column));
    }
    // Older versions say nothing of periods.
    match reader.optional()? {
        None if is_array(bit) => return Ok(None),
        None => return Ok(Some(column)),
        Some(said) if said != u64::from(bit) => {
            return Err(Fault::Malformed("periods in a definition are out of order"));
        }
        Some(_) => {}
    }
    if is_array(bit) {
        let count = reader.number()?;
        if count == 0 || count > MOST_ELEMENTS {
            return Err(Fault::Malformed("an array of no size that there is"));
        }
        column.count = u32::try_from(count).unwrap_or(u32::MAX);
    }
    if shape == Shape::Rate {
        column.period = reader.number()?;
    }
    Ok(Some(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As HAProxy 2.6.12 defines `gpt(2),gpc(3),gpc_rate(3,10s)` by IPv6 addresses.
    const ARRAYS: &[u8] =
        b"\x04\x03arr\x05\x10\xf0\xf1\xfe\x6e\xf0\xc4\x0d\x16\x02\x17\x03\x18\x03\xf0\xe2\x03";

    #[test]
    fn a_definition_is_read_and_written() {
        let read = Definition::read(ARRAYS).unwrap().unwrap();
        assert_eq!((read.id, read.name.as_str()), (4, "arr"));
        assert_eq!((read.key, read.key_length), (KeyKind::Ipv6, 16));
        assert_eq!(read.expire, 30_000);
        let columns: Vec<_> = read
            .columns
            .iter()
            .map(|c| (c.bit, c.count, c.period))
            .collect();
        assert_eq!(columns, [(22, 2, 0), (23, 3, 0), (24, 3, 10_000)]);
        let mut out = Vec::new();
        read.write(&mut out);
        assert_eq!(out, ARRAYS);
    }

    #[test]
    fn what_is_not_known_ends_the_columns() {
        let mut out = Vec::new();
        let table = |bits| {
            let mut body = vec![1, 1, b't', 2, 4];
            put(&mut body, bits);
            body.push(0);
            body
        };
        out.extend(table(1 << 2 | 1 << 30 | 1 << 40));
        let read = Definition::read(&out).unwrap().unwrap();
        assert_eq!(read.columns.len(), 1);
        assert_eq!(Definition::read(&[1, 1, b't', 9, 4, 0]), Ok(None));
        for bad in [&[1, 200, b't'][..], &[], &[1, 1, b't', 2]] {
            assert!(Definition::read(bad).is_err());
        }
        // An array of a million elements.
        let mut huge = table(1 << 23);
        huge.push(23);
        put(&mut huge, 1_000_000);
        assert!(Definition::read(&huge).is_err());
    }
}
