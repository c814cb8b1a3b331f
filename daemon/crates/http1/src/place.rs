//! Where a refused message breaks the rule: found by looking once more, so that parsing keeps no
//! record of where it is.

use crate::fault::Fault;
use crate::field::{self, Span, is_blank, is_token_byte};
use crate::swar::same;

/// The index in `buf` of the first byte that breaks the rule; `buf.len()` where bytes are missing
/// or too many.
#[must_use]
pub fn of_request(buf: &[u8], fault: Fault) -> usize {
    let start = first_text(buf);
    let line = RequestLine::of(buf, start);
    match fault {
        Fault::RequestLine => line.broken(buf),
        Fault::Target => line.bad_target(buf),
        Fault::Version => line.version,
        Fault::Preface => start,
        other => of_head(buf, start, other),
    }
}

/// The same of a response.
#[must_use]
pub fn of_response(buf: &[u8], fault: Fault) -> usize {
    match fault {
        Fault::StatusLine => status_line(buf),
        Fault::UnsolicitedSwitch => status_at(buf),
        other => of_head(buf, 0, other),
    }
}

fn first_text(buf: &[u8]) -> usize {
    let text = buf.iter().position(|b| !matches!(b, b'\r' | b'\n'));
    text.unwrap_or(buf.len())
}

fn skip(buf: &[u8], from: usize, pass: impl Fn(u8) -> bool) -> usize {
    let rest = buf.get(from..).unwrap_or_default();
    let end = rest.iter().position(|b| !pass(*b));
    end.map_or(buf.len(), |n| from + n)
}

struct RequestLine {
    start: usize,
    method_end: usize,
    target: Span,
    version: usize,
    end: usize,
}

impl RequestLine {
    fn of(buf: &[u8], start: usize) -> Self {
        let ends = |b: u8| matches!(b, b'\r' | b'\n');
        let end = skip(buf, start, |b| !ends(b));
        let line = &buf[..end];
        let method_end = skip(line, start, is_token_byte);
        let at = skip(line, method_end, is_blank);
        let target = Span::new(at, skip(line, at, |b| !is_blank(b)));
        Self {
            start,
            method_end,
            target,
            version: skip(line, target.end, is_blank),
            end,
        }
    }

    fn broken(&self, buf: &[u8]) -> usize {
        if self.method_end == self.start || self.target.start == self.method_end {
            return self.method_end;
        }
        deviates(&buf[self.version..self.end]).map_or(self.end, |n| self.version + n)
    }

    fn bad_target(&self, buf: &[u8]) -> usize {
        let bad = skip(buf, self.target.start, |b| (0x21..0x7f).contains(&b));
        if bad < self.target.end {
            bad
        } else {
            self.target.start
        }
    }
}

/// Where a text is no `HTTP/d.d`; `None` when it is too short or right.
fn deviates(version: &[u8]) -> Option<usize> {
    let digit = |b: &u8| b.is_ascii_digit();
    let fits = |(at, b): (usize, &u8)| match at {
        0..=4 => b"HTTP/"[at] == *b,
        5 | 7 => digit(b),
        6 => *b == b'.',
        _ => false,
    };
    version.iter().enumerate().position(|each| !fits(each))
}

fn status_at(buf: &[u8]) -> usize {
    skip(buf, skip(buf, 0, |b| b != b' '), |b| b == b' ')
}

fn status_line(buf: &[u8]) -> usize {
    let blank = skip(buf, 0, |b| !matches!(b, b' ' | b'\r' | b'\n'));
    if let Some(at) = deviates(&buf[..blank]).or((blank < 8).then_some(blank)) {
        return at;
    }
    let status = status_at(buf);
    let digits = skip(buf, status, |b| b.is_ascii_digit());
    match digits - status {
        0..=2 => digits,
        3 => skip(buf, digits, |b| !matches!(b, b'\r' | 0)),
        _ => status + 3,
    }
}

