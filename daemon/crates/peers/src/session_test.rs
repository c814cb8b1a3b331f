use super::*;
use crate::kinds::{Column, KeyKind};

fn identity(name: &str) -> Identity {
    let table = |id, name: &str, key| Definition {
        id,
        name: name.to_owned(),
        key,
        key_length: 33,
        expire: 0,
        columns: vec![
            Column {
                bit: 2,
                count: 1,
                period: 0,
            },
            Column {
                bit: 19,
                count: 1,
                period: 0,
            },
        ],
    };
    Identity {
        name: name.into(),
        process: 7,
        tables: Arc::new([
            table(1, "one", KeyKind::String),
            table(2, "two", KeyKind::String),
        ]),
    }
}

/// Carries what each side has to say to the other until both are silent.
fn carry(a: &mut Session, b: &mut Session) -> (Vec<Event>, Vec<Event>) {
    let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
    while !a.output().is_empty() || !b.output().is_empty() {
        let said = a.output().to_vec();
        a.sent(said.len(), 0);
        b.feed(&said, 0, &mut at_b).unwrap();
        let said = b.output().to_vec();
        b.sent(said.len(), 0);
        a.feed(&said, 0, &mut at_a).unwrap();
    }
    (at_a, at_b)
}

fn open() -> (Session, Session) {
    let mut a = Session::call(identity("a"), "b", 0);
    let mut b = Session::answer(identity("b"), vec!["a".to_owned()], 0);
    let (at_a, at_b) = carry(&mut a, &mut b);
    assert_eq!(at_a, [Event::Open("b".to_owned())]);
    assert_eq!(at_b, [Event::Open("a".to_owned())]);
    (a, b)
}

fn push(session: &mut Session, table: usize, id: u32, key: &[u8]) -> bool {
    let name = Some("s1".into());
    session.push(
        table,
        &Outgoing {
            id,
            key: &Key::Bytes(key.into()),
            expire: None,
            values: &[Value::Number(5), Value::Name(name)],
        },
    )
}

#[test]
fn entries_go_over_and_are_acknowledged() {
    let (mut a, mut b) = open();
    for (table, id) in [(0, 5), (0, 6), (1, 9), (0, 7)] {
        assert!(push(&mut a, table, id, b"/x"));
    }
    let (at_a, at_b) = carry(&mut a, &mut b);
    let tables: Vec<usize> = at_b
        .iter()
        .map(|event| match event {
            Event::Update(table, update) => {
                assert_eq!(update.key, Key::Bytes(b"/x".as_slice().into()));
                assert_eq!(update.values[0].2, Value::Number(5));
                assert_eq!(update.values[1].2, Value::Name(Some("s1".into())));
                *table
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tables, [0, 0, 1, 0]);
    assert_eq!(at_a.last(), Some(&Event::Acked(1, 9)));
    assert!(at_a.contains(&Event::Acked(0, 7)));
    // A key that no message has room for is not sent, and what comes after it is.
    assert!(!push(&mut a, 0, 8, &[b'k'; LONG]));
    assert!(push(&mut a, 0, 9, b"/y"));
    let (at_a, at_b) = carry(&mut a, &mut b);
    assert_eq!((at_b.len(), at_a), (1, vec![Event::Acked(0, 9)]));
}

const LONG: usize = message::LONGEST + 1;

#[test]
fn strangers_are_told_why_they_are_refused() {
    for (to, from, status) in [("x", "a", Status::NotMe), ("b", "x", Status::NotYou)] {
        let mut a = Session::call(identity(from), to, 0);
        let mut b = Session::answer(identity("b"), vec!["a".to_owned()], 0);
        let mut events = Vec::new();
        let hello = a.output().to_vec();
        let fault = b.feed(&hello, 0, &mut events).unwrap_err();
        assert_eq!(fault, Fault::Unwelcome(status));
        let answer = b.output().to_vec();
        assert_eq!(answer, format!("{}\n", status.code()).into_bytes());
        let fault = a.feed(&answer, 0, &mut events).unwrap_err();
        assert_eq!(fault, Fault::Refused(status));
        assert_eq!(events, []);
    }
}

#[test]
fn silence_is_broken_and_ends_it() {
    let (mut a, mut b) = open();
    assert_eq!(a.due(), 3000);
    a.tick(3000).unwrap();
    assert_eq!(a.output(), b"\x00\x04");
    a.sent(2, 3000);
    assert_eq!(a.due(), 5000);
    assert_eq!(a.tick(5000), Err(Fault::Silent));
    let mut events = Vec::new();
    b.feed(b"\x00\x04", 4999, &mut events).unwrap();
    assert_eq!((b.tick(9998), events), (Ok(()), Vec::new()));
    assert_eq!(b.tick(9999), Err(Fault::Silent));
}

#[test]
fn a_fault_is_complained_about() {
    for (bytes, complaint) in [
        (&b"\x07\x00"[..], b"\x01\x00"),
        (b"\x0a\x80\xff\xff\xff\x7f", b"\x01\x01"),
    ] {
        let (mut a, _) = open();
        assert!(a.feed(bytes, 0, &mut Vec::new()).is_err());
        assert_eq!(a.output(), complaint);
    }
    let (mut a, _) = open();
    assert_eq!(
        a.feed(b"\x01\x00", 0, &mut Vec::new()),
        Err(Fault::Reported(0))
    );
    assert_eq!(a.output(), b"");
}

#[test]
fn a_name_of_an_entry_that_was_not_sent_is_sent_with_the_next_one() {
    let (mut a, mut b) = open();
    assert!(!push(&mut a, 0, 1, &[b'k'; LONG]));
    assert!(push(&mut a, 0, 2, b"/y"));
    let (_, at_b) = carry(&mut a, &mut b);
    let [Event::Update(0, update)] = &at_b[..] else {
        panic!("{at_b:?}");
    };
    assert_eq!(update.values[1].2, Value::Name(Some("s1".into())));
}

#[test]
fn one_that_talks_and_takes_nothing_is_given_up() {
    let (mut a, _) = open();
    let finished = b"\x00\x01".repeat(1000);
    let fault = loop {
        let mut events = Vec::new();
        if let Err(fault) = a.feed(&finished, 0, &mut events) {
            break fault;
        }
        // As whoever was taught answers.
        for _ in &events {
            a.say(Control::Confirm);
        }
        assert!(a.output().len() < 1 << 20, "it grows without bounds");
    };
    assert_eq!(fault, Fault::Deaf);
}
