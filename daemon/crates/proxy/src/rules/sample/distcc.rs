//! Messages of distcc: tokens of four letters with a number of eight hexadecimal digits, and for
//! some of them as many bytes behind it (distcc protocol 1).

use super::payload::bytes;
use super::{Arguments, Get};
use crate::rules::context::Context;
use crate::rules::value::Value;

const HEAD: usize = 12;

/// Tokens whose number is all that they say.
const BARE: [&[u8]; 5] = [b"DIST", b"DONE", b"STAT", b"ARGC", b"NFIL"];

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "distcc_param" => |a, c| find(a, c).map(|(number, _)| Value::Int(number.into())),
        "distcc_body" => |a, c| {
            let (number, rest) = find(a, c)?;
            if BARE.contains(&a.text(0)) {
                return Some(Value::bytes(b""));
            }
            let body = &rest[..rest.len().min(number as usize)];
            if body.len() < number as usize {
                c.wait();
            }
            Some(Value::bytes(body))
        },
        _ => return None,
    })
}

/// The number of the wanted occurrence of a token, and what follows it.
fn find<'a>(a: &Arguments, ctx: &Context<'a>) -> Option<(u32, &'a [u8])> {
    let response = ctx.payload.is_some_and(|payload| payload.response);
    let mut rest = bytes(ctx, response)?;
    let mut left = a.int(1).max(1);
    loop {
        let Some((head, behind)) = rest.split_first_chunk::<HEAD>() else {
            ctx.wait();
            return None;
        };
        let (token, digits) = head.split_at(4);
        let digits = std::str::from_utf8(digits).ok()?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        if token == a.text(0) {
            left -= 1;
            if left == 0 {
                return Some((number, behind));
            }
        }
        let length = if BARE.contains(&token) { 0 } else { number };
        rest = behind.get(length as usize..).unwrap_or_default();
    }
}
