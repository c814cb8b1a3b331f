//! A connection of the client, one request at a time.

use crate::response::Response;
use crate::wire::{Room, Wire};
use std::io::ErrorKind;
use sys::epoll::Ready;

#[derive(Debug)]
pub struct Client {
    pub wire: Wire,
    state: State,
    response: Response,
    /// When the present request was due, nanoseconds of the monotonic clock.
    pub due: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// So many bytes of the request have been sent.
    Sending(usize),
    Waiting,
    /// The answer is there; the other side closes.
    Ending,
}

/// What an event brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Nothing,
    Answered,
    /// The other side closed after its answer.
    Ended,
    Failed(String),
}

impl Client {
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            state: State::Idle,
            response: Response::default(),
            due: 0,
        }
    }

    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    pub fn ask(&mut self, request: &[u8], due: u64, room: &mut Room) -> Result<(), String> {
        self.due = due;
        self.state = State::Sending(0);
        self.send(request, room)
    }

    fn send(&mut self, request: &[u8], room: &mut Room) -> Result<(), String> {
        while let State::Sending(sent) = self.state {
            match self.wire.send(&request[sent..], room) {
                Ok(n) if sent + n == request.len() => self.state = State::Waiting,
                Ok(n) => self.state = State::Sending(sent + n),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return Ok(());
                }
                Err(error) => return Err(format!("sending: {error}")),
            }
        }
        Ok(())
    }

    /// `each`: the other side closes after its answer.
    pub fn on_event(
        &mut self,
        ready: Ready,
        request: &[u8],
        each: bool,
        room: &mut Room,
    ) -> Outcome {
        if let Err(error) = self.wire.proceed(room) {
            return Outcome::Failed(format!("beginning: {error}"));
        }
        if matches!(self.state, State::Sending(_))
            && let Err(why) = self.send(request, room)
        {
            return Outcome::Failed(why);
        }
        if !ready.readable() {
            return Outcome::Nothing;
        }
        let mut outcome = Outcome::Nothing;
        loop {
            let (n, drained) = match self.wire.recv(room) {
                Ok((0, _)) if self.state == State::Ending => return Outcome::Ended,
                Ok((0, _)) => return Outcome::Failed(format!("closed while {:?}", self.state)),
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return outcome,
                Err(error) => return Outcome::Failed(format!("receiving: {error}")),
            };
            if self.state != State::Waiting {
                return Outcome::Failed(format!("bytes while {:?}", self.state));
            }
            match self.response.take(&room.plain[..n]) {
                Ok(true) if each => self.state = State::Ending,
                Ok(true) => {
                    self.state = State::Idle;
                    outcome = Outcome::Answered;
                }
                Ok(false) => {}
                Err(why) => return Outcome::Failed(why),
            }
            // A short read has drained the socket, unless its end has come too.
            if drained && !ready.read_closed() {
                return outcome;
            }
        }
    }
}
