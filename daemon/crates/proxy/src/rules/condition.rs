//! Conditions of rules, and how they come out.

use super::Context;
use super::matcher::Matcher;
use super::sample::Sample;
use std::sync::Arc;

/// `if`/`unless`: an OR of ANDs.
#[derive(Debug, Clone)]
pub struct Condition {
    pub unless: bool,
    pub any_of: Vec<Vec<Term>>,
}

#[derive(Debug, Clone)]
pub struct Term {
    pub negated: bool,
    /// Holds when any of these does.
    pub any_of: Arc<[Test]>,
}

#[derive(Debug)]
pub struct Test {
    pub sample: Sample,
    pub matcher: Matcher,
}

/// How a condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    No,
    /// More bytes have to come first.
    Wait,
    Yes,
}

impl Condition {
    pub fn holds(&self, ctx: &Context<'_>) -> bool {
        self.truth(ctx) == Truth::Yes
    }

    /// A row waits when none of its terms fails and one waits; it is enough that one row holds.
    pub fn truth(&self, ctx: &Context<'_>) -> Truth {
        let mut whole = Truth::No;
        for row in &self.any_of {
            let mut all = Truth::Yes;
            for term in row {
                match term.truth(ctx) {
                    Truth::No => {
                        all = Truth::No;
                        break;
                    }
                    Truth::Wait => all = Truth::Wait,
                    Truth::Yes => {}
                }
            }
            match all {
                Truth::Yes => {
                    whole = Truth::Yes;
                    break;
                }
                Truth::Wait => whole = Truth::Wait,
                Truth::No => {}
            }
        }
        if self.unless { whole.not() } else { whole }
    }
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Wait => Self::Wait,
            Self::Yes => Self::No,
        }
    }
}

impl Term {
    fn truth(&self, ctx: &Context<'_>) -> Truth {
        let mut any = Truth::No;
        for test in self.any_of.iter() {
            match test.truth(ctx) {
                Truth::Yes => {
                    any = Truth::Yes;
                    break;
                }
                Truth::Wait => any = Truth::Wait,
                Truth::No => {}
            }
        }
        if self.negated { any.not() } else { any }
    }
}

impl Test {
    fn truth(&self, ctx: &Context<'_>) -> Truth {
        let pending = ctx.payload.and_then(|payload| payload.pending);
        if let Some(pending) = pending {
            pending.set(false);
        }
        let mut found = false;
        let hit = self.sample.each(ctx, &mut |value| {
            found = true;
            self.matcher.matches(value)
        });
        if hit || (found && matches!(self.matcher, Matcher::Found)) {
            return Truth::Yes;
        }
        match pending {
            Some(pending) if pending.get() => Truth::Wait,
            _ => Truth::No,
        }
    }
}

/// No condition always holds.
pub fn holds(condition: Option<&Condition>, ctx: &Context<'_>) -> bool {
    condition.is_none_or(|c| c.holds(ctx))
}
