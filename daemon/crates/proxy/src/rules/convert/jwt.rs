//! JSON Web Tokens in the compact form (RFC 7515, RFC 7519): their parts, and signatures by HMAC.

use super::encoding::base64_decode;
use super::hash::hmac;
use super::json::query;
use super::{Apply, variable_value};
use crate::rules::context::Context;
use crate::rules::memory::Variable;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

/// As the manual numbers what can go wrong.
const UNKNOWN_ALGORITHM: i64 = -1;
const UNMANAGED_ALGORITHM: i64 = -2;
const INVALID_TOKEN: i64 = -3;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "jwt_header_query" => |v, a, _| part(&v.text(), 0, a),
        "jwt_payload_query" => |v, a, _| part(&v.text(), 1, a),
        "jwt_verify" => |v, a, c| Some(Value::Int(verify(&v.text(), a, c))),
        _ => return None,
    })
}

/// What the arguments ask for that cannot be done.
pub fn refused(name: &str, arguments: &Arguments) -> Option<String> {
    let given = String::from_utf8_lossy(arguments.text(0));
    let by_key = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"].contains(&&*given);
    (name == "jwt_verify" && by_key)
        .then(|| format!("signatures by '{given}' are not checked yet: use HS256, HS384 or HS512"))
}

/// A part of the token, whole or what the path finds in it.
fn part(token: &[u8], at: usize, a: &Arguments) -> Option<Value<'static>> {
    let part = token.split(|b| *b == b'.').nth(at)?;
    let text = base64_decode(part, true)?;
    match a.given(0) {
        None => Some(Value::owned(text)),
        Some(path) => query(&text, path, a.text(1)),
    }
}

fn verify(token: &[u8], a: &Arguments, ctx: &Context<'_>) -> i64 {
    let value = |at: usize| {
        let written = a.text(at);
        let variable = std::str::from_utf8(written).ok().and_then(Variable::new);
        match variable {
            Some(variable) => Some(variable_value(&variable, ctx)?.text().into_owned()),
            None => Some(written.to_vec()),
        }
    };
    let digest = match value(0).as_deref() {
        Some(b"HS256") => "sha256",
        Some(b"HS384") => "sha384",
        Some(b"HS512") => "sha512",
        Some(b"RS256" | b"RS384" | b"RS512" | b"ES256" | b"ES384" | b"ES512") => {
            return UNMANAGED_ALGORITHM;
        }
        Some(b"PS256" | b"PS384" | b"PS512") => return UNMANAGED_ALGORITHM,
        _ => return UNKNOWN_ALGORITHM,
    };
    let parts: Vec<&[u8]> = token.split(|b| *b == b'.').collect();
    let [header, payload, signature] = parts[..] else {
        return INVALID_TOKEN;
    };
    let Some(signature) = base64_decode(signature, true) else {
        return INVALID_TOKEN;
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let expected = value(1).and_then(|key| hmac(digest.as_bytes(), &key, signed));
    i64::from(expected.is_some_and(|expected| same(&expected, &signature)))
}

/// Compares in a time that does not tell where they differ.
fn same(one: &[u8], two: &[u8]) -> bool {
    let differ = one.iter().zip(two).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == two.len() && differ == 0
}
