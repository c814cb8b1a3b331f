//! What a fuzzer of this crate does with its bytes, so that a test and the fuzz target run the same.
//!
//! Invariants: nothing panics; however its bytes are cut, a session understands the same; what it
//! keeps is bounded; what was understood can be written, and is understood again.

use crate::{
    Column, Control, Definition, Event, Identity, KeyKind, LONGEST, Outgoing, Phase, Session, Value,
};
use std::sync::Arc;

fn identity(name: &str) -> Identity {
    let column = |bit, count| Column {
        bit,
        count,
        period: 10_000,
    };
    let table = |id, name: &str, key, key_length| Definition {
        id,
        name: name.to_owned(),
        key,
        key_length,
        expire: 30_000,
        columns: vec![column(2, 1), column(10, 1), column(19, 1), column(24, 3)],
    };
    let tables: Arc<[Definition]> = Arc::new([
        table(1, "ips", KeyKind::Ip, 4),
        table(2, "strs", KeyKind::String, 33),
        table(3, "ints", KeyKind::Integer, 4),
        table(4, "bins", KeyKind::Binary, 6),
        table(5, "sixes", KeyKind::Ipv6, 16),
    ]);
    Identity {
        name: name.into(),
        process: 1,
        tables,
    }
}

/// An open session of `a` with `b`.
fn opened() -> Session {
    let mut session = Session::answer(identity("a"), vec!["b".to_owned()], 0);
    let mut events = Vec::new();
    let greeting = session.feed(b"HAProxyS 2.1\na\nb 1 1\n", 0, &mut events);
    assert!(greeting.is_ok() && session.phase() == Phase::Open);
    let length = session.output().len();
    session.sent(length, 0);
    session
}

/// What a session makes of the bytes in pieces of this length.
fn hear(mut session: Session, data: &[u8], piece: usize) -> (Vec<Event>, bool, Session) {
    let mut events = Vec::new();
    for bytes in data.chunks(piece) {
        let before = session.output().len();
        if session.feed(bytes, 0, &mut events).is_err() {
            return (events, false, session);
        }
        assert!(session.output().len() <= before + 5 * 32);
    }
    (events, true, session)
}

/// One run over arbitrary bytes: as a greeting, as an answer to one, as messages.
pub fn run(data: &[u8]) {
    let called = Session::answer(identity("a"), vec!["b".to_owned()], 0);
    let _ = hear(called, data, 7);
    let _ = hear(Session::call(identity("a"), "b", 0), data, 7);
    let (whole, fine, session) = hear(opened(), data, data.len().max(1));
    let [heard, said] = session.names();
    assert!(heard.len() <= 128 && said.is_empty());
    let piece = data.first().map_or(1, |byte| usize::from(*byte) % 7 + 1);
    let (pieces, also_fine, _) = hear(opened(), data, piece);
    assert_eq!((&whole, fine), (&pieces, also_fine));
    assert!(data.len() >= LONGEST || whole.len() <= data.len());
    repeat(&whole);
}

/// Sends all that was heard and that this side stores alike to another session; a caller may have
/// defined columns with periods of its own.
fn repeat(events: &[Event]) {
    let (mut from, to) = (opened(), opened());
    let tables = identity("a").tables;
    let mut sent = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let Event::Update(table, update) = event else {
            continue;
        };
        let values: Vec<Value> = update
            .values
            .iter()
            .map(|(_, _, value)| value.clone())
            .collect();
        let rates = |value: &Value| matches!(value, Value::Rate { .. });
        let columns = &tables[*table].columns;
        let elements: u32 = columns.iter().map(|c| c.count).sum();
        let same = values.len() == elements as usize
            && update.values.iter().all(|(of, _, _)| columns.contains(of))
            && matches!(values[0], Value::Number(_))
            && rates(&values[1])
            && matches!(values[2], Value::Name(_))
            && values[3..].iter().all(rates);
        let outgoing = Outgoing {
            id: u32::try_from(at).unwrap_or(0),
            key: &update.key,
            expire: update.expire,
            values: &values,
        };
        if same && from.push(*table, &outgoing) {
            sent.push(event.clone());
        }
    }
    from.say(Control::Finished);
    let (heard, fine, _) = hear(to, from.output(), 4096);
    sent.push(Event::Said(Control::Finished));
    assert!(fine);
    assert_eq!(heard, sent);
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::varint::put;

    /// Messages as a real peer sends them, in the words of these tables.
    fn stream() -> Vec<u8> {
        let mut all = Vec::new();
        let mut message = |kind: u8, body: &[u8]| {
            all.extend([10, kind]);
            put(&mut all, body.len() as u64);
            all.extend_from_slice(body);
        };
        let tail = b"\x18\x03\xf0\xe2\x03";
        let mut define = |id: u8, name: &str, kind: u8, length: u8| {
            let mut body = vec![id, u8::try_from(name.len()).unwrap()];
            body.extend(name.bytes());
            body.extend([kind, length]);
            put(&mut body, 1 << 2 | 1 << 10 | 1 << 19 | 1 << 24);
            body.extend(b"\xf0\xc4\x0d\x0a\xf0\xe2\x03");
            body.extend(tail);
            message(130, &body);
            let key: &[u8] = match kind {
                2 => &[0, 0, 0, 7],
                4 => &[192, 0, 2, 1],
                5 => &[1; 16],
                6 => b"\x02/x",
                _ => b"abcdef",
            };
            let values = b"\x05\xf1\x02\x03\x04\x04\x01\x02s1\x01\x02\x03\x01\x02\x03\x01\x02\x03";
            let update = [&[0, 0, 0, 9], key, values].concat();
            message(128, &update);
            message(134, &[&[0, 0, 0x75, 0x30], key, values].concat());
        };
        define(3, "ips", 4, 4);
        define(4, "strs", 6, 21);
        define(5, "ints", 2, 4);
        define(6, "bins", 7, 6);
        define(7, "sixes", 5, 16);
        message(131, &[3]);
        message(132, &[1, 0, 0, 0, 4]);
        all.extend(b"\x00\x00\x00\x01\x00\x02\x00\x03\x00\x04");
        all
    }

    #[test]
    fn real_messages_are_understood() {
        let mut events = Vec::new();
        let mut session = super::opened();
        session.feed(&stream(), 0, &mut events).unwrap();
        let updates = events
            .iter()
            .filter(|e| matches!(e, crate::Event::Update(..)));
        assert_eq!((updates.count(), events.len()), (10, 15));
        run(&stream());
    }

    #[test]
    fn damaged_messages_break_nothing() {
        let whole = stream();
        for at in 0..whole.len() {
            run(&whole[..at]);
            for byte in [
                0,
                1,
                3,
                0x7f,
                0x80,
                0xef,
                0xf0,
                0xff,
                whole[at] ^ 1,
                whole[at] ^ 0x80,
            ] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                run(&damaged);
            }
        }
        run(b"HAProxyS 2.1\na\nb 1 1\n");
        run(b"200\n\x00\x00");
    }

    /// Numbers of a small generator, so that a failure can be repeated.
    #[test]
    fn random_bytes_break_nothing() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let whole = stream();
        for _ in 0..300 {
            let mut data = whole.clone();
            for _ in 0..next() % 8 {
                let at = usize::try_from(next()).unwrap_or(0) % data.len();
                data[at] = next().to_le_bytes()[0];
            }
            run(&data);
        }
    }
}
