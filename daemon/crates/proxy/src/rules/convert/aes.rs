//! `aes_gcm_dec`: authenticated decryption (NIST SP 800-38D).

use super::encoding::base64_decode;
use super::{Apply, variable_value};
use crate::rules::context::Context;
use crate::rules::memory::Variable;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::{Aes128, Aes192, Aes256};
use aes_gcm::{AesGcm, Nonce, Tag};

/// As the converter counts its arguments.
const NONCE: usize = 1;
const KEY: usize = 2;
const TAG: usize = 3;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "aes_gcm_dec" => |v, a, c| decrypt(&v.text(), a, c).map(Value::owned),
        _ => return None,
    })
}

/// Nothing when the text is not what was encrypted.
fn decrypt(text: &[u8], a: &Arguments, ctx: &Context<'_>) -> Option<Vec<u8>> {
    let (nonce, key) = (parameter(NONCE, a, ctx)?, parameter(KEY, a, ctx)?);
    let tag = parameter(TAG, a, ctx)?;
    match a.int(0) {
        128 => open::<AesGcm<Aes128, U12>>(&key, &nonce, &tag, text),
        192 => open::<AesGcm<Aes192, U12>>(&key, &nonce, &tag, text),
        _ => open::<AesGcm<Aes256, U12>>(&key, &nonce, &tag, text),
    }
}

fn open<C>(key: &[u8], nonce: &[u8], tag: &[u8], text: &[u8]) -> Option<Vec<u8>>
where
    C: KeyInit + AeadInPlace<NonceSize = U12, TagSize = aes_gcm::aead::consts::U16>,
{
    // A parameter of another length fits no message.
    let cipher = C::new_from_slice(key).ok()?;
    if nonce.len() != 12 || tag.len() != 16 {
        return None;
    }
    let mut text = text.to_vec();
    let opened = cipher.decrypt_in_place_detached(
        Nonce::from_slice(nonce),
        b"",
        &mut text,
        Tag::from_slice(tag),
    );
    opened.ok().map(|()| text)
}

/// In base64: written out, or what a variable holds.
fn parameter(at: usize, a: &Arguments, ctx: &Context<'_>) -> Option<Vec<u8>> {
    let written = a.text(at);
    let variable = std::str::from_utf8(written).ok().and_then(Variable::new);
    match variable {
        Some(variable) => base64_decode(&variable_value(&variable, ctx)?.text(), false),
        None => base64_decode(written, false),
    }
}
