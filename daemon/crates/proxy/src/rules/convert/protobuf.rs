//! Fields of protocol buffers, bare or in a message of gRPC.

use super::Apply;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

/// A flag and the length stand before each message of gRPC.
const PREFIX: usize = 5;

/// A field's value by its wire type.
#[derive(Clone, Copy)]
enum Wire<'a> {
    Varint(u64, &'a [u8]),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
    Four([u8; 4]),
}

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "protobuf" => |v, a, _| shown(field(&v.text(), &a.numbers)?, a.given(1)),
        "ungrpc" => |v, a, _| {
            let text = v.text();
            let mut rest = &text[..];
            while let Some((prefix, behind)) = rest.split_first_chunk::<PREFIX>() {
                let length = prefix[1..].iter().fold(0, |n, b| n << 8 | usize::from(*b));
                let message = behind.get(..length)?;
                if let Some(found) = field(message, &a.numbers) {
                    return shown(found, a.given(1));
                }
                rest = &behind[length..];
            }
            None
        },
        _ => return None,
    })
}

/// The path of field numbers takes the place of the arguments' own numbers.
pub fn prepare(arguments: &mut Arguments) {
    let path = String::from_utf8_lossy(arguments.text(0)).into_owned();
    let numbers = path.split('.').map(|number| number.parse().unwrap_or(0));
    arguments.numbers = numbers.collect();
}

/// The first field that the path leads to.
fn field<'a>(message: &'a [u8], path: &[i64]) -> Option<Wire<'a>> {
    let (wanted, below) = path.split_first()?;
    let mut rest = message;
    while !rest.is_empty() {
        let (key, behind) = varint(rest)?;
        let (value, behind) = value(key & 7, behind)?;
        rest = behind;
        if i64::try_from(key >> 3) != Ok(*wanted) {
            continue;
        }
        match value {
            _ if below.is_empty() => return Some(value),
            Wire::Bytes(inner) => {
                if let Some(found) = field(inner, below) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

fn value(kind: u64, rest: &[u8]) -> Option<(Wire<'_>, &[u8])> {
    Some(match kind {
        0 => {
            let (number, behind) = varint(rest)?;
            let raw = &rest[..rest.len() - behind.len()];
            (Wire::Varint(number, raw), behind)
        }
        1 => {
            let (bytes, behind) = rest.split_first_chunk()?;
            (Wire::Eight(*bytes), behind)
        }
        2 => {
            let (length, behind) = varint(rest)?;
            let (bytes, behind) = behind.split_at_checked(usize::try_from(length).ok()?)?;
            (Wire::Bytes(bytes), behind)
        }
        5 => {
            let (bytes, behind) = rest.split_first_chunk()?;
            (Wire::Four(*bytes), behind)
        }
        _ => return None,
    })
}

/// Seven bits a byte, the lowest first.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

/// Without a type the bytes as they stand, with one the number.
fn shown(found: Wire<'_>, kind: Option<&[u8]>) -> Option<Value<'static>> {
    let Some(kind) = kind else {
        return Some(Value::owned(match found {
            Wire::Varint(_, bytes) | Wire::Bytes(bytes) => bytes.to_vec(),
            Wire::Eight(bytes) => bytes.to_vec(),
            Wire::Four(bytes) => bytes.to_vec(),
        }));
    };
    Some(Value::Int(match (found, kind) {
        (Wire::Varint(n, _), b"sint32" | b"sint64") => {
            (n >> 1).cast_signed() ^ -((n & 1).cast_signed())
        }
        (Wire::Varint(n, _), b"int32" | b"int64" | b"uint32" | b"uint64" | b"bool" | b"enum") => {
            n.cast_signed()
        }
        (Wire::Eight(bytes), b"fixed64" | b"sfixed64") => i64::from_le_bytes(bytes),
        (Wire::Eight(bytes), b"double") => whole(f64::from_le_bytes(bytes)),
        (Wire::Four(bytes), b"fixed32") => u32::from_le_bytes(bytes).into(),
        (Wire::Four(bytes), b"sfixed32") => i32::from_le_bytes(bytes).into(),
        (Wire::Four(bytes), b"float") => whole(f32::from_le_bytes(bytes).into()),
        _ => return None,
    }))
}

/// The fraction is cut off.
#[allow(clippy::cast_possible_truncation)] // what does not fit becomes the nearest number
fn whole(number: f64) -> i64 {
    number as i64
}
