//! Encodings: hexadecimal, base64 (RFC 4648), URL (RFC 3986), JSON (RFC 8259).

use super::Apply;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "hex" => |v, _, _| Some(Value::owned(hex(&v.binary()))),
        "base64" => |v, _, _| Some(Value::owned(base64_encode(&v.binary(), false))),
        "ub64enc" => |v, _, _| Some(Value::owned(base64_encode(&v.binary(), true))),
        "b64dec" => |v, _, _| base64_decode(&v.text(), false).map(Value::owned),
        "ub64dec" => |v, _, _| base64_decode(&v.text(), true).map(Value::owned),
        "url_dec" => |v, a, _| Some(Value::owned(url_decode(&v.text(), a.int(0) != 0)?)),
        "url_enc" => |v, _, _| Some(Value::owned(url_encode(&v.text()))),
        "json" => |v, a, _| Some(Value::owned(json(&v.text(), a.text(0))?)),
        "be2hex" => |v, a, _| Some(Value::owned(chunks(&v.binary(), a, true)?)),
        "be2dec" => |v, a, _| Some(Value::owned(chunks(&v.binary(), a, false)?)),
        "htonl" => |v, _, _| {
            let n = u32::try_from(v.int()? & 0xffff_ffff).ok()?;
            Some(Value::owned(n.to_be_bytes().to_vec()))
        },
        _ => return None,
    })
}

fn hex(text: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let pair = |b: &u8| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    text.iter().flat_map(pair).collect()
}

pub fn hex_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    if text.len() % 2 == 1 {
        return None;
    }
    text.chunks(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub fn base64_encode(text: &[u8], url: bool) -> Vec<u8> {
    let alphabet = if url { URL_SAFE } else { STANDARD };
    let mut out = Vec::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(alphabet[(n >> (18 - 6 * at) & 63) as usize]);
            } else if !url {
                out.push(b'=');
            }
        }
    }
    out
}

/// Refuses what is not in the alphabet and, in the standard form, what is not filled up.
pub fn base64_decode(text: &[u8], url: bool) -> Option<Vec<u8>> {
    let alphabet = if url { URL_SAFE } else { STANDARD };
    if !url && !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
    if text.len() - digits > 2 || text[digits..].iter().any(|b| *b != b'=') || digits % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits * 3 / 4);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in &text[..digits] {
        let value = alphabet.iter().position(|known| known == byte)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 255) as u8);
        }
    }
    Some(out)
}

/// `+` is a blank in a query string: `everywhere` (the argument), or from the first `?` on.
fn url_decode(text: &[u8], everywhere: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let (mut at, mut in_query) = (0, everywhere);
    while let Some(byte) = text.get(at) {
        match byte {
            b'%' => {
                let pair = text.get(at + 1..at + 3)?;
                out.extend(hex_decode(pair)?);
                at += 2;
            }
            b'+' if in_query => out.push(b' '),
            _ => {
                in_query |= *byte == b'?';
                out.push(*byte);
            }
        }
        at += 1;
    }
    Some(out)
}

fn url_encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(*byte);
        } else {
            out.push(b'%');
            out.extend(hex(&[*byte]));
        }
    }
    out
}

/// Text inside a JSON string; `utf8`-like names say what becomes of bytes that are not UTF-8.
fn json(text: &[u8], kind: &[u8]) -> Option<Vec<u8>> {
    let drop_wrong = kind.ends_with(b"s") && kind != b"ascii";
    let mut out = Vec::with_capacity(text.len());
    let mut push = |code: u32| match code {
        0x22 | 0x5c | 0x2f => out.extend([b'\\', u8::try_from(code).unwrap_or(b'?')]),
        0x08 => out.extend(b"\\b"),
        0x0c => out.extend(b"\\f"),
        0x0a => out.extend(b"\\n"),
        0x0d => out.extend(b"\\r"),
        0x09 => out.extend(b"\\t"),
        0x20..=0x7e => out.push(u8::try_from(code).unwrap_or(b'?')),
        0..=0xffff => out.extend(format!("\\u{code:04x}").bytes()),
        _ => {
            let high = 0xd800 + ((code - 0x1_0000) >> 10);
            let low = 0xdc00 + ((code - 0x1_0000) & 0x3ff);
            out.extend(format!("\\u{high:04x}\\u{low:04x}").bytes());
        }
    };
    if matches!(kind, b"" | b"ascii") {
        for byte in text {
            push(u32::from(*byte));
        }
        return Some(out);
    }
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(u32::from(c)));
        if chunk.invalid().is_empty() {
            continue;
        }
        if kind == b"utf8" {
            return None;
        }
        if !drop_wrong {
            chunk.invalid().iter().for_each(|b| push(u32::from(*b)));
        }
    }
    Some(out)
}

/// `(SEPARATOR[,SIZE[,TRUNCATE]])`: pieces of so many bytes as hexadecimal or decimal numbers.
fn chunks(text: &[u8], a: &Arguments, hexadecimal: bool) -> Option<Vec<u8>> {
    let size = match a.given(1) {
        Some(_) => usize::try_from(a.int(1)).ok().filter(|n| *n > 0)?,
        None if hexadecimal => 1,
        None => 2,
    };
    let whole = if a.int(2) != 0 {
        text.len() / size * size
    } else {
        text.len()
    };
    let pieces = text[..whole].chunks(size).map(|piece| {
        if hexadecimal {
            hex(piece)
        } else {
            let n = piece.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
            n.to_string().into_bytes()
        }
    });
    Some(pieces.collect::<Vec<_>>().join(a.text(0)))
}
