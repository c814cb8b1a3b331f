//! One client: what it sends, what it is answered, and how long it may be silent.

use super::handing::Handing;
use super::{Answer, Cursor, Desk, Job, Socket, Stream, Ticket};
use runtime::{Event, Invocation, Session};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use sys::epoll::Ready;
use sys::tcp;

/// So much is held for a client that does not take it; the rest is made when it does.
const HELD: usize = 64 << 10;
const BLOCK: usize = 16 << 10;
/// Parts of one turn: others have theirs in between.
const ROUNDS: usize = 16;

/// What a client's turn ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing more to do until something happens.
    Waits,
    /// There is more; others first.
    GoesOn,
    Ends,
}

/// What the client's command is at.
#[derive(Debug)]
enum Work {
    Idle,
    /// The control thread has it.
    Asked(Invocation),
    /// It gets it again when there is room.
    Parked(Invocation, Cursor),
    Streams(Box<dyn Stream>),
    Hands(Handing),
}

#[derive(Debug)]
pub struct Client {
    pub stream: OwnedFd,
    ticket: Ticket,
    session: Session,
    exposes: bool,
    out: Vec<u8>,
    sent: usize,
    work: Work,
    readable: bool,
    writable: bool,
    ended: bool,
    closes: bool,
    /// Milliseconds of silence that end it, and when they are over.
    patience: u64,
    pub deadline: u64,
}

impl Client {
    pub fn new(stream: OwnedFd, ticket: Ticket, socket: &Socket, patience: u64, now: u64) -> Self {
        Self {
            stream,
            ticket,
            session: Session::new(socket.level, socket.manner),
            exposes: socket.exposes,
            out: Vec::new(),
            sent: 0,
            work: Work::Idle,
            readable: true,
            writable: true,
            ended: false,
            closes: false,
            patience,
            deadline: now.saturating_add(patience),
        }
    }

    pub fn note(&mut self, ready: Ready) {
        self.readable |= ready.readable();
        self.writable |= ready.writable() || ready.broken();
    }

    /// The control thread's answer.
    pub fn answered(&mut self, answer: Answer) {
        let Work::Asked(invocation) = std::mem::replace(&mut self.work, Work::Idle) else {
            return;
        };
        match answer {
            Answer::Done => self.say(self.session.ended()),
            Answer::Message(severity, text) => {
                let text = self.session.message(Some(severity), &text);
                self.say(&text);
            }
            Answer::Text(text) => {
                let text = self.session.message(None, &text);
                self.say(&text);
            }
            Answer::Part(text, cursor) => {
                self.say(&text);
                self.work = Work::Parked(invocation, cursor);
            }
            Answer::Stream(stream) => self.work = Work::Streams(stream),
            Answer::Sockets(sockets) => self.work = Work::Hands(Handing::new(sockets)),
            Answer::Nothing => self.closes = true,
        }
    }

    /// Goes on as far as the client and the control thread let it.
    pub fn turn(&mut self, desk: &Desk, now: u64) -> Turn {
        for _ in 0..ROUNDS {
            if !self.send(now) {
                return Turn::Ends;
            }
            if self.out.len() - self.sent > HELD {
                return Turn::Waits;
            }
            if self.closes {
                let over = self.out.is_empty();
                return if over { Turn::Ends } else { Turn::Waits };
            }
            match self.step(desk, now) {
                Turn::Waits if self.out.is_empty() || !self.writable => return Turn::Waits,
                Turn::GoesOn | Turn::Waits => {}
                Turn::Ends => return Turn::Ends,
            }
        }
        Turn::GoesOn
    }

    fn step(&mut self, desk: &Desk, now: u64) -> Turn {
        match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Idle => self.listen(desk, now),
            asked @ Work::Asked(_) => {
                self.work = asked;
                Turn::Waits
            }
            Work::Parked(invocation, cursor) => {
                self.ask(desk, invocation, Some(cursor));
                Turn::Waits
            }
            Work::Streams(mut stream) => {
                let mut text = String::new();
                let last = stream.more(&mut text);
                self.say(&text);
                if last {
                    self.say(self.session.ended());
                } else {
                    self.work = Work::Streams(stream);
                }
                Turn::GoesOn
            }
            Work::Hands(mut handing) => match handing.step(&self.stream) {
                Some(Turn::Waits) => {
                    self.work = Work::Hands(handing);
                    (self.readable, self.writable) = (false, false);
                    Turn::Waits
                }
                Some(turn) => turn,
                None => {
                    self.work = Work::Hands(handing);
                    Turn::GoesOn
                }
            },
        }
    }

    fn ask(&mut self, desk: &Desk, invocation: Invocation, cursor: Option<Cursor>) {
        self.work = Work::Asked(invocation.clone());
        desk.ask(Job {
            ticket: self.ticket,
            invocation,
            exposes: self.exposes,
            cursor,
        });
    }

    /// What is asked next, reading on where that is not whole.
    fn listen(&mut self, desk: &Desk, now: u64) -> Turn {
        match self.session.event() {
            Event::Say(text) => {
                self.say(&text);
                Turn::GoesOn
            }
            Event::Patience(seconds) => {
                self.patience = seconds.saturating_mul(1000);
                self.say(self.session.ended());
                Turn::GoesOn
            }
            Event::Run(invocation) => {
                self.ask(desk, invocation, None);
                Turn::Waits
            }
            Event::Close => {
                self.closes = true;
                Turn::GoesOn
            }
            Event::Wait => self.read(now),
        }
    }

    fn read(&mut self, now: u64) -> Turn {
        if self.ended || !self.readable {
            return Turn::Waits;
        }
        let mut block = [0; BLOCK];
        match tcp::recv(&self.stream, &mut block) {
            Ok(0) => {
                self.ended = true;
                self.session.end_of_input();
            }
            Ok(count) => {
                self.deadline = now.saturating_add(self.patience);
                if self.session.feed(&block[..count]).is_err() {
                    self.say("The command is too long: nothing of it is done.\n\n");
                    self.closes = true;
                }
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                return Turn::Waits;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Turn::Ends,
        }
        Turn::GoesOn
    }

    fn say(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// False when the client is gone.
    fn send(&mut self, now: u64) -> bool {
        while self.writable && self.sent < self.out.len() {
            match tcp::send(&self.stream, &self.out[self.sent..]) {
                Ok(count) => {
                    self.sent += count;
                    self.deadline = now.saturating_add(self.patience);
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        if self.sent == self.out.len() {
            self.out.clear();
            self.out.shrink_to(HELD);
            self.sent = 0;
        } else if self.sent > HELD {
            self.out.drain(..self.sent);
            self.sent = 0;
        }
        true
    }
}
