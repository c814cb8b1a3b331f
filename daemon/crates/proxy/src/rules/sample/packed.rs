//! Header fields in binary form, as filters take them (SPOE protocol, 3.1: variable integers).

use super::Get;
use crate::rules::context::Message;
use crate::rules::value::Value;

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "req.hdrs_bin" => |_, c| Some(packed(c.request?)),
        "res.hdrs_bin" => |_, c| Some(packed(c.response?)),
        _ => return None,
    })
}

/// Name and value of each field, each behind its length; an empty pair at the end.
fn packed(message: Message<'_>) -> Value<'static> {
    let mut out = Vec::new();
    for (name, value) in message.fields() {
        text(&name.to_ascii_lowercase(), &mut out);
        text(value, &mut out);
    }
    text(b"", &mut out);
    text(b"", &mut out);
    Value::owned(out)
}

fn text(text: &[u8], out: &mut Vec<u8>) {
    integer(text.len(), out);
    out.extend_from_slice(text);
}

/// Below 240 one byte; else four bits in the first and seven in each that follows.
fn integer(number: usize, out: &mut Vec<u8>) {
    let low = |n: usize| u8::try_from(n & 0xff).unwrap_or(0);
    if number < 240 {
        return out.push(low(number));
    }
    out.push(low(number) | 0xf0);
    let mut rest = (number - 240) >> 4;
    while rest >= 128 {
        out.push(low(rest) | 0x80);
        rest = (rest - 128) >> 7;
    }
    out.push(low(rest));
}
