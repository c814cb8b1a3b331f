//! What a fuzzer of this crate does with its bytes, so that a test and the fuzz target run the same.
//!
//! Invariants: nothing panics or goes round in circles, whatever a name server sends; the files of
//! the machine are read whatever is in them.

use crate::message::query;
use crate::{Hosts, Kind, Settings, answer};

/// One run over arbitrary bytes: as an answer to a question of each kind, and as files.
pub fn run(data: &[u8]) {
    for kind in [Kind::A, Kind::Aaaa] {
        let Some(question) = query(0x1234, "www.example.com", kind) else {
            continue;
        };
        let _ = answer(data, &question, kind);
        // Behind a head and question that fit, so that the rest is looked at.
        let mut message = question.clone();
        message[2] |= 0x80;
        message[7] = data.first().copied().unwrap_or(1);
        message.extend_from_slice(data);
        let _ = answer(&message, &question, kind);
    }
    let text = String::from_utf8_lossy(data);
    let _ = (Hosts::parse(&text), Settings::parse(&text));
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn damaged_answers_are_no_answers() {
        let record = [
            0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1, 0xc0, 29, 0, 5, 0, 1, 0, 0, 0,
            1, 0, 2, 0xc0, 12,
        ];
        for at in 0..record.len() {
            run(&record[..at]);
            for byte in 0..=u8::MAX {
                let mut damaged = record;
                damaged[at] = byte;
                run(&damaged);
            }
        }
        run(b"127.0.0.1 a b\n# c\n::1\nnameserver 192.0.2.1\noptions ndots:99999999999 timeout:-1\n");
    }
}
