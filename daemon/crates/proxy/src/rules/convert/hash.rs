//! Hashes. The argument 1 spreads the result over all bits.

use super::sha1::sha1;
use super::{Apply, xxh};
use crate::rules::sample::Arguments;
use crate::rules::value::Value;
use balance::hash::{Function, avalanche};
use sha2::Digest as _;

#[allow(clippy::unnecessary_wraps)] // the form that converters have
fn spread(hash: u32, a: &Arguments) -> Option<Value<'static>> {
    let hash = if a.int(0) == 0 { hash } else { avalanche(hash) };
    Some(Value::Int(i64::from(hash)))
}

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "crc32" => |v, a, _| spread(Function::Crc32.of(&v.text()), a),
        "djb2" => |v, a, _| spread(Function::Djb2.of(&v.text()), a),
        "sdbm" => |v, a, _| spread(Function::Sdbm.of(&v.text()), a),
        "crc32c" => |v, a, _| spread(crc32c(&v.text()), a),
        "xxh32" => |v, a, _| Some(Value::Int(xxh::xxh32(&v.text(), a.int(0)).into())),
        "xxh64" => |v, a, _| Some(Value::Int(xxh::xxh64(&v.text(), a.int(0)).cast_signed())),
        "sha1" => |v, _, _| Some(Value::owned(sha1(&v.text()).to_vec())),
        "sha2" => |v, a, _| {
            let text = v.text();
            Some(Value::owned(match a.given(0).map_or(256, |_| a.int(0)) {
                224 => sha2::Sha224::digest(&text).to_vec(),
                256 => sha2::Sha256::digest(&text).to_vec(),
                384 => sha2::Sha384::digest(&text).to_vec(),
                512 => sha2::Sha512::digest(&text).to_vec(),
                _ => return None,
            }))
        },
        _ => return None,
    })
}

/// CRC-32C (RFC 3720, appendix B.4).
fn crc32c(text: &[u8]) -> u32 {
    let byte = |crc: u32, b: &u8| {
        (0..8).fold(crc ^ u32::from(*b), |c, _| {
            if c & 1 == 1 {
                c >> 1 ^ 0x82f6_3b78
            } else {
                c >> 1
            }
        })
    };
    !text.iter().fold(u32::MAX, byte)
}