/// What both kinds of heads have, behind their first line.
fn of_head(buf: &[u8], start: usize, fault: Fault) -> usize {
    let fields = Fields::behind(buf, start);
    let head_end = fields.clone().last().map_or(buf.len(), |line| line.end);
    let value = |name: &[u8]| {
        let mut of_name = fields.clone().filter(|line| same(line.name(buf), name));
        of_name
            .next()
            .map_or(head_end, |line| line.value(buf).start)
    };
    match fault {
        Fault::FieldName => {
            let broken = |line: Line| {
                (line.colon == line.start || line.colonless(buf)).then_some(line.colon)
            };
            fields.clone().find_map(broken).unwrap_or(head_end)
        }
        Fault::FieldValue => fields.clone().find_map(|l| l.torn(buf)).unwrap_or(head_end),
        Fault::LineEnd => {
            let bare = |at: &usize| buf[*at] == b'\n' && (*at == 0 || buf[at - 1] != b'\r');
            (start..buf.len()).find(bare).unwrap_or(head_end)
        }
        Fault::Fold => {
            let folded = |l: &Line| buf.get(l.start).is_some_and(|b| is_blank(*b));
            fields.clone().find(folded).map_or(head_end, |l| l.start)
        }
        Fault::Host => differing(buf, fields.clone(), b"host").unwrap_or_else(|| value(b"host")),
        Fault::ContentLength => differing(buf, fields.clone(), b"content-length")
            .unwrap_or_else(|| value(b"content-length")),
        Fault::UnexpectedBody => value(b"content-length"),
        Fault::TransferEncoding | Fault::UnsupportedCoding | Fault::TwoFramings => {
            value(b"transfer-encoding")
        }
        Fault::NoHost => head_end,
        Fault::Chunk => bad_chunk(buf, fields.body().unwrap_or(buf.len())),
        _ => buf.len(),
    }
}

/// The value of the first line of this name that says something else than the first one.
fn differing(buf: &[u8], fields: Fields<'_>, name: &[u8]) -> Option<usize> {
    let mut of_name = fields.filter(|line| same(line.name(buf), name));
    let first = of_name.next()?.value(buf);
    let sound = |value: Span| value.of(buf).iter().all(u8::is_ascii_digit);
    let is_length = name == b"content-length";
    if is_length && !sound(first) {
        return Some(first.start);
    }
    of_name
        .map(|line| line.value(buf))
        .find(|value| !value.of(buf).eq_ignore_ascii_case(first.of(buf)))
        .map(|value| value.start)
}

/// The lines between the first one and the empty one.
#[derive(Clone)]
struct Fields<'a> {
    buf: &'a [u8],
    at: usize,
}

#[derive(Clone, Copy)]
struct Line {
    start: usize,
    /// The first byte that is no part of a name: a colon, where the line is sound.
    colon: usize,
    /// Behind the line feed.
    end: usize,
}

impl<'a> Fields<'a> {
    fn behind(buf: &'a [u8], start: usize) -> Self {
        let at = memchr::memchr(b'\n', &buf[start..]).map_or(buf.len(), |n| start + n + 1);
        Self { buf, at }
    }

    /// Where the body begins, when the whole head is there.
    fn body(&self) -> Option<usize> {
        let mut rest = self.clone();
        rest.by_ref().for_each(drop);
        match &self.buf[rest.at..] {
            [b'\r', b'\n', ..] => Some(rest.at + 2),
            [b'\n', ..] => Some(rest.at + 1),
            _ => None,
        }
    }
}

impl Iterator for Fields<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let start = self.at;
        match self.buf.get(start..)? {
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => return None,
            _ => {}
        }
        let end = memchr::memchr(b'\n', &self.buf[start..]);
        let end = end.map_or(self.buf.len(), |n| start + n + 1);
        self.at = end;
        let colon = skip(&self.buf[..end], start, is_token_byte);
        Some(Line { start, colon, end })
    }
}

impl Line {
    fn name(self, buf: &[u8]) -> &[u8] {
        &buf[self.start..self.colon]
    }

    fn colonless(self, buf: &[u8]) -> bool {
        buf.get(self.colon) != Some(&b':')
    }

    fn value(self, buf: &[u8]) -> Span {
        let start = skip(&buf[..self.end], (self.colon + 1).min(self.end), is_blank);
        let text = &buf[start..self.end];
        Span::new(start, start + text.trim_ascii_end().len())
    }

    /// A NUL, or what follows a CR that ends nothing.
    fn torn(self, buf: &[u8]) -> Option<usize> {
        (self.colon..self.end).find_map(|at| match buf[at] {
            0 => Some(at),
            b'\r' if buf.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        })
    }
}

/// Where chunks are no chunks any more (RFC 9112 §7.1).
fn bad_chunk(buf: &[u8], mut at: usize) -> usize {
    loop {
        let size_end = skip(buf, at, |b| b.is_ascii_hexdigit());
        let size = std::str::from_utf8(&buf[at..size_end]).unwrap_or_default();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            return at;
        };
        let line = skip(buf, size_end, |b| {
            !matches!(b, b'\r' | b'\n') && !field::has_control(&[b])
        });
        let data = match buf.get(line..) {
            Some([b'\r', b'\n', ..]) => line + 2,
            Some([b'\n', ..]) => line + 1,
            _ => return line,
        };
        let end = data.saturating_add(size);
        match buf.get(end..) {
            Some([b'\r', b'\n', ..]) if size > 0 => at = end + 2,
            Some([b'\n', ..]) if size > 0 => at = end + 1,
            _ => return end.min(buf.len()),
        }
    }
}

#[cfg(test)]
#[path = "place_test.rs"]
mod tests;
