//! Type-length-values behind the addresses of version 2 (PROXY protocol, 2.2).

use super::{AUTHORITY, CRC32C, Fault, UNIQUE_ID};
use crate::rules::convert::crc32c;
use std::ops::Range;

const AUTHORITY_MOST: usize = 255;
const UNIQUE_ID_MOST: usize = 128;

/// Where the values that somebody may ask for stand in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub authority: Option<Range<usize>>,
    pub unique_id: Option<Range<usize>>,
}

/// The same, taken out of the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub authority: Option<Vec<u8>>,
    pub unique_id: Option<Vec<u8>>,
}

impl Values {
    pub fn of(&self, header: &[u8]) -> Told {
        let taken = |range: &Option<Range<usize>>| Some(header.get(range.clone()?)?.to_vec());
        Told {
            authority: taken(&self.authority),
            unique_id: taken(&self.unique_id),
        }
    }
}

/// Looks through the values, which begin at `from`; a checksum must be right.
pub fn read(header: &[u8], from: usize) -> Result<Values, Fault> {
    let mut values = Values::default();
    let mut at = from;
    while at < header.len() {
        let [kind, high, low] = *header.get(at..at + 3).ok_or(Fault::Invalid)? else {
            return Err(Fault::Invalid);
        };
        let start = at + 3;
        let range = start..start + usize::from(u16::from_be_bytes([high, low]));
        let value = header.get(range.clone()).ok_or(Fault::Invalid)?;
        at = range.end;
        match kind {
            AUTHORITY if value.len() <= AUTHORITY_MOST => values.authority = Some(range),
            UNIQUE_ID if value.len() <= UNIQUE_ID_MOST => values.unique_id = Some(range),
            CRC32C if is_sum(header, &range) => {}
            AUTHORITY | UNIQUE_ID | CRC32C => return Err(Fault::Invalid),
            _ => {}
        }
    }
    Ok(values)
}

/// The checksum counts its own bytes as zeros.
fn is_sum(header: &[u8], range: &Range<usize>) -> bool {
    let mut blanked = header.to_vec();
    blanked[range.clone()].fill(0);
    header[range.clone()] == crc32c(&blanked).to_be_bytes()
}
