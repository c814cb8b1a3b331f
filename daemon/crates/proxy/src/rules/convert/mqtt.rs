//! The first packets of MQTT 3.1, 3.1.1 and 5.0 connections: CONNECT and CONNACK.

use super::Apply;
use crate::rules::value::Value;

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;

/// Properties (MQTT 5.0, 2.2.2.2) that packets may have once each, by how their value is written.
const BYTES: [u8; 8] = [1, 23, 25, 36, 37, 40, 41, 42];
const SHORTS: [u8; 4] = [19, 33, 34, 35];
const WORDS: [u8; 5] = [2, 17, 24, 39, 11];
const TEXTS: [u8; 9] = [3, 8, 9, 18, 21, 22, 26, 28, 31];
const USER: u8 = 38;

const OF_CONNECT: [u8; 9] = [17, 33, 39, 34, 25, 23, 21, 22, USER];
const OF_WILL: [u8; 7] = [24, 1, 2, 3, 8, 9, USER];
const OF_CONNACK: [u8; 17] = [
    17, 33, 36, 37, 39, 18, 34, 31, 40, 41, 42, 19, 26, 28, 21, 22, USER,
];

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "mqtt_is_valid" => |v, _, _| match read(&v.text()) {
            Reading::Short => None,
            reading => Some(Value::Bool(matches!(reading, Reading::Packet(_)))),
        },
        "mqtt_field_value" => |v, a, _| {
            let text = v.text();
            let Reading::Packet(packet) = read(&text) else {
                return None;
            };
            let kind = match &a.text(0).to_ascii_lowercase()[..] {
                b"connect" | b"1" => CONNECT,
                _ => CONNACK,
            };
            let value = packet.field(a.text(1)).filter(|_| packet.kind == kind)?;
            Some(match value {
                Field::Number(n) => Value::Int(n.into()),
                Field::Text(text) => Value::owned(text.to_vec()),
            })
        },
        _ => return None,
    })
}

enum Reading<'a> {
    /// More has to come.
    Short,
    Broken,
    Packet(Packet<'a>),
}

#[derive(Clone, Copy)]
enum Field<'a> {
    Number(u32),
    Text(&'a [u8]),
}

#[derive(Default)]
struct Packet<'a> {
    kind: u8,
    fields: Vec<(&'static str, Field<'a>)>,
    properties: Vec<(u8, Field<'a>)>,
    /// Numbers that a packet of version 5 leaves out are 0.
    defaults: Vec<&'static [u8]>,
}

impl<'a> Packet<'a> {
    fn field(&self, name: &[u8]) -> Option<Field<'a>> {
        let id = std::str::from_utf8(name).ok().and_then(|n| n.parse().ok());
        let Some(id) = id else {
            let mut fields = self.fields.iter();
            let found = fields.find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))?;
            return Some(found.1);
        };
        let found = self.properties.iter().find(|(known, _)| *known == id);
        let absent = || {
            let allowed = self.defaults.iter().any(|ids| ids.contains(&id));
            let number = !TEXTS.contains(&id) && id != USER;
            (allowed && number).then_some(Field::Number(0))
        };
        found.map(|(_, value)| *value).or_else(absent)
    }
}

/// The fixed header (2.2), then what the type says.
fn read(text: &[u8]) -> Reading<'_> {
    let Some((first, rest)) = text.split_first() else {
        return Reading::Short;
    };
    let kind = first >> 4;
    if first & 0x0f != 0 || !matches!(kind, CONNECT | CONNACK) {
        return Reading::Broken;
    }
    let (length, rest) = match variable(rest) {
        Some(found) => found,
        None if rest.len() < 4 => return Reading::Short,
        None => return Reading::Broken,
    };
    let Some(body) = rest.get(..length) else {
        return Reading::Short;
    };
    let packet = if kind == CONNECT {
        connect(body)
    } else {
        connack(body).filter(|_| rest.len() == length)
    };
    packet.map_or(Reading::Broken, Reading::Packet)
}

