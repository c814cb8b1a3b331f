//! What a name server answered (RFC 1035 §4.1, RFC 2782). Nothing in a message is believed before
//! it is known to be the answer to our question, and no name is followed for ever.

use super::message::{HEADER, Kind};
use std::net::IpAddr;

/// A host of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub target: String,
    pub port: u16,
    pub weight: u16,
    /// From the additional records, when the server sent them along.
    pub address: Option<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    pub addresses: Vec<IpAddr>,
    pub services: Vec<Service>,
    /// The shortest time to live among them, in seconds.
    pub ttl: u32,
    /// An alias was followed.
    pub alias: bool,
}

impl Records {
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.services.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Good(Records),
    /// The name is there, without such a record.
    Empty,
    Nx,
    Refused,
    /// The server could not say.
    Failed,
    /// There is more than fits; what came of it.
    Truncated(Records),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Another number, or another question.
    Stranger,
    /// It is no message.
    Malformed,
    /// Aliases that lead nowhere.
    Alias,
}

/// `asked`: the query as it went out, without what [`super::message::announce`] added.
pub fn read(message: &[u8], asked: &[u8], kind: Kind) -> Result<Reply, Fault> {
    let question = asked.get(HEADER..).ok_or(Fault::Stranger)?;
    let header: &[u8; HEADER] = message
        .get(..HEADER)
        .and_then(|h| h.try_into().ok())
        .ok_or(Fault::Stranger)?;
    let body = HEADER + question.len();
    let same = message
        .get(HEADER..body)
        .is_some_and(|repeated| repeated.eq_ignore_ascii_case(question));
    let is_response = header[2] & 0x80 != 0 && header[4..6] == [0, 1];
    if asked.get(..2) != Some(&header[..2]) || !is_response || !same {
        return Err(Fault::Stranger);
    }
    match header[3] & 15 {
        0 => {}
        3 => return Ok(Reply::Nx),
        5 => return Ok(Reply::Refused),
        _ => return Ok(Reply::Failed),
    }
    let truncated = header[2] & 2 != 0;
    let found = parse(message, body, header, kind);
    if truncated {
        return Ok(Reply::Truncated(found.unwrap_or_default()));
    }
    let records = found?;
    Ok(if records.is_empty() {
        Reply::Empty
    } else {
        Reply::Good(records)
    })
}

fn parse(
    message: &[u8],
    mut at: usize,
    header: &[u8; HEADER],
    kind: Kind,
) -> Result<Records, Fault> {
    let count = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let mut section = |count: u16| {
        let mut all = Vec::new();
        for _ in 0..count {
            let record = Record::read(message, at).ok_or(Fault::Malformed)?;
            at = record.end;
            all.push(record);
        }
        Ok(all)
    };
    let answers = section(count(6))?;
    let (_, additional) = (section(count(8))?, section(count(10))?);
    let asked = name_at(message, HEADER).ok_or(Fault::Malformed)?.0;
    let (owner, alias) = follow(message, &answers, asked)?;
    let mut records = Records {
        ttl: u32::MAX,
        alias,
        ..Records::default()
    };
    for record in answers.iter().filter(|r| r.owner == owner) {
        match (kind, record.kind) {
            (Kind::A, 1) | (Kind::Aaaa, 28) => {
                let address = record.address().ok_or(Fault::Malformed)?;
                if !records.addresses.contains(&address) {
                    records.addresses.push(address);
                }
            }
            (Kind::Srv, 33) => {
                let service = record.service(message, &additional);
                records.services.push(service.ok_or(Fault::Malformed)?);
            }
            _ => continue,
        }
        records.ttl = records.ttl.min(record.ttl);
    }
    Ok(records)
}

/// The name that the aliases of the answer lead to.
fn follow(message: &[u8], answers: &[Record<'_>], asked: String) -> Result<(String, bool), Fault> {
    const CNAME: u16 = 5;
    let (mut name, mut alias) = (asked, false);
    for _ in 0..=answers.len() {
        let next = answers.iter().find(|r| r.kind == CNAME && r.owner == name);
        let Some(next) = next else {
            return Ok((name, alias));
        };
        let start = next.end - next.data.len();
        name = name_at(message, start).ok_or(Fault::Malformed)?.0;
        alias = true;
    }
    Err(Fault::Alias)
}

struct Record<'a> {
    owner: String,
    kind: u16,
    ttl: u32,
    data: &'a [u8],
    end: usize,
}

impl<'a> Record<'a> {
    fn read(message: &'a [u8], at: usize) -> Option<Self> {
        let (owner, at) = name_at(message, at)?;
        let fixed: &[u8; 10] = message.get(at..at + 10)?.try_into().ok()?;
        let [k0, k1, _, _, t0, t1, t2, t3, l0, l1] = *fixed;
        let end = at + 10 + usize::from(u16::from_be_bytes([l0, l1]));
        Some(Self {
            owner,
            kind: u16::from_be_bytes([k0, k1]),
            ttl: u32::from_be_bytes([t0, t1, t2, t3]),
            data: message.get(at + 10..end)?,
            end,
        })
    }

    fn address(&self) -> Option<IpAddr> {
        match self.kind {
            1 => <[u8; 4]>::try_from(self.data).ok().map(IpAddr::from),
            28 => <[u8; 16]>::try_from(self.data).ok().map(IpAddr::from),
            _ => None,
        }
    }

    fn service(&self, message: &[u8], additional: &[Record<'_>]) -> Option<Service> {
        let fixed: &[u8; 6] = self.data.get(..6)?.try_into().ok()?;
        let [_, _, w0, w1, p0, p1] = *fixed;
        let (target, end) = name_at(message, self.end - self.data.len() + 6)?;
        let mut known = additional.iter().filter(|r| r.owner == target);
        let address = known.find_map(Record::address);
        (end == self.end).then_some(Service {
            address,
            target,
            port: u16::from_be_bytes([p0, p1]),
            weight: u16::from_be_bytes([w0, w1]),
        })
    }
}

/// The name that begins at an offset, in small letters, and where what follows it begins.
/// Pointers lead backwards only (RFC 1035 §4.1.4: "a prior occurrence"), so none is met twice.
fn name_at(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    const LONGEST: usize = 255;
    let (mut name, mut end, mut lowest) = (String::new(), None, at);
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return Some((name, end.unwrap_or(at + 1))),
            1..=63 => {
                let label = message.get(at + 1..at + 1 + usize::from(length))?;
                if !name.is_empty() {
                    name.push('.');
                }
                // What is no text cannot be a name that was asked for.
                name.extend(label.iter().map(|b| char::from(b.to_ascii_lowercase())));
                at += 1 + usize::from(length);
            }
            192.. => {
                let to = usize::from(length & 63) << 8 | usize::from(*message.get(at + 1)?);
                end = end.or(Some(at + 2));
                if to >= lowest {
                    return None;
                }
                (at, lowest) = (to, to);
            }
            _ => return None,
        }
        if name.chars().count() > LONGEST {
            return None;
        }
    }
}
