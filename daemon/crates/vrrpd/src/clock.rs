//! The two clocks: monotonic for the protocol, wall for what people read.

use rustix::time::{ClockId, clock_gettime};
use vrrp::Micros;

pub fn monotonic() -> Micros {
    micros(ClockId::Monotonic)
}

pub fn unix_ms() -> u64 {
    micros(ClockId::Realtime) / 1000
}

fn micros(clock: ClockId) -> u64 {
    let now = clock_gettime(clock);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds * 1_000_000 + nanoseconds / 1000
}
