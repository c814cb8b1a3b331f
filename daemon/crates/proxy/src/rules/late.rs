//! Rules behind those of `http-request`: the statistics page, and the lines `redirect …`.

use super::context::Context;
use super::{Outcome, Rule, Subject, run};

/// The rules, and behind them those that `allow` does not pass over.
pub fn run_all(
    rules: &[Rule],
    late: &[Rule],
    subject: &mut Subject<'_>,
    base: &Context<'_>,
) -> Outcome {
    let outcome = run(rules, subject, base);
    if late.is_empty() || !matches!(outcome, Outcome::Pass) {
        return outcome;
    }
    subject.from = subject.from.saturating_sub(rules.len());
    match run(late, subject, base) {
        Outcome::Body { wait, rule } => Outcome::Body {
            wait,
            rule: rules.len() + rule,
        },
        outcome => outcome,
    }
}
