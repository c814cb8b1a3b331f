//! Messages of the Financial Information eXchange (FIX TagValue encoding): `TAG=VALUE` pairs, each
//! with an SOH behind it.

use super::Apply;
use crate::rules::value::Value;

const END: u8 = 1;
const BEGIN_STRING: u32 = 8;
const BODY_LENGTH: u32 = 9;
const CHECK_SUM: u32 = 10;
const MSG_TYPE: u32 = 35;

/// `8=FIX.4.0|9=5|35=0|10=000|`
const SHORTEST: usize = 26;

const VERSIONS: [&[u8]; 6] = [
    b"FIX.4.0",
    b"FIX.4.1",
    b"FIX.4.2",
    b"FIX.4.3",
    b"FIX.4.4",
    b"FIXT.1.1",
];

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "fix_is_valid" => |v, _, _| is_valid(&v.text()).map(Value::Bool),
        "fix_tag_value" => |v, a, _| {
            let wanted = number(a.text(0))?;
            let text = v.text();
            let value = pairs(&text).find(|(tag, _)| *tag == wanted)?.1;
            Some(Value::owned(value.to_vec()))
        },
        _ => return None,
    })
}

/// The tag of this name or number.
fn number(tag: &[u8]) -> Option<u32> {
    Some(match &tag.to_ascii_lowercase()[..] {
        b"beginstring" => BEGIN_STRING,
        b"bodylength" => BODY_LENGTH,
        b"msgtype" => MSG_TYPE,
        b"sendercompid" => 49,
        b"targetcompid" => 56,
        b"checksum" => CHECK_SUM,
        digits => std::str::from_utf8(digits).ok()?.parse().ok()?,
    })
}

/// A pair, and the bytes that it takes.
enum Next<'a> {
    /// More has to come.
    Short,
    Broken,
    Pair(u32, &'a [u8], usize),
}

fn next(text: &[u8]) -> Next<'_> {
    let Some(length) = text.iter().position(|b| *b == END) else {
        return Next::Short;
    };
    let mut parts = text[..length].splitn(2, |b| *b == b'=');
    let (digits, value) = (parts.next().unwrap_or_default(), parts.next());
    match (decimal(digits), value) {
        (Some(tag @ 1..), Some(value)) => Next::Pair(tag, value, length + 1),
        _ => Next::Broken,
    }
}

/// Digits and nothing else.
fn decimal(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// The pairs of the first message, as far as they are whole.
fn pairs(text: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let Next::Pair(tag, value, used) = next(rest?) else {
            return None;
        };
        rest = rest.filter(|_| tag != CHECK_SUM).map(|r| &r[used..]);
        Some((tag, value))
    })
}

/// `None` while more has to come.
fn is_valid(text: &[u8]) -> Option<bool> {
    if text.len() < SHORTEST {
        return None;
    }
    let (mut at, mut body, mut length) = (0, 0, None);
    for number in 0.. {
        let (tag, value, used) = match next(&text[at..]) {
            Next::Short => return None,
            Next::Broken => return Some(false),
            Next::Pair(tag, value, used) => (tag, value, used),
        };
        let right = match number {
            0 => tag == BEGIN_STRING && VERSIONS.contains(&value),
            1 => {
                (body, length) = (at + used, decimal(value));
                tag == BODY_LENGTH
            }
            2 => tag == MSG_TYPE,
            _ if tag == CHECK_SUM => {
                let sum = text[..at].iter().fold(0u8, |sum, b| sum.wrapping_add(*b));
                let whole = length.is_some_and(|length| length as usize == at - body);
                return Some(whole && value == format!("{sum:03}").as_bytes());
            }
            _ => true,
        };
        if !right {
            return Some(false);
        }
        at += used;
    }
    None
}
