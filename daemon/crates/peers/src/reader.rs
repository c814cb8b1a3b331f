//! The body of a message, read from its beginning.

use crate::fault::Fault;
use crate::varint;

pub struct Reader<'a>(pub &'a [u8]);

const SHORT: Fault = Fault::Malformed("a message ends before its time");

impl<'a> Reader<'a> {
    pub fn number(&mut self) -> Result<u64, Fault> {
        match varint::get(self.0) {
            Ok(Some((value, length))) => {
                self.0 = &self.0[length..];
                Ok(value)
            }
            Ok(None) => Err(SHORT),
            Err(()) => Err(Fault::Malformed("a number is too large")),
        }
    }

    /// A number that may be missing at the end of a message.
    pub fn optional(&mut self) -> Result<Option<u64>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        self.number().map(Some)
    }

    pub fn bytes(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let length = usize::try_from(length).map_err(|_| SHORT)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn word(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_be_bytes)
    }
}
