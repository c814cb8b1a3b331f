//! How one mail is handed over (RFC 5321), in the words that haproxy uses; no socket, no clock.

use std::sync::Arc;

/// The mail and what is said around it: each turn follows on an answer of the server.
#[derive(Debug)]
pub struct Letter {
    turns: [Vec<u8>; 6],
    /// What it tells, for the log.
    pub line: String,
}

/// What the server answers to the connection, and to each turn.
const ANSWERS: [u16; 7] = [220, 250, 250, 250, 354, 250, 221];
/// The turn behind the mail itself: from here on the server has it.
const TAKEN: usize = 6;
/// An answer that is longer is none.
const LONGEST: usize = 4096;
/// Of an answer in the log.
const SHOWN: usize = 120;

/// Who writes to whom.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub from: String,
    pub to: String,
    pub host: String,
}

impl Letter {
    /// `line`: as in the log; `date`: of RFC 5322.
    pub fn new(envelope: &Envelope, line: &str, date: &str) -> Self {
        let Envelope { from, to, host } = envelope;
        // Nothing that a server said may begin another header.
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let line: String = line.chars().map(plain).collect();
        let line = line.strip_suffix('.').unwrap_or(&line);
        let text = format!(
            "From: {from}\r\nTo: {to}\r\nDate: {date}\r\nSubject: [HAProxy Alert] {line}\r\n\r\n{line}\r\n\r\n.\r\n"
        );
        let turns = [
            format!("HELO {host}\r\n"),
            format!("MAIL FROM:<{from}>\r\n"),
            format!("RCPT TO:<{to}>\r\n"),
            "DATA\r\n".to_owned(),
            text,
            "QUIT\r\n".to_owned(),
        ];
        Self {
            turns: turns.map(String::into_bytes),
            line: line.to_owned(),
        }
    }
}

/// What goes on next.
#[derive(Debug, PartialEq, Eq)]
pub enum Need<'d> {
    Say(&'d [u8]),
    Hear,
    /// The server has the mail, or this is why not.
    Done(Result<(), String>),
}

#[derive(Debug)]
pub struct Dialogue {
    letter: Arc<Letter>,
    /// Answers that were as they should be.
    turn: usize,
    /// Bytes of this turn that were said; `None`: the server's turn.
    said: Option<usize>,
    heard: Vec<u8>,
    end: Option<Result<(), String>>,
}

impl Dialogue {
    pub fn new(letter: Arc<Letter>) -> Self {
        Self {
            letter,
            turn: 0,
            said: None,
            heard: Vec::new(),
            end: None,
        }
    }

    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    pub fn need(&self) -> Need<'_> {
        match (&self.end, self.said) {
            (Some(end), _) => Need::Done(end.clone()),
            (None, None) => Need::Hear,
            (None, Some(said)) => Need::Say(&self.letter.turns[self.turn][said..]),
        }
    }

    pub fn said(&mut self, count: usize) {
        let Some(said) = &mut self.said else {
            return;
        };
        *said += count;
        if *said >= self.letter.turns[self.turn].len() {
            self.said = None;
            self.turn += 1;
            self.judge();
        }
    }

    pub fn heard(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        self.judge();
    }

    /// Nothing more comes: the connection or the time is over.
    pub fn ended(&mut self, why: &str) {
        if self.end.is_none() {
            // How it takes the goodbye changes nothing.
            let taken = self.turn == TAKEN;
            self.end = Some(if taken { Ok(()) } else { Err(why.to_owned()) });
        }
    }

    fn judge(&mut self) {
        if self.said.is_some() || self.end.is_some() {
            return;
        }
        let Some((length, code)) = answer(&self.heard) else {
            if self.heard.len() > LONGEST {
                self.ended("its answer does not end");
            }
            return;
        };
        let text = shown(&self.heard[..length]);
        self.heard.drain(..length);
        if code == Some(ANSWERS[self.turn]) && self.turn < TAKEN {
            self.said = Some(0);
        } else {
            self.ended(&format!("the server said '{text}'"));
        }
    }
}

/// The length of a whole answer and its code, where it has one; lines but the last have `-` behind it.
fn answer(heard: &[u8]) -> Option<(usize, Option<u16>)> {
    let mut length = 0;
    for line in heard.split_inclusive(|byte| *byte == b'\n') {
        if !line.ends_with(b"\n") {
            return None;
        }
        length += line.len();
        let code = line
            .get(..3)
            .filter(|code| code.iter().all(u8::is_ascii_digit));
        let Some(code) = code else {
            return Some((length, None));
        };
        if line[3] != b'-' {
            let digit = |number, byte: &u8| number * 10 + u16::from(byte - b'0');
            return Some((length, Some(code.iter().fold(0, digit))));
        }
    }
    None
}

/// For the log: printable, and not without end.
fn shown(answer: &[u8]) -> String {
    let plain = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => ' ',
    };
    let text: String = answer.iter().take(SHOWN).map(plain).collect();
    text.trim_end().to_owned()
}

#[cfg(test)]
#[path = "dialogue_test.rs"]
mod tests;
