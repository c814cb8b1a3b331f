//! What a fuzzer of this crate does with its bytes, so that a test and the fuzz target run the same.
//!
//! Invariants: nothing panics or waits; whatever a process that was taken over says to the
//! supervisor is a message, or an error; a message that is read, written and read again is the same.

use std::fs::File;
use std::io::Write as _;

use crate::mail::Delivery;
use crate::{Channel, FromWorker, ToWorker};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Less than a socket takes at once.
const MOST: usize = 32 << 10;

/// One run over arbitrary bytes. Panics when an invariant is broken, which is what fuzzers look for.
pub fn run(data: &[u8]) {
    text::<FromWorker>(data);
    text::<ToWorker>(data);
    text::<Delivery>(data);
    frames(&data[..data.len().min(MOST)]);
}

fn text<T: DeserializeOwned + Serialize>(data: &[u8]) {
    let Ok(message) = serde_json::from_slice::<T>(data) else {
        return;
    };
    let Ok(once) = serde_json::to_string(&message) else {
        return;
    };
    let again: T = serde_json::from_str(&once).expect("what was written is read");
    let twice = serde_json::to_string(&again).expect("what was read is written");
    assert_eq!(once, twice);
}

fn frames(data: &[u8]) {
    let Ok((mut channel, theirs)) = Channel::pair() else {
        return;
    };
    let mut theirs = File::from(theirs);
    if theirs.write_all(data).is_err() {
        return;
    }
    drop(theirs);
    while let Ok(Some(_)) = channel.try_receive::<FromWorker>() {}
}

#[cfg(test)]
mod tests {
    use super::run;

    const MESSAGES: [&str; 6] = [
        r#"{"type":"ready","generation":1}"#,
        r#"{"type":"log","severity":3,"text":"a"}"#,
        r#"{"type":"status","id":1,"body":{"a":[1,2.5,null,"b"]}}"#,
        r#"{"type":"taking","addresses":[{"interface":"eth0","address":"192.0.2.1/24"}]}"#,
        r#"{"type":"farewell","packets":[{"interface":"e","source":"::1","destination":"ff02::12","bytes":[49,1]}]}"#,
        r#"{"type":"stop","deadline_ms":18446744073709551615}"#,
    ];

    #[test]
    fn damaged_messages_and_frames_are_errors() {
        for message in MESSAGES {
            let length = u32::try_from(message.len()).unwrap().to_le_bytes();
            let whole = [&length, &[0; 4], message.as_bytes()].concat();
            run(message.as_bytes());
            run(&whole);
            for at in 0..whole.len() {
                run(&whole[..at]);
                for byte in [0, b'"', b'}', 0x80, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[at] = byte;
                    run(&damaged);
                    run(&damaged[8..]);
                }
            }
        }
    }
}
