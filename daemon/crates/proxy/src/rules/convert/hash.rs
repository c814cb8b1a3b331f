//! Hashes. The argument 1 spreads the result over all bits.

use super::encoding::base64_decode;
use super::sha1::sha1;
use super::{Apply, variable_value};
use crate::rules::memory::Variable;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;
use balance::hash::{Function, avalanche};
use sha2::Digest as _;
use twox_hash::{XxHash3_64, XxHash32, XxHash64};

#[allow(clippy::unnecessary_wraps)] // the form that converters have
fn spread(hash: u32, a: &Arguments) -> Option<Value<'static>> {
    let hash = if a.int(0) == 0 { hash } else { avalanche(hash) };
    Some(Value::Int(i64::from(hash)))
}

/// Addresses and numbers are hashed as their bytes in network order.
pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "crc32" => |v, a, _| spread(Function::Crc32.of(&v.binary()), a),
        "djb2" => |v, a, _| spread(Function::Djb2.of(&v.binary()), a),
        "sdbm" => |v, a, _| spread(Function::Sdbm.of(&v.binary()), a),
        "crc32c" => |v, a, _| spread(crc32c(&v.binary()), a),
        "xxh32" => |v, a, _| {
            let seed = u32::try_from(a.int(0) & 0xffff_ffff).unwrap_or(0);
            Some(Value::Int(XxHash32::oneshot(seed, &v.binary()).into()))
        },
        "xxh64" => |v, a, _| {
            let hash = XxHash64::oneshot(a.int(0).cast_unsigned(), &v.binary());
            Some(Value::Int(hash.cast_signed()))
        },
        "xxh3" => |v, a, _| {
            let hash = XxHash3_64::oneshot_with_seed(a.int(0).cast_unsigned(), &v.binary());
            Some(Value::Int(hash.cast_signed()))
        },
        "sha1" => |v, _, _| Some(Value::owned(sha1(&v.binary()).to_vec())),
        "sha2" => |v, a, _| {
            let bits = a.given(0).map_or(256, |_| a.int(0));
            let name = format!("sha{bits}");
            digest(name.as_bytes(), &[&v.binary()]).map(Value::owned)
        },
        "digest" => |v, a, _| digest(a.text(0), &[&v.binary()]).map(Value::owned),
        "hmac" => |v, a, c| {
            let key = match std::str::from_utf8(a.text(1)).ok().and_then(Variable::new) {
                Some(variable) => variable_value(&variable, c)?.text().into_owned(),
                None => a.text(1).to_vec(),
            };
            let key = base64_decode(&key, false)?;
            hmac(a.text(0), &key, &v.binary()).map(Value::owned)
        },
        _ => return None,
    })
}

/// Digests by the names that OpenSSL gives them, of all parts in a row.
pub fn digest(name: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    let text = parts.concat();
    Some(match &name.to_ascii_lowercase()[..] {
        b"sha1" => sha1(&text).to_vec(),
        b"sha224" => sha2::Sha224::digest(&text).to_vec(),
        b"sha256" => sha2::Sha256::digest(&text).to_vec(),
        b"sha384" => sha2::Sha384::digest(&text).to_vec(),
        b"sha512" => sha2::Sha512::digest(&text).to_vec(),
        _ => return None,
    })
}

/// RFC 2104.
pub fn hmac(name: &[u8], key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let long = matches!(&name.to_ascii_lowercase()[..], b"sha384" | b"sha512");
    let block = if long { 128 } else { 64 };
    let mut key = if key.len() > block {
        digest(name, &[key])?
    } else {
        key.to_vec()
    };
    key.resize(block, 0);
    let pad = |with: u8| -> Vec<u8> { key.iter().map(|b| b ^ with).collect() };
    let inner = digest(name, &[&pad(0x36), text])?;
    digest(name, &[&pad(0x5c), &inner])
}

/// CRC-32C (RFC 3720, appendix B.4).
pub fn crc32c(text: &[u8]) -> u32 {
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
