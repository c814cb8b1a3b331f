//! Single fields: what a name and a value may be (RFC 9113 §8.2).

use super::Malformed;
use http1::field::is_token_byte;

/// Names that stand in HTTP/1 text as they are: tokens without capitals.
pub fn check_name(name: &[u8]) -> Result<(), Malformed> {
    let fits = |b: &u8| is_token_byte(*b) && !b.is_ascii_uppercase();
    if !name.is_empty() && name.iter().all(fits) {
        Ok(())
    } else {
        Err(Malformed::Name)
    }
}

pub fn check_value(value: &[u8]) -> Result<(), Malformed> {
    let blank = |b: Option<&u8>| matches!(b, Some(b' ' | b'\t'));
    if blank(value.first()) || blank(value.last()) {
        return Err(Malformed::Value);
    }
    if value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
        Err(Malformed::Value)
    } else {
        Ok(())
    }
}

/// Fields that are the connection's, and so HTTP/2's own matter (§8.2.2).
#[must_use]
pub fn is_of_connection(name: &[u8]) -> bool {
    matches!(
        name,
        b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade"
    )
}

/// One number in decimal digits.
pub fn length(value: &[u8]) -> Result<u64, Malformed> {
    if value.is_empty() || value.len() > 19 || !value.iter().all(u8::is_ascii_digit) {
        return Err(Malformed::Length);
    }
    let digits = value.iter().map(|b| u64::from(b - b'0'));
    Ok(digits.fold(0, |n, digit| n * 10 + digit))
}

/// Fields that no trailer may have: they would say something about the message's framing or way
/// (RFC 9110 §6.5.1).
#[must_use]
pub fn is_out_of_trailer(name: &[u8]) -> bool {
    is_of_connection(name)
        || matches!(
            name,
            b"content-length"
                | b"host"
                | b"te"
                | b"trailer"
                | b"content-encoding"
                | b"content-type"
        )
}

pub fn line(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    http1::write::field(name, value, out);
}
