//! Header blocks read (RFC 7541 §6).

use super::dynamic::Dynamic;
use super::table::STATIC;
use super::{Fault, huffman, integer};
use crate::list::HeaderList;

#[derive(Debug)]
pub struct Decoder {
    table: Dynamic,
    /// What we announced: the peer may use no larger table.
    allowed: usize,
    name: Vec<u8>,
    value: Vec<u8>,
}

impl Decoder {
    #[must_use]
    pub fn new(allowed: usize) -> Self {
        Self {
            table: Dynamic::new(allowed),
            allowed,
            name: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Bytes that the table holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.table.size()
    }

    /// Reads a whole block into `list`. What is beyond `limit` is not kept, but read: the tables of
    /// both sides stay the same.
    pub fn decode(
        &mut self,
        block: &[u8],
        limit: usize,
        list: &mut HeaderList,
    ) -> Result<(), Fault> {
        list.clear();
        let mut at = 0;
        let mut begun = false;
        while let Some(first) = block.get(at) {
            let rest = &block[at..];
            if first & 0x80 != 0 {
                let (index, used) = integer::read(rest, 7)?;
                let (name, value) = field(&self.table, index)?;
                list.push(name, value, limit);
                at += used;
            } else if first & 0xe0 == 0x20 {
                // A new size stands before the first field (§4.2).
                let (size, used) = integer::read(rest, 5)?;
                if begun || size > self.allowed {
                    return Err(Fault::TableSize);
                }
                self.table.resize(size);
                at += used;
                continue;
            } else {
                at += self.literal(rest, limit, list)?;
            }
            begun = true;
        }
        Ok(())
    }

    fn literal(
        &mut self,
        input: &[u8],
        limit: usize,
        list: &mut HeaderList,
    ) -> Result<usize, Fault> {
        let kept = input[0] & 0x40 != 0;
        let (index, mut at) = integer::read(input, if kept { 6 } else { 4 })?;
        let Self {
            table, name, value, ..
        } = self;
        if !kept && index != 0 {
            let known = field(table, index)?.0;
            let (value, used) = string(&input[at..], value)?;
            list.push(known, value, limit);
            return Ok(at + used);
        }
        let own: &[u8] = if index == 0 {
            let (text, used) = string(&input[at..], name)?;
            at += used;
            text
        } else {
            // Adding may drop the entry that the name comes from.
            name.clear();
            name.extend_from_slice(field(table, index)?.0);
            name
        };
        let (value, used) = string(&input[at..], value)?;
        list.push(own, value, limit);
        if kept {
            table.add(own, value);
        }
        Ok(at + used)
    }
}

fn field(table: &Dynamic, index: usize) -> Result<(&[u8], &[u8]), Fault> {
    let at = index.checked_sub(1).ok_or(Fault::Index)?;
    match STATIC.get(at) {
        Some(known) => Ok(*known),
        None => table.get(at - STATIC.len()).ok_or(Fault::Index),
    }
}

/// A string and the bytes used; in `scratch` where it is not there as it stands.
fn string<'a>(input: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<(&'a [u8], usize), Fault> {
    let coded = input.first().ok_or(Fault::Truncated)? & 0x80 != 0;
    let (length, at) = integer::read(input, 7)?;
    let end = at.checked_add(length).ok_or(Fault::Truncated)?;
    let bytes = input.get(at..end).ok_or(Fault::Truncated)?;
    if !coded {
        return Ok((bytes, end));
    }
    scratch.clear();
    huffman::decode(bytes, scratch)?;
    Ok((scratch, end))
}
