//! A connection of the client, one request at a time.

use crate::response::Response;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use sys::epoll::Ready;
use sys::tcp;

#[derive(Debug)]
pub struct Client {
    pub fd: OwnedFd,
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
    pub fn new(fd: OwnedFd) -> Self {
        Self {
            fd,
            state: State::Idle,
            response: Response::default(),
            due: 0,
        }
    }

    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    pub fn ask(&mut self, request: &[u8], due: u64) -> Result<(), String> {
        self.due = due;
        self.state = State::Sending(0);
        self.send(request)
    }

    fn send(&mut self, request: &[u8]) -> Result<(), String> {
        while let State::Sending(sent) = self.state {
            match tcp::send(&self.fd, &request[sent..]) {
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
        buffer: &mut [u8],
    ) -> Outcome {
        if ready.writable()
            && matches!(self.state, State::Sending(_))
            && let Err(why) = self.send(request)
        {
            return Outcome::Failed(why);
        }
        if !ready.readable() {
            return Outcome::Nothing;
        }
        let mut outcome = Outcome::Nothing;
        loop {
            let n = match tcp::recv(&self.fd, buffer) {
                Ok(0) if self.state == State::Ending => return Outcome::Ended,
                Ok(0) => return Outcome::Failed(format!("closed while {:?}", self.state)),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return outcome,
                Err(error) => return Outcome::Failed(format!("receiving: {error}")),
            };
            if self.state != State::Waiting {
                return Outcome::Failed(format!("bytes while {:?}", self.state));
            }
            match self.response.take(&buffer[..n]) {
                Ok(true) if each => self.state = State::Ending,
                Ok(true) => {
                    self.state = State::Idle;
                    outcome = Outcome::Answered;
                }
                Ok(false) => {}
                Err(why) => return Outcome::Failed(why),
            }
            // A short read has drained the socket, unless its end has come too.
            if n < buffer.len() && !ready.read_closed() {
                return outcome;
            }
        }
    }
}
