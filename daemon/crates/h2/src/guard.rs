//! What a peer may make us do for nothing.
//!
//! Each period has a budget for frames that lead nowhere: streams given up before their answer, pings,
//! settings, empty data, windows opened by crumbs. What the peer's requests earn comes on top, so
//! that a busy connection is never taken for a hostile one. Who goes beyond gets
//! ENHANCE_YOUR_CALM (RFC 9113 §10.5).

/// Milliseconds after which a budget is new.
const PERIOD: u64 = 10_000;

/// Frames of a header block behind its first one, and bytes of a whole block.
pub const CONTINUATIONS: u32 = 32;
pub const BLOCK: usize = 96 << 10;

/// Of each period: frames that ask for nothing.
const IDLE_FRAMES: u32 = 1_000;
/// The same: streams that ended before they were answered.
const WASTED: u32 = 400;
/// The same: openings of windows beyond those that data earned.
const OPENINGS: u32 = 2_000;

#[derive(Debug, Default)]
pub struct Guard {
    begun: u64,
    idle: u32,
    wasted: u32,
    openings: u32,
    /// By what was sent and answered in this period.
    served: u32,
    sent: u32,
}

/// Beyond what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

fn spend(counter: &mut u32, budget: u32) -> Result<(), TooMuch> {
    *counter += 1;
    if *counter > budget {
        Err(TooMuch)
    } else {
        Ok(())
    }
}

impl Guard {
    /// Milliseconds of any clock that only goes forward.
    pub fn at(&mut self, now: u64) {
        if now.saturating_sub(self.begun) >= PERIOD {
            *self = Self {
                begun: now,
                ..Self::default()
            };
        }
    }

    /// A ping, settings, a priority, empty data, a frame of an unknown kind.
    pub fn idle(&mut self) -> Result<(), TooMuch> {
        spend(&mut self.idle, IDLE_FRAMES.saturating_add(self.served))
    }

    /// A stream ended unanswered by the peer's doing: a reset, or something not allowed on it.
    pub fn wasted(&mut self) -> Result<(), TooMuch> {
        spend(&mut self.wasted, WASTED.saturating_add(self.served))
    }

    /// WINDOW_UPDATE.
    pub fn opening(&mut self) -> Result<(), TooMuch> {
        let earned = self.sent.saturating_mul(4);
        spend(&mut self.openings, OPENINGS.saturating_add(earned))
    }

    /// A stream was answered to its end.
    pub fn answered(&mut self) {
        self.served = self.served.saturating_add(1);
    }

    /// A frame with data went out.
    pub fn sent(&mut self) {
        self.sent = self.sent.saturating_add(1);
    }
}
