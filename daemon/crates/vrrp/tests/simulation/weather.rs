//! What the network does to packets, and the chance behind it.

use vrrp::Micros;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    pub loss_percent: u64,
    pub double_percent: u64,
    pub max_delay: Micros,
}

pub const FAIR: Weather = Weather {
    loss_percent: 0,
    double_percent: 0,
    max_delay: 200,
};

/// A small generator (xorshift64*), so that a seed says everything about a run.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound.max(1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        percent > 0 && self.below(100) < percent
    }
}
