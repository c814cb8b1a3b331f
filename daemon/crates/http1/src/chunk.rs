//! Chunked transfer coding, strictly (RFC 9112 §7.1): CRLF only, at most 13 digits, extensions
//! dropped, trailers collected apart.

use crate::body::Step;
use crate::fault::Fault;
use crate::field::{self, Kind, Limits};

/// 2^52 and above are refused: such sizes only serve to overflow somebody's counter.
const MAX_DIGITS: u8 = 13;
/// Bytes of a chunk-size line, extensions included, before it is taken for an attack.
const MAX_SIZE_LINE: u32 = 1024;
const MAX_TRAILERS: usize = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    /// Blanks behind the size, before `;` or the line's end.
    Blank,
    Extension {
        quoted: bool,
        escaped: bool,
    },
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailers,
    Done,
}

#[derive(Debug, Clone)]
pub struct ChunkDecoder {
    state: State,
    digits: u8,
    /// Bytes of the current size line.
    line: u32,
    left: u64,
    /// Raw trailer section so far, with its final empty line when done.
    trailers: Vec<u8>,
}

impl Default for ChunkDecoder {
    fn default() -> Self {
        Self {
            state: State::Size,
            digits: 0,
            line: 0,
            left: 0,
            trailers: Vec::new(),
        }
    }
}

impl ChunkDecoder {
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Uses bytes up to and including the next piece of data, or all of them.
    pub fn step(&mut self, input: &[u8]) -> Result<Step, Fault> {
        let mut i = 0;
        while i < input.len() {
            match self.state {
                State::Done => break,
                State::Data => {
                    let n = usize::try_from(self.left)
                        .unwrap_or(usize::MAX)
                        .min(input.len() - i);
                    self.left -= n as u64;
                    if self.left == 0 {
                        self.state = State::DataCr;
                    }
                    return Ok(Step {
                        used: i + n,
                        data: i..i + n,
                        done: false,
                    });
                }
                State::Trailers => i += self.trailer(&input[i..])?,
                _ => {
                    self.state = self.framing(input[i])?;
                    i += 1;
                }
            }
        }
        Ok(Step {
            used: i,
            data: 0..0,
            done: self.is_done(),
        })
    }

    fn framing(&mut self, b: u8) -> Result<State, Fault> {
        Ok(match self.state {
            State::Size => match hex(b) {
                Some(d) => {
                    // Leading zeros carry no value and so no danger.
                    self.digits += u8::from(self.digits > 0 || d > 0);
                    if self.digits > MAX_DIGITS || self.line > MAX_SIZE_LINE {
                        return Err(Fault::Chunk);
                    }
                    self.line += 1;
                    self.left = self.left << 4 | u64::from(d);
                    State::Size
                }
                None if self.line == 0 => return Err(Fault::Chunk),
                None => self.after_size(b)?,
            },
            State::Blank => self.after_size(b)?,
            State::Extension { quoted, escaped } => self.in_extension(b, quoted, escaped)?,
            State::SizeLf if b == b'\n' => {
                self.digits = 0;
                self.line = 0;
                if self.left == 0 {
                    State::Trailers
                } else {
                    State::Data
                }
            }
            State::DataCr if b == b'\r' => State::DataLf,
            State::DataLf if b == b'\n' => State::Size,
            _ => return Err(Fault::Chunk),
        })
    }

    fn after_size(&mut self, b: u8) -> Result<State, Fault> {
        self.line += 1;
        match b {
            _ if self.line > MAX_SIZE_LINE => Err(Fault::Chunk),
            b'\r' => Ok(State::SizeLf),
            b' ' | b'\t' => Ok(State::Blank),
            b';' => Ok(State::Extension {
                quoted: false,
                escaped: false,
            }),
            _ => Err(Fault::Chunk),
        }
    }

    fn in_extension(&mut self, b: u8, quoted: bool, escaped: bool) -> Result<State, Fault> {
        self.line += 1;
        if self.line > MAX_SIZE_LINE {
            return Err(Fault::Chunk);
        }
        match b {
            b'\r' if !quoted => Ok(State::SizeLf),
            b'\t' => Ok(State::Extension {
                quoted,
                escaped: false,
            }),
            0..0x20 | 0x7f => Err(Fault::Chunk),
            _ if escaped => Ok(State::Extension {
                quoted,
                escaped: false,
            }),
            b'"' => Ok(State::Extension {
                quoted: !quoted,
                escaped: false,
            }),
            b'\\' if quoted => Ok(State::Extension {
                quoted,
                escaped: true,
            }),
            _ => Ok(State::Extension {
                quoted,
                escaped: false,
            }),
        }
    }

    /// Takes one trailer line, or the part of it that is there.
    fn trailer(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let line_start = self
            .trailers
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |p| p + 1);
        let n = memchr::memchr(b'\n', input).map_or(input.len(), |p| p + 1);
        if self.trailers.len() + n > MAX_TRAILERS {
            return Err(Fault::HeadTooLarge);
        }
        self.trailers.extend_from_slice(&input[..n]);
        let line = &self.trailers[line_start..];
        if let Some(text) = line.strip_suffix(b"\n") {
            let Some(text) = text.strip_suffix(b"\r") else {
                return Err(Fault::Chunk);
            };
            if text.is_empty() {
                let mut fields = Vec::new();
                field::scan(&mut self.trailers, 0, Limits::default(), &mut fields)?
                    .ok_or(Fault::Chunk)?;
                self.state = State::Done;
            }
        }
        Ok(n)
    }

    /// The trailer fields that may go on, each line with its CRLF: none that frames, routes or
    /// describes the connection (RFC 9110 §6.5.1).
    #[must_use]
    pub fn trailers(&self) -> Vec<u8> {
        let mut raw = self.trailers.clone();
        let mut fields = Vec::new();
        let mut out = Vec::new();
        if !raw.is_empty() && field::scan(&mut raw, 0, Limits::default(), &mut fields).is_ok() {
            for f in fields
                .iter()
                .filter(|f| f.kind == Kind::Other && !is_forbidden(f.name.of(&raw)))
            {
                out.extend_from_slice(f.name.of(&raw));
                out.extend_from_slice(b": ");
                out.extend_from_slice(f.value.of(&raw));
                out.extend_from_slice(b"\r\n");
            }
        }
        out
    }
}

fn is_forbidden(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 12] = [
        b"trailer",
        b"authorization",
        b"proxy-authorization",
        b"proxy-authenticate",
        b"www-authenticate",
        b"set-cookie",
        b"content-encoding",
        b"content-type",
        b"content-range",
        b"max-forwards",
        b"forwarded",
        b"cache-control",
    ];
    NAMES.iter().any(|n| name.eq_ignore_ascii_case(n))
}

fn hex(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}
