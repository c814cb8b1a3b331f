//! A state that counts only after it has lasted.

use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub struct Standing {
    /// None before the first look, which counts at once.
    counted: Option<bool>,
    /// When a state that differs from it will count.
    pub change_at: Option<Instant>,
}

impl Standing {
    /// Takes note of what is seen now; the state that counts.
    pub fn observe(&mut self, well: bool, now: Instant, down: Duration, up: Duration) -> bool {
        let counted = *self.counted.get_or_insert(well);
        if well == counted {
            self.change_at = None;
            return counted;
        }
        let delay = if well { up } else { down };
        if now >= *self.change_at.get_or_insert(now + delay) {
            self.change_at = None;
            self.counted = Some(well);
            return well;
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_after_its_own_delay_unless_it_is_taken_back() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let (down, up) = (Duration::from_millis(100), Duration::from_millis(50));
        let mut standing = Standing::default();
        assert!(
            !standing.observe(false, at(0), down, up),
            "the first look counts at once"
        );
        assert!(!standing.observe(true, at(10), down, up));
        assert_eq!(standing.change_at, Some(at(60)));
        assert!(standing.observe(true, at(60), down, up));
        assert!(standing.observe(false, at(70), down, up));
        assert!(
            standing.observe(true, at(100), down, up),
            "it came back in time"
        );
        assert!(standing.observe(false, at(200), down, up));
        assert!(standing.observe(false, at(299), down, up));
        assert!(!standing.observe(false, at(300), down, up));
    }
}
