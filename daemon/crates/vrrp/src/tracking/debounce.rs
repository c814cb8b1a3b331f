//! From a check's results to its verdict.

use serde::{Deserialize, Serialize};

use super::Health;

/// Counts a check's results into a verdict with `rise` and `fall`. The first result decides
/// alone, either way: a service that runs need not prove itself `rise` times at start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debounce {
    pub rise: u32,
    pub fall: u32,
    run: u32,
    /// The next result decides alone.
    fresh: bool,
    health: Health,
}

impl Debounce {
    /// `init_fail` assumes failure until the first success.
    pub fn new(rise: u32, fall: u32, init_fail: bool) -> Self {
        let health = if init_fail {
            Health::Down
        } else {
            Health::Unknown
        };
        Debounce {
            rise: rise.max(1),
            fall: fall.max(1),
            run: 0,
            fresh: false,
            health,
        }
    }

    pub fn health(&self) -> Health {
        self.health
    }

    /// The configuration changed: keep what is known.
    pub fn retune(&mut self, rise: u32, fall: u32) {
        self.rise = rise.max(1);
        self.fall = fall.max(1);
    }

    /// Another command from now on: what is known stays until its first result, which decides
    /// alone again.
    pub fn renew(&mut self, rise: u32, fall: u32) {
        self.retune(rise, fall);
        self.fresh = true;
        self.run = 0;
    }

    pub fn unusable(&mut self) {
        self.fresh = false;
        self.health = Health::Unusable;
        self.run = 0;
    }

    pub fn result(&mut self, success: bool) -> Health {
        let known = if std::mem::take(&mut self.fresh) {
            Health::Unknown
        } else {
            self.health
        };
        match (known, success) {
            (Health::Unknown | Health::Unusable | Health::Value(_), _) => {
                self.health = if success { Health::Up } else { Health::Down };
                self.run = 0;
            }
            (Health::Up, true) | (Health::Down, false) => self.run = 0,
            (Health::Up, false) => self.turn(self.fall, Health::Down),
            (Health::Down, true) => self.turn(self.rise, Health::Up),
        }
        self.health
    }

    fn turn(&mut self, needed: u32, to: Health) {
        self.run += 1;
        if self.run >= needed {
            self.health = to;
            self.run = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_result_decides_and_later_ones_are_counted() {
        let mut checks = Debounce::new(2, 3, false);
        assert_eq!(checks.health(), Health::Unknown);
        assert_eq!(checks.result(true), Health::Up);
        assert_eq!(checks.result(false), Health::Up);
        assert_eq!(checks.result(false), Health::Up);
        assert_eq!(checks.result(true), Health::Up);
        for _ in 0..2 {
            assert_eq!(checks.result(false), Health::Up);
        }
        assert_eq!(checks.result(false), Health::Down);
        assert_eq!(checks.result(true), Health::Down);
        assert_eq!(checks.result(true), Health::Up);
    }

    #[test]
    fn another_command_keeps_the_verdict_until_its_first_result() {
        let mut check = Debounce::new(3, 3, false);
        check.result(true);
        check.renew(3, 3);
        assert_eq!(check.health(), Health::Up);
        assert_eq!(check.result(false), Health::Down);
        check.renew(3, 3);
        assert_eq!(check.result(true), Health::Up);
        assert_eq!(
            check.result(false),
            Health::Up,
            "the second one does not decide alone"
        );
        check.unusable();
        check.renew(3, 3);
        assert_eq!(check.health(), Health::Unusable);
        assert_eq!(check.result(true), Health::Up);
    }
}
