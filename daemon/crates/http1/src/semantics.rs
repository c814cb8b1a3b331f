//! The fields that decide framing and connection handling, read the same way in both directions.

use crate::fault::Fault;
use crate::field::{Field, Kind, Span, is_token, list};
use crate::swar::same;

/// What the field lines of one message say together.
#[derive(Debug, Default, Clone, Copy)]
pub struct Semantics {
    pub length: Option<u64>,
    pub chunked: bool,
    pub close: bool,
    pub keep_alive: bool,
    /// `Connection: upgrade` together with an `Upgrade` field that does not offer h2c.
    pub upgrade: bool,
    pub host: Option<Span>,
    pub expect_continue: bool,
    /// The length has to be written anew: it was repeated, listed or had leading zeros.
    pub write_length: bool,
}

impl Semantics {
    /// Reads the fields and marks those that do not go on.
    pub fn read(buf: &[u8], fields: &mut [Field]) -> Result<Self, Fault> {
        let mut s = Self::default();
        let mut nominated = false;
        let mut wants_upgrade = false;
        let mut upgrade = false;
        let mut offered = false;
        for f in fields.iter_mut() {
            if matches!(f.kind, Kind::Other | Kind::ForwardedFor | Kind::Cookie) {
                continue;
            }
            let value = f.value.of(buf);
            match f.kind {
                Kind::Other | Kind::ForwardedFor | Kind::Cookie => {}
                Kind::Host => match s.host {
                    None => s.host = Some(f.value),
                    Some(first) if first.of(buf).eq_ignore_ascii_case(value) => f.keep = false,
                    Some(_) => return Err(Fault::Host),
                },
                Kind::ContentLength => s.content_length(value)?,
                Kind::TransferEncoding => {
                    f.keep = false;
                    s.transfer_encoding(value)?;
                }
                Kind::Connection => {
                    f.keep = false;
                    if same(value, b"keep-alive") {
                        s.keep_alive = true;
                        continue;
                    }
                    for token in list(value) {
                        match token {
                            t if t.eq_ignore_ascii_case(b"close") => s.close = true,
                            t if t.eq_ignore_ascii_case(b"keep-alive") => s.keep_alive = true,
                            t if t.eq_ignore_ascii_case(b"upgrade") => wants_upgrade = true,
                            t => nominated |= !t.is_empty(),
                        }
                    }
                }
                // Whoever takes trailers gets them through us, too (RFC 9110 §10.1.4).
                Kind::Hop => {
                    f.keep = f.name.of(buf).len() == 2 && value.eq_ignore_ascii_case(b"trailers");
                }
                // RFC 9113 §3.1: nobody behind this proxy may switch to h2c.
                Kind::Upgrade => {
                    offered = true;
                    let h2c = |t: &[u8]| t.eq_ignore_ascii_case(b"h2c");
                    upgrade = !value.is_empty() && !list(value).any(h2c);
                }
                Kind::Expect => s.expect_continue |= value.eq_ignore_ascii_case(b"100-continue"),
            }
        }
        s.upgrade = wants_upgrade && upgrade;
        s.settle(buf, fields, nominated, offered);
        Ok(s)
    }

    /// `offered`: there is an `Upgrade` field, which goes on only where the upgrade is asked for.
    fn settle(&mut self, buf: &[u8], fields: &mut [Field], nominated: bool, offered: bool) {
        let drop_length = self.chunked || self.write_length;
        if self.chunked {
            self.write_length = false;
        }
        if drop_length || offered && !self.upgrade {
            for f in fields.iter_mut() {
                f.keep &= !(f.kind == Kind::ContentLength && drop_length
                    || f.kind == Kind::Upgrade && !self.upgrade);
            }
        }
        if nominated {
            drop_nominated(buf, fields);
        }
    }

    /// RFC 9112 §6.3: equal repetitions are one length, anything else has no meaning.
    fn content_length(&mut self, value: &[u8]) -> Result<(), Fault> {
        if let (None, [b'1'..=b'9', ..], Some(n)) = (self.length, value, number(value)) {
            self.length = Some(n);
            return Ok(());
        }
        self.write_length |=
            self.length.is_some() || (value.len() > 1 && value[0] == b'0') || value.contains(&b',');
        for element in list_strict(value) {
            let n = number(element).ok_or(Fault::ContentLength)?;
            if self.length.is_some_and(|old| old != n) {
                return Err(Fault::ContentLength);
            }
            self.length = Some(n);
        }
        Ok(())
    }

    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Fault> {
        if self.chunked {
            return Err(Fault::TransferEncoding);
        }
        let mut unsupported = false;
        for coding in list_strict(value) {
            if self.chunked || !is_token(coding) {
                return Err(Fault::TransferEncoding);
            }
            if coding.eq_ignore_ascii_case(b"chunked") {
                self.chunked = true;
            } else if is_known_coding(coding) {
                unsupported = true;
            } else {
                return Err(Fault::TransferEncoding);
            }
        }
        match (self.chunked, unsupported) {
            (false, _) => Err(Fault::TransferEncoding),
            (true, true) => Err(Fault::UnsupportedCoding),
            (true, false) => Ok(()),
        }
    }
}

/// RFC 9110 §7.6.1. A sender cannot nominate away what delimits or routes the message.
fn drop_nominated(buf: &[u8], fields: &mut [Field]) {
    for i in 0..fields.len() {
        let removable = matches!(
            fields[i].kind,
            Kind::Other | Kind::ForwardedFor | Kind::Cookie | Kind::Expect
        );
        if !removable {
            continue;
        }
        let name = fields[i].name.of(buf);
        let hit = fields
            .iter()
            .filter(|f| f.kind == Kind::Connection)
            .any(|f| list(f.value.of(buf)).any(|t| t.eq_ignore_ascii_case(name)));
        fields[i].keep &= !hit;
    }
}

/// Elements without their blanks (SP and HTAB only: a vertical tab is part of the element).
fn list_strict(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|b| *b == b',').map(trim)
}

fn trim(mut v: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = v {
        v = rest;
    }
    v
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |n, b| {
        let d = b.is_ascii_digit().then(|| u64::from(b - b'0'))?;
        n.checked_mul(10)?.checked_add(d)
    })
}

fn is_known_coding(coding: &[u8]) -> bool {
    const KNOWN: [&[u8]; 6] = [
        b"gzip",
        b"x-gzip",
        b"deflate",
        b"compress",
        b"x-compress",
        b"identity",
    ];
    KNOWN.iter().any(|k| coding.eq_ignore_ascii_case(k))
}
