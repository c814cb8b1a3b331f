//! Frontends, backends and servers by the words that stand for them: a name, or `#` and a number.

use super::word;
use crate::control::Control;
use crate::desk::Answer;
use crate::plan::{Backend, Frontend, Plan, Server};
use std::sync::Arc;

/// A server by its places in a plan.
#[derive(Debug, Clone)]
pub struct Found {
    pub plan: Arc<Plan>,
    pub backend: usize,
    pub server: usize,
}

impl Found {
    pub fn backend(&self) -> &Backend {
        &self.plan.backends[self.backend]
    }

    pub fn server(&self) -> &Server {
        &self.backend().servers[self.server]
    }
}

fn stands_for(text: &str, name: &str, number: u32) -> bool {
    match text.strip_prefix('#') {
        Some(digits) => digits.parse() == Ok(number),
        None => text == name,
    }
}

pub fn backend(plan: &Plan, text: &str) -> Option<usize> {
    let is = |b: &Backend| stands_for(text, &b.name, plan.section_number(b.section));
    plan.backends.iter().position(is)
}

pub fn frontend(plan: &Plan, text: &str) -> Option<usize> {
    let is = |f: &Frontend| stands_for(text, &f.name, plan.section_number(f.section));
    plan.frontends.iter().position(is)
}

impl Control {
    /// `BACKEND/SERVER` as the first word.
    pub(super) fn find_server(&self, words: &[String]) -> Result<Found, Answer> {
        let Some((of, name)) = word(words, 0).split_once('/') else {
            return Err(Answer::error("Require 'backend/server'.\n"));
        };
        let plan = self.plan.as_ref().ok_or_else(nothing_runs)?;
        let Some(at) = backend(plan, of) else {
            return Err(Answer::error("No such backend.\n"));
        };
        let servers = plan.backends[at].servers.iter();
        let mut known = servers.enumerate().filter(|(_, s)| !s.implied);
        let found = known.find(|(_, s)| stands_for(name, &s.name, s.id));
        let Some((server, _)) = found else {
            return Err(Answer::error("No such server.\n"));
        };
        Ok(Found {
            plan: plan.clone(),
            backend: at,
            server,
        })
    }

    pub(super) fn find_frontend(&self, words: &[String]) -> Result<(Arc<Plan>, usize), Answer> {
        let text = word(words, 0);
        if text.is_empty() {
            return Err(Answer::error("A frontend name is expected.\n"));
        }
        let plan = self.plan.as_ref().ok_or_else(nothing_runs)?;
        match frontend(plan, text) {
            Some(at) => Ok((plan.clone(), at)),
            None => Err(Answer::error("No such frontend.\n")),
        }
    }
}

pub fn nothing_runs() -> Answer {
    Answer::error("No configuration is taken up yet.\n")
}
