//! Texts that are composed while a check runs, and what they may look at.

use std::borrow::Cow;
use std::fmt;

/// What a check has seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What the server said since it was spoken to last.
    pub bytes: &'a [u8],
    /// It is the answer to an HTTP request.
    pub http: bool,
}

/// Whoever runs checks composes their texts and numbers and carries out their orders: each is
/// known by a number that only he understands.
pub trait Author {
    fn text(&mut self, number: usize, seen: Seen<'_>) -> Vec<u8>;
    fn integer(&mut self, number: usize, seen: Seen<'_>) -> Option<i64>;
    fn carry_out(&mut self, number: usize, seen: Seen<'_>);
}

/// A text that is the same every time, or is composed when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Fixed(Vec<u8>),
    Composed(usize),
    /// What is composed are bytes in hexadecimal.
    Hexadecimal(usize),
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    Empty,
    NotHexadecimal,
}

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "log-format string evaluated to an empty string",
            Self::NotHexadecimal => {
                "Failed to parse hexastring resulting of eval of a log-format string"
            }
        })
    }
}

impl Text {
    pub(crate) fn bytes(
        &self,
        author: &mut dyn Author,
        seen: Seen<'_>,
    ) -> Result<Cow<'_, [u8]>, NoText> {
        match self {
            Self::Fixed(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::Composed(number) => Ok(Cow::Owned(author.text(*number, seen))),
            Self::Hexadecimal(number) => {
                let digits = author.text(*number, seen);
                let bytes = from_hexadecimal(&digits).ok_or(NoText::NotHexadecimal)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Something to look for: an empty text would be found everywhere.
    pub(crate) fn wanted(
        &self,
        author: &mut dyn Author,
        seen: Seen<'_>,
    ) -> Result<Cow<'_, [u8]>, NoText> {
        let bytes = self.bytes(author, seen)?;
        match self {
            Self::Composed(_) | Self::Hexadecimal(_) if bytes.is_empty() => Err(NoText::Empty),
            _ => Ok(bytes),
        }
    }
}

/// Two digits for each byte.
fn from_hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    });
    pairs.collect()
}
