//! Times from when a request was due until it was answered.

use crate::command::Latency;

/// Percentiles of nanoseconds, as microseconds. `None` of nothing.
pub fn summary(samples: &mut [u64]) -> Option<Latency> {
    samples.sort_unstable();
    let last = samples.len().checked_sub(1)?;
    #[allow(clippy::cast_precision_loss)]
    let at = |per_cent: usize| samples[(last * per_cent).div_ceil(100)] as f64 / 1000.0;
    Some(Latency {
        p50: at(50),
        p90: at(90),
        p99: at(99),
        max: at(100),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let mut samples: Vec<u64> = (0..=100).rev().map(|n| n * 1000).collect();
        let expected = Latency {
            p50: 50.0,
            p90: 90.0,
            p99: 99.0,
            max: 100.0,
        };
        assert_eq!(summary(&mut samples), Some(expected));
        assert_eq!(summary(&mut []), None);
        assert_eq!(summary(&mut [3000]).map(|one| one.p50 < 2.9), Some(false));
    }
}
