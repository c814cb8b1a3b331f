//! Waiting for what comes about by itself.

use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// Waits until something holds, and tells how long it took.
///
/// # Panics
/// When it does not hold within `limit`; `what` is said then.
pub fn wait_for(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(PAUSE);
    }
    start.elapsed()
}
