//! Values of samples.

use std::borrow::Cow;
use std::net::IpAddr;

#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, [u8]>),
    Int(i64),
    Bool(bool),
    Ip(IpAddr),
}

impl<'a> Value<'a> {
    pub fn bytes(bytes: &'a [u8]) -> Self {
        Self::Text(Cow::Borrowed(bytes))
    }

    pub fn owned(bytes: Vec<u8>) -> Value<'static> {
        Value::Text(Cow::Owned(bytes))
    }

    pub fn count(n: usize) -> Value<'static> {
        Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// The same value without a copy of its text.
    #[must_use]
    pub fn borrowed(&'a self) -> Value<'a> {
        match self {
            Self::Text(text) => Value::bytes(text),
            Self::Int(n) => Value::Int(*n),
            Self::Bool(b) => Value::Bool(*b),
            Self::Ip(ip) => Value::Ip(*ip),
        }
    }

    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::owned(text.into_owned()),
            Self::Int(n) => Value::Int(n),
            Self::Bool(b) => Value::Bool(b),
            Self::Ip(ip) => Value::Ip(ip),
        }
    }

    /// As bytes: addresses and numbers in network order.
    pub fn binary(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(t) => Cow::Borrowed(t),
            Self::Int(n) => Cow::Owned(n.to_be_bytes().to_vec()),
            Self::Bool(b) => Cow::Owned(i64::from(*b).to_be_bytes().to_vec()),
            Self::Ip(ip) => Cow::Owned(match ip.to_canonical() {
                IpAddr::V4(ip) => ip.octets().to_vec(),
                IpAddr::V6(ip) => ip.octets().to_vec(),
            }),
        }
    }

    /// Its type in the words of `get map` and `get var`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "str",
            Self::Int(_) => "sint",
            Self::Bool(_) => "bool",
            Self::Ip(ip) if ip.to_canonical().is_ipv4() => "ipv4",
            Self::Ip(_) => "ipv6",
        }
    }

    pub fn truth(&self) -> bool {
        self.int().is_some_and(|n| n != 0)
    }

    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Bool(b) => Some(i64::from(*b)),
            Self::Text(t) => leading(t),
            Self::Ip(IpAddr::V4(ip)) => Some(i64::from(ip.to_bits())),
            Self::Ip(IpAddr::V6(_)) => None,
        }
    }

    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(ip) => Some(*ip),
            Self::Text(t) => std::str::from_utf8(t).ok()?.trim().parse().ok(),
            Self::Int(_) | Self::Bool(_) => None,
        }
    }

    pub fn text(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(t) => Cow::Borrowed(t),
            Self::Int(n) => Cow::Owned(n.to_string().into_bytes()),
            Self::Bool(b) => Cow::Borrowed(if *b { b"1" } else { b"0" }),
            Self::Ip(ip) => Cow::Owned(ip.to_canonical().to_string().into_bytes()),
        }
    }

    /// Appends the text.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(t) => out.extend_from_slice(t),
            Self::Ip(ip) => http1::write::address(ip.to_canonical(), out),
            Self::Int(n) if *n >= 0 => http1::write::decimal(n.unsigned_abs(), out),
            other => out.extend_from_slice(&other.text()),
        }
    }
}

/// The number at the front of a text, as the original reads texts as numbers; 0 without one, and
/// none at all in an empty text.
fn leading(text: &[u8]) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        _ => (1, text),
    };
    let digits = digits.iter().take_while(|b| b.is_ascii_digit());
    Some(digits.fold(0i64, |n, b| {
        n.saturating_mul(10)
            .saturating_add(sign * i64::from(b - b'0'))
    }))
}