fn connect(body: &[u8]) -> Option<Packet<'_>> {
    let (protocol, rest) = string(body)?;
    let ([version, flags], rest) = rest.split_first_chunk::<2>().map(|(a, r)| (*a, r))?;
    let (keepalive, mut rest) = number(rest, 2)?;
    let known = matches!(protocol, b"MQIsdp" | b"MQTT") && matches!(version, 3..=5);
    if !known || flags & 1 != 0 {
        return None;
    }
    let five = version == 5;
    let mut packet = Packet {
        kind: CONNECT,
        ..Packet::default()
    };
    if five {
        rest = properties(rest, &OF_CONNECT, &mut packet)?;
    }
    let (client, mut rest) = string(rest)?;
    packet.fields = vec![
        ("flags", Field::Number(flags.into())),
        ("protocol_name", Field::Text(protocol)),
        ("protocol_version", Field::Number(version.into())),
        ("keepalive", Field::Number(keepalive)),
        ("client_identifier", Field::Text(client)),
    ];
    if flags & 0x04 != 0 {
        if five {
            rest = properties(rest, &OF_WILL, &mut packet)?;
        }
        rest = named(rest, "will_topic", &mut packet)?;
        rest = named(rest, "will_payload", &mut packet)?;
    }
    if flags & 0x80 != 0 {
        rest = named(rest, "username", &mut packet)?;
    }
    if flags & 0x40 != 0 {
        rest = named(rest, "password", &mut packet)?;
    }
    rest.is_empty().then_some(packet)
}

fn connack(body: &[u8]) -> Option<Packet<'_>> {
    let ([flags, reason], rest) = body.split_first_chunk::<2>().map(|(a, r)| (*a, r))?;
    if flags & !1 != 0 {
        return None;
    }
    let version = if rest.is_empty() { 4 } else { 5 };
    let mut packet = Packet {
        kind: CONNACK,
        fields: vec![
            ("flags", Field::Number(flags.into())),
            ("reason_code", Field::Number(reason.into())),
            ("protocol_version", Field::Number(version)),
        ],
        ..Packet::default()
    };
    if version == 5 && !properties(rest, &OF_CONNACK, &mut packet)?.is_empty() {
        return None;
    }
    Some(packet)
}

/// A run of properties, each of those that may stand there at most once; what follows it.
fn properties<'a>(
    rest: &'a [u8],
    allowed: &'static [u8],
    packet: &mut Packet<'a>,
) -> Option<&'a [u8]> {
    let (length, rest) = variable(rest)?;
    let (mut run, behind) = rest.split_at_checked(length)?;
    packet.defaults.push(allowed);
    while let Some((id, value)) = run.split_first() {
        let seen = packet.properties.iter().any(|(known, _)| known == id);
        if !allowed.contains(id) || (seen && *id != USER) {
            return None;
        }
        let (value, more) = match id {
            id if BYTES.contains(id) => {
                let (n, more) = number(value, 1).filter(|(n, _)| *n < 2)?;
                (Field::Number(n), more)
            }
            id if SHORTS.contains(id) => number(value, 2).map(|(n, r)| (Field::Number(n), r))?,
            id if WORDS.contains(id) => number(value, 4).map(|(n, r)| (Field::Number(n), r))?,
            id if TEXTS.contains(id) => string(value).map(|(t, r)| (Field::Text(t), r))?,
            _ => {
                let (_, more) = string(value)?;
                let (_, more) = string(more)?;
                (Field::Text(b""), more)
            }
        };
        if *id != USER {
            packet.properties.push((*id, value));
        }
        run = more;
    }
    Some(behind)
}

fn named<'a>(rest: &'a [u8], name: &'static str, packet: &mut Packet<'a>) -> Option<&'a [u8]> {
    let (text, behind) = string(rest)?;
    packet.fields.push((name, Field::Text(text)));
    Some(behind)
}

/// A number of so many bytes, the highest first.
fn number(rest: &[u8], bytes: usize) -> Option<(u32, &[u8])> {
    let (digits, behind) = rest.split_at_checked(bytes)?;
    let number = digits.iter().fold(0, |n, b| n << 8 | u32::from(*b));
    Some((number, behind))
}

/// Two bytes of length, then as many (1.5.4, 1.5.6).
fn string(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, behind) = number(rest, 2)?;
    behind.split_at_checked(length as usize)
}

/// A variable byte integer (1.5.5).
fn variable(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(4) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}
