//! Field lines: where each name and value lies, and which of them matter to a proxy.

use crate::fault::Fault;
use crate::manner::{Manner, loose_name};
use crate::swar;
use std::ops::Range;

/// A piece of the buffer that was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    #[must_use]
    pub fn of(self, buf: &[u8]) -> &[u8] {
        buf.get(self.start..self.end).unwrap_or_default()
    }

    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Fields with a meaning for framing or for the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Other,
    Host,
    Connection,
    /// `Keep-Alive`, `Proxy-Connection`, `TE`, `HTTP2-Settings`: never passed on, but `TE: trailers`.
    Hop,
    Upgrade,
    TransferEncoding,
    ContentLength,
    Expect,
    ForwardedFor,
    Cookie,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: Span,
    /// Without the blanks around it.
    pub value: Span,
    /// The whole line with its end.
    pub line: Span,
    pub kind: Kind,
    /// Whether the line goes on to the other side.
    pub keep: bool,
    /// The line can be copied as it stands: it ends in CRLF.
    pub clean: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a whole head.
    pub head: usize,
    pub fields: usize,
    pub manner: Manner,
}

impl Default for Limits {
    fn default() -> Self {
        // tune.bufsize less tune.maxrewrite, and tune.http.maxhdr, of the manual.
        Self {
            head: 16384 - 1024,
            fields: 101,
            manner: Manner::Normal,
        }
    }
}

const fn token_table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        #[allow(clippy::cast_possible_truncation)] // b < 256
        let c = b as u8;
        table[b] = c.is_ascii_alphanumeric()
            || matches!(
                c,
                b'!' | b'#'
                    | b'$'
                    | b'%'
                    | b'&'
                    | b'\''
                    | b'*'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'^'
                    | b'_'
                    | b'`'
                    | b'|'
                    | b'~'
            );
        b += 1;
    }
    table
}

static TOKEN: [bool; 256] = token_table();

/// RFC 9110 §5.6.2.
#[must_use]
pub fn is_token_byte(b: u8) -> bool {
    TOKEN[b as usize]
}

#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|b| is_token_byte(*b))
}

fn classify(name: &[u8]) -> Kind {
    let is = |want: &[u8]| swar::same(name, want);
    match (name.len(), name[0] | 0x20) {
        (2, b't') if is(b"te") => Kind::Hop,
        (4, b'h') if is(b"host") => Kind::Host,
        (6, b'c') if is(b"cookie") => Kind::Cookie,
        (6, b'e') if is(b"expect") => Kind::Expect,
        (7, b'u') if is(b"upgrade") => Kind::Upgrade,
        (10, b'c') if is(b"connection") => Kind::Connection,
        (10, b'k') if is(b"keep-alive") => Kind::Hop,
        (14, b'c') if is(b"content-length") => Kind::ContentLength,
        (14, b'h') if is(b"http2-settings") => Kind::Hop,
        (15, b'x') if is(b"x-forwarded-for") => Kind::ForwardedFor,
        (16, b'p') if is(b"proxy-connection") => Kind::Hop,
        (17, b't') if is(b"transfer-encoding") => Kind::TransferEncoding,
        _ => Kind::Other,
    }
}

/// Reads the field lines from `start` to the empty line; `None` wants more bytes. Folded lines
/// (RFC 9112 §5.2) are unfolded in place: their line ends become blanks.
pub fn scan(
    buf: &mut [u8],
    start: usize,
    limits: Limits,
    fields: &mut Vec<Field>,
) -> Result<Option<usize>, Fault> {
    fields.clear();
    let mut at = start;
    loop {
        match buf.get(at..) {
            None | Some([] | [b'\r']) => return Ok(None),
            Some([b'\n', ..]) => return Ok(Some(at + 1)),
            Some([b'\r', b'\n', ..]) => return Ok(Some(at + 2)),
            Some(_) => {}
        }
        let Some(mut colon) = name_end(buf, at) else {
            return Ok(None);
        };
        if colon == at || buf[colon] != b':' {
            if limits.manner != Manner::Lenient {
                return Err(Fault::FieldName);
            }
            match loose_name(buf, at)? {
                Some(end) => colon = end,
                None => return Ok(None),
            }
        }
        let Some((end, sound)) = line_end(buf, colon + 1) else {
            return Ok(None);
        };
        if fields.len() == limits.fields {
            return Err(Fault::TooManyFields);
        }
        if !sound {
            return Err(Fault::FieldValue);
        }
        let clean = buf[end - 2] == b'\r' && end - 2 > colon;
        let mut value = Span::new(colon + 1, if clean { end - 2 } else { end - 1 });
        while value.start < value.end && is_blank(buf[value.start]) {
            value.start += 1;
        }
        while value.start < value.end && is_blank(buf[value.end - 1]) {
            value.end -= 1;
        }
        let name = Span::new(at, colon);
        fields.push(Field {
            name,
            value,
            line: Span::new(at, end),
            kind: classify(name.of(buf)),
            keep: true,
            clean,
        });
        at = end;
    }
}

/// The first byte from `at` on that is no token byte.
fn name_end(buf: &[u8], mut at: usize) -> Option<usize> {
    while let Some(run) = swar::letters(buf, at) {
        at += run;
        if run < 8 {
            if !is_token_byte(buf[at]) {
                return Some(at);
            }
            at += 1;
        }
    }
    let rest = buf.get(at..)?.iter().position(|b| !is_token_byte(*b))?;
    Some(at + rest)
}

/// The index behind the line's LF, and whether there is no CR but before it and no NUL; joins
/// folded continuation lines on the way.
fn line_end(buf: &mut [u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut sound) = (from, true);
    loop {
        let mut hit = swar::control(buf, at)?;
        if buf[hit] == b'\r' {
            if buf.get(hit + 1) == Some(&b'\n') {
                hit += 1;
            } else {
                sound = false;
            }
        }
        at = hit + 1;
        match buf[hit] {
            b'\n' => match buf.get(at)? {
                b' ' | b'\t' => {
                    buf[hit] = b' ';
                    if hit > from && buf[hit - 1] == b'\r' {
                        buf[hit - 1] = b' ';
                    }
                }
                _ => return Some((at, sound)),
            },
            0 => sound = false,
            _ => {}
        }
    }
}

/// Whether there is any byte below 14: a line end, a NUL, a tab or another that ends nothing.
#[must_use]
pub fn has_control(text: &[u8]) -> bool {
    swar::control(text, 0).is_some()
}

#[must_use]
pub fn is_blank(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

/// The elements of a comma-separated list (RFC 9110 §5.6.1), trimmed, empty ones included.
pub fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let value = rest.take()?;
        let end = memchr::memchr(b',', value);
        rest = end.map(|end| &value[end + 1..]);
        Some(value[..end.unwrap_or(value.len())].trim_ascii())
    })
}
