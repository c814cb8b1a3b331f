//! How the servers of a backend are checked: the steps, and what is composed while they run.

mod phrase;
mod steps;
mod talk;

pub use phrase::Phrase;

use crate::rules::environment::{Environment, Needs};
use config::haproxy::model::{self, HealthCheck};
use health::{Sequence, Speech};
use phrase::Phrases;
use std::cell::Cell;
use std::sync::Arc;

#[derive(Debug)]
pub struct Check {
    pub sequence: Arc<Sequence>,
    /// By their numbers in the sequence.
    pub phrases: Vec<Phrase>,
    /// `http-check send-state`: servers are told how they are seen.
    pub tells_state: bool,
    /// `option external-check`: the supervisor runs a program.
    pub external: bool,
}

impl Default for Check {
    /// A connection that opens is a success.
    fn default() -> Self {
        Self {
            sequence: Arc::new(Sequence::of(Vec::new())),
            phrases: Vec::new(),
            tells_state: false,
            external: false,
        }
    }
}

impl Check {
    /// What checks remember is theirs: connections get no memory for it.
    pub fn compile(proxy: &model::Proxy, env: &Environment<'_>) -> Result<Self, String> {
        let needs = Needs::default();
        needs.rates.set(env.needs.rates.get());
        let all = env.needs;
        let env = Environment {
            needs: &needs,
            response: Cell::new(true),
            checks: true,
            ..*env
        };
        let mut phrases = Phrases::new(&env);
        let tells_state =
            proxy.options.send_state && matches!(proxy.check.value, HealthCheck::Http(_));
        let sequence = match &proxy.check.value {
            HealthCheck::Tcp | HealthCheck::External(_) => Sequence::of(Vec::new()),
            HealthCheck::Protocol(protocol) => Sequence::of(talk::talk(protocol)),
            HealthCheck::Steps(written) => {
                Sequence::written(steps::all(written, &mut phrases, false)?, Speech::Bytes)
            }
            HealthCheck::Http(written) => Sequence::written(
                steps::all(written, &mut phrases, tells_state)?,
                Speech::Http {
                    disable_on_404: proxy.options.disable_on_404,
                },
            ),
        };
        all.rates.set(needs.rates.get());
        Ok(Self {
            sequence: Arc::new(sequence),
            phrases: phrases.list,
            tells_state,
            external: matches!(proxy.check.value, HealthCheck::External(_)),
        })
    }
}
