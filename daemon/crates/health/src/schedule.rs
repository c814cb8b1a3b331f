//! Spreading checks over time, so that a thousand servers are not all checked at one instant.

use std::time::Duration;

/// Delay of the first check of the server at `position` of `count`: the servers are spread evenly
/// over one interval.
pub fn first_check_after(position: usize, count: usize, interval: Duration) -> Duration {
    if count <= 1 {
        return Duration::ZERO;
    }
    let position = u32::try_from(position % count).unwrap_or(u32::MAX);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    interval.mul_f64(f64::from(position) / f64::from(count))
}

/// `spread-checks`: the interval made longer or shorter by up to `percent` (0 to 50), as `random`
/// decides (any 32 bits).
pub fn spread(interval: Duration, percent: u32, random: u32) -> Duration {
    if percent == 0 {
        return interval;
    }
    let share = f64::from(percent.min(50)) / 100.0;
    let position = f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0;
    interval.mul_f64(1.0 + share * position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_checks_fill_one_interval_evenly() {
        let interval = Duration::from_secs(2);
        let delays: Vec<_> = (0..4).map(|n| first_check_after(n, 4, interval)).collect();
        let expected = [0, 500, 1000, 1500].map(Duration::from_millis);
        assert_eq!(delays, expected);
        assert_eq!(first_check_after(0, 1, interval), Duration::ZERO);
        assert_eq!(first_check_after(0, 0, interval), Duration::ZERO);
    }

    #[test]
    fn the_spread_stays_within_its_percentage() {
        let interval = Duration::from_secs(10);
        assert_eq!(spread(interval, 0, 77), interval);
        assert_eq!(spread(interval, 50, 0), Duration::from_secs(5));
        assert_eq!(spread(interval, 50, u32::MAX), Duration::from_secs(15));
        assert_eq!(spread(interval, 90, u32::MAX), Duration::from_secs(15));
    }
}
