//! A body as its framing delimits it (RFC 9112 §6.3).

use crate::chunk::ChunkDecoder;
use crate::fault::Fault;
use std::ops::Range;

#[derive(Debug, Clone)]
pub enum Body {
    Empty,
    /// Bytes left.
    Length(u64),
    Chunked(ChunkDecoder),
    UntilClose,
}

/// What one look at the input gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Bytes of the input that belong to the message and are dealt with.
    pub used: usize,
    /// Where in the input the data of this step lies.
    pub data: Range<usize>,
    /// The body has ended.
    pub done: bool,
}

impl Body {
    #[must_use]
    pub fn chunked() -> Self {
        Self::Chunked(ChunkDecoder::default())
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        match self {
            Self::Empty | Self::Length(0) => true,
            Self::Chunked(c) => c.is_done(),
            Self::Length(_) | Self::UntilClose => false,
        }
    }

    /// Bytes known to be still to come; `None` when only the sender knows.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Length(n) => Some(*n),
            Self::Chunked(_) | Self::UntilClose => None,
        }
    }

    /// Passes over what belongs to the body; so many bytes of the input did.
    pub fn skip(&mut self, input: &[u8]) -> usize {
        let mut at = 0;
        while at < input.len() && !self.is_done() {
            match self.step(&input[at..]) {
                Ok(step) => at += step.used,
                Err(_) => break,
            }
        }
        at
    }

    /// Takes the next piece of the body from the front of `input`. Call again with the rest while
    /// bytes were used and the body is not done.
    pub fn step(&mut self, input: &[u8]) -> Result<Step, Fault> {
        match self {
            Self::Empty => Ok(Step {
                used: 0,
                data: 0..0,
                done: true,
            }),
            Self::UntilClose => Ok(Step {
                used: input.len(),
                data: 0..input.len(),
                done: false,
            }),
            Self::Length(left) => {
                let n = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(input.len());
                *left -= n as u64;
                Ok(Step {
                    used: n,
                    data: 0..n,
                    done: *left == 0,
                })
            }
            Self::Chunked(decoder) => decoder.step(input),
        }
    }
}
