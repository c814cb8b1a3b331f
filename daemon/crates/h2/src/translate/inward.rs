//! Data and trailers of a peer's message as the body of HTTP/1.1 text.

use super::Malformed;
use super::field::{check_name, check_value, is_out_of_trailer, line};
use crate::list::HeaderList;
use http1::write;

/// How the text delimits the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    #[default]
    None,
    Length,
    Chunked,
    /// Bytes of a tunnel.
    Raw,
}

/// A body on its way in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inward {
    pub framing: Framing,
}

impl Inward {
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self { framing }
    }

    /// Appends data, and the end of the body where this is it.
    pub fn data(self, bytes: &[u8], end: bool, out: &mut Vec<u8>) {
        match self.framing {
            Framing::Chunked => {
                write::chunk(bytes, out);
                if end {
                    write::last_chunk(b"", out);
                }
            }
            Framing::Length | Framing::Raw => out.extend_from_slice(bytes),
            // Data behind a head that has none was refused before.
            Framing::None => {}
        }
    }

    /// Appends the trailer, which is the end of the body. Where the text delimits the body by its
    /// length there is no place for one.
    pub fn trailers(self, list: &HeaderList, out: &mut Vec<u8>) -> Result<(), Malformed> {
        for (name, value) in list.iter() {
            if name.starts_with(b":") {
                return Err(Malformed::Pseudo);
            }
            check_name(name)?;
            check_value(value)?;
        }
        if self.framing == Framing::Chunked {
            out.extend_from_slice(b"0\r\n");
            let kept = list.iter().filter(|(name, _)| !is_out_of_trailer(name));
            kept.for_each(|(name, value)| line(name, value, out));
            out.extend_from_slice(b"\r\n");
        }
        Ok(())
    }
}
