//! What everything of the thread has in common.

use std::sync::Arc;
use sys::epoll::Epoll;

/// For the time of one round.
pub struct Common<'c> {
    pub epoll: &'c Arc<Epoll>,
    pub next_token: &'c mut u64,
    pub random: &'c mut Random,
    /// What is read comes here first.
    pub buffer: &'c mut [u8],
    pub now: u64,
}

impl Common<'_> {
    pub fn token(&mut self) -> u64 {
        *self.next_token += 1;
        *self.next_token
    }
}

/// Delays that differ from host to host.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}
