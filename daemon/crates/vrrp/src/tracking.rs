//! From tracked things to an effective priority (keepalived.conf(5), `track_script`).

mod debounce;

pub use debounce::Debounce;

use serde::{Deserialize, Serialize};

use crate::fault::FaultReason;
use crate::settings::OWNER;

/// What is known of a tracked thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Health {
    /// No result yet, and the configuration does not say what to assume.
    Unknown,
    Up,
    Down,
    /// A number, which the weight multiplies (`track_file`).
    Value(i32),
    /// The check itself cannot run: never a reason to be more eligible.
    Unusable,
}

/// One tracked thing as an instance sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// As shown to the operator, e.g. `script chk_http`.
    pub what: String,
    pub weight: i32,
    /// The weight counts in the opposite case, with the opposite direction.
    pub reverse: bool,
    pub health: Health,
}

/// What tracking makes of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub priority: u8,
    pub faults: Vec<FaultReason>,
    /// Why the priority differs from the configured one.
    pub reasons: Vec<String>,
}

/// Positive weights count while the thing is up, negative ones while it is down, zero means
/// FAULT when down; the sum stays within 1 and 254, and an owner's priority never moves.
pub fn evaluate(base: u8, tracked: &[Tracked]) -> Standing {
    let mut standing = Standing {
        priority: base,
        ..Standing::default()
    };
    let mut sum = i32::from(base);
    for item in tracked {
        match item.health {
            Health::Unusable => standing
                .faults
                .push(FaultReason::Unusable(item.what.clone())),
            Health::Unknown if item.weight == 0 => {
                standing
                    .faults
                    .push(FaultReason::Waiting(item.what.clone()));
            }
            Health::Unknown => {}
            Health::Value(value) => sum += of_value(item, value, &mut standing),
            Health::Up | Health::Down if item.weight == 0 => {
                if (item.health == Health::Down) != item.reverse {
                    standing
                        .faults
                        .push(FaultReason::Tracked(item.what.clone()));
                }
            }
            Health::Up | Health::Down => sum += contribution(item, &mut standing.reasons),
        }
    }
    if base != OWNER {
        standing.priority = u8::try_from(sum.clamp(1, 254)).unwrap_or(1);
    }
    standing
}

/// Without a weight any number but zero is FAULT; with one, a product below −253 is.
fn of_value(item: &Tracked, value: i32, standing: &mut Standing) -> i32 {
    if item.weight == 0 {
        if (value != 0) != item.reverse {
            let fault = FaultReason::Tracked(item.what.clone());
            standing.faults.push(fault);
        }
        return 0;
    }
    let weight = if item.reverse {
        -item.weight
    } else {
        item.weight
    };
    let product = value.saturating_mul(weight).clamp(-254, 254);
    if product < -253 {
        let fault = FaultReason::Tracked(item.what.clone());
        standing.faults.push(fault);
    } else if product != 0 {
        let text = format!("{} says {value}: priority {product:+}", item.what);
        standing.reasons.push(text);
    }
    product
}

fn contribution(item: &Tracked, reasons: &mut Vec<String>) -> i32 {
    let up = item.health == Health::Up;
    let counts = if item.weight > 0 { up } else { !up };
    if !counts {
        return 0;
    }
    let weight = if item.reverse {
        -item.weight
    } else {
        item.weight
    };
    let state = if up { "is up" } else { "failed" };
    reasons.push(format!("{} {state}: priority {weight:+}", item.what));
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(weight: i32, reverse: bool, health: Health) -> Tracked {
        Tracked {
            what: "script chk".into(),
            weight,
            reverse,
            health,
        }
    }

    #[test]
    fn positive_weights_count_while_up_and_negative_ones_while_down() {
        assert_eq!(evaluate(100, &[script(2, false, Health::Up)]).priority, 102);
        assert_eq!(
            evaluate(100, &[script(2, false, Health::Down)]).priority,
            100
        );
        assert_eq!(
            evaluate(100, &[script(-60, false, Health::Up)]).priority,
            100
        );
        assert_eq!(
            evaluate(100, &[script(-60, false, Health::Down)]).priority,
            40
        );
        assert_eq!(evaluate(100, &[script(2, true, Health::Up)]).priority, 98);
    }

    #[test]
    fn the_sum_stays_between_1_and_254_and_never_moves_an_owner() {
        assert_eq!(
            evaluate(100, &[script(-253, false, Health::Down)]).priority,
            1
        );
        assert_eq!(
            evaluate(200, &[script(253, false, Health::Up)]).priority,
            254
        );
        assert_eq!(
            evaluate(OWNER, &[script(-60, false, Health::Down)]).priority,
            255
        );
    }

    #[test]
    fn weight_zero_is_fault_while_down_and_while_no_result_is_known() {
        assert!(
            evaluate(100, &[script(0, false, Health::Up)])
                .faults
                .is_empty()
        );
        assert_eq!(
            evaluate(100, &[script(0, false, Health::Down)]).faults,
            [FaultReason::Tracked("script chk".into())]
        );
        assert_eq!(
            evaluate(100, &[script(0, false, Health::Unknown)]).faults,
            [FaultReason::Waiting("script chk".into())]
        );
    }

    #[test]
    fn a_check_that_cannot_run_is_fault_whatever_its_weight() {
        let standing = evaluate(100, &[script(20, false, Health::Unusable)]);
        assert_eq!(
            standing.faults,
            [FaultReason::Unusable("script chk".into())]
        );
    }

    #[test]
    fn a_number_is_multiplied_by_the_weight() {
        let file = |weight, value| evaluate(100, &[script(weight, false, Health::Value(value))]);
        assert_eq!(file(1, 20).priority, 120);
        assert_eq!(file(-2, 20).priority, 60);
        assert_eq!(file(1, -300).faults.len(), 1);
        assert!(file(0, 0).faults.is_empty());
        assert_eq!(file(0, 1).faults.len(), 1);
        assert_eq!(file(1, i32::MAX).priority, 254);
    }
}
