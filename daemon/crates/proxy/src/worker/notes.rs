//! What is remembered of an exchange for its log line.

use trafficlog::Termination;

/// Instants are milliseconds of the monotonic clock; 0 = did not happen.
#[derive(Debug, Default)]
pub struct Notes {
    pub started: u64,
    pub idle_from: u64,
    /// Milliseconds before that, of handshakes.
    pub handshake: u64,
    pub head_done: u64,
    pub queued: u64,
    /// How many had left the queue before.
    pub queued_after: u32,
    pub connecting: u64,
    pub connected: u64,
    pub response: u64,
    /// The server answered in HTTP/1.0.
    pub response10: bool,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub retries: u32,
    pub redispatched: bool,
    /// How many requests left the queue of a server, and the backend's, up to this one.
    pub server_queue: u32,
    pub backend_queue: u32,
    /// The request line as received.
    pub line: Vec<u8>,
    pub cause: u8,
    pub state: u8,
    /// `tcp-request content` turned it away before it was read as a request.
    pub turned_away: bool,
    /// The line is written already.
    pub logged: bool,
}

impl Notes {
    /// Remembers how the session ended; the first reason counts.
    pub fn end(&mut self, cause: u8, state: u8) {
        if self.cause == 0 {
            (self.cause, self.state) = (cause, state);
        }
    }

    pub fn termination(&self) -> Termination {
        if self.cause == 0 {
            Termination::NORMAL
        } else {
            Termination::new(self.cause, self.state)
        }
    }
}
