//! DNS messages (RFC 1035 §4): a question for one name, the addresses in its answer.

use std::net::IpAddr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    A = 1,
    Aaaa = 28,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Addresses and the shortest time to live among them, in seconds.
    Addresses(Vec<IpAddr>, u32),
    /// The name has no such record, or is not there.
    Nothing,
    /// The server could not say.
    Failed,
}

/// `None` for a name that cannot stand in a message.
pub fn query(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len() + 18);
    out.extend_from_slice(&id.to_be_bytes());
    // Recursion desired, one question.
    out.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        let len = u8::try_from(label.len())
            .ok()
            .filter(|n| (1..64).contains(n))?;
        out.push(len);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out.extend_from_slice(&(kind as u16).to_be_bytes());
    out.extend_from_slice(&[0, 1]);
    (name.len() < 254).then_some(out)
}

/// `None`: not an answer to this question.
pub fn answer(message: &[u8], asked: &[u8], kind: Kind) -> Option<Answer> {
    let question = asked.get(12..)?;
    let is_response = message.get(2)? & 0x80 != 0;
    let repeated = message.get(12..12 + question.len())?;
    if message.get(..2)? != asked.get(..2)?
        || !is_response
        || !repeated.eq_ignore_ascii_case(question)
    {
        return None;
    }
    match message.get(3)? & 15 {
        0 => {}
        3 => return Some(Answer::Nothing),
        _ => return Some(Answer::Failed),
    }
    let count = u16::from_be_bytes([*message.get(6)?, *message.get(7)?]);
    let mut at = 12 + question.len();
    let (mut addresses, mut ttl) = (Vec::new(), u32::MAX);
    for _ in 0..count {
        // A truncated message ends early: what is there counts.
        let Some(record) = record(message, at) else {
            break;
        };
        at = record.end;
        let address = match (kind, record.kind, record.data) {
            (Kind::A, 1, data) => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
            (Kind::Aaaa, 28, data) => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
            _ => None,
        };
        if let Some(address) = address {
            addresses.push(address);
            ttl = ttl.min(record.ttl);
        }
    }
    Some(if addresses.is_empty() {
        Answer::Nothing
    } else {
        Answer::Addresses(addresses, ttl)
    })
}

struct Record<'a> {
    kind: u16,
    ttl: u32,
    data: &'a [u8],
    end: usize,
}

fn record(message: &[u8], at: usize) -> Option<Record<'_>> {
    let at = skip_name(message, at)?;
    let fixed: &[u8; 10] = message.get(at..at + 10)?.try_into().ok()?;
    let [k0, k1, _, _, t0, t1, t2, t3, l0, l1] = *fixed;
    let end = at + 10 + usize::from(u16::from_be_bytes([l0, l1]));
    Some(Record {
        kind: u16::from_be_bytes([k0, k1]),
        ttl: u32::from_be_bytes([t0, t1, t2, t3]),
        data: message.get(at + 10..end)?,
        end,
    })
}

/// Owner names are not read: everything in the answer section belongs to the question.
fn skip_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            n if n & 0xc0 == 0xc0 => return Some(at + 2),
            n => at += 1 + usize::from(n),
        }
    }
}
