//! What a fuzzer of this crate does with its bytes, so that tests and fuzz targets run the same.
//!
//! Invariants: nothing panics; however its bytes are cut, a client gets the same answers and has the
//! same commands carried out; nothing is carried out that its level forbids.

use crate::filter::{Known, request};
use crate::session::LONGEST_LINE;
use crate::{Event, Invocation, Level, Manner, Session, catalogue};

/// One run over arbitrary bytes. Panics when an invariant is broken, which is what fuzzers look for.
pub fn run(data: &[u8]) {
    for level in [Level::User, Level::Operator, Level::Admin] {
        let whole = talk(level, data, data.len().max(1));
        // Pieces end at other places; a line too long is noticed at its own.
        if data.len() <= LONGEST_LINE {
            let first = data.first().map_or(1, |byte| usize::from(*byte) % 7 + 1);
            assert_eq!(whole, talk(level, data, first));
        }
    }
}

/// What is said, and what is carried out.
fn talk(level: Level, data: &[u8], piece: usize) -> (String, Vec<Invocation>) {
    let mut session = Session::new(level, Manner::Number);
    let (mut said, mut run) = (String::new(), Vec::new());
    let mut pieces = data.chunks(piece);
    let mut going = true;
    loop {
        match if going { session.event() } else { Event::Close } {
            Event::Say(text) => said.push_str(&text),
            Event::Patience(seconds) => assert!(seconds > 0),
            Event::Run(it) => {
                let entry = catalogue::ALL.iter().find(|e| e.command == it.command);
                assert!(entry.is_some_and(|entry| entry.level <= level));
                let stored = |name: &str| match name.len() % 3 {
                    0 => Known::Stored,
                    1 => Known::NotHere,
                    _ => Known::Nowhere,
                };
                let _ = request(&it.words, true, stored);
                said.push_str(session.ended());
                run.push(it);
            }
            // A client that has all its answers may still have sent more at once.
            Event::Wait | Event::Close if !going => return (said, run),
            Event::Close | Event::Wait => match pieces.next() {
                Some(bytes) => going = session.feed(bytes).is_ok(),
                None => going = false,
            },
        }
    }
}
