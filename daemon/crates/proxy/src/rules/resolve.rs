//! `do-resolve`: a rule that waits for the address of a name.

use super::context::Context;
use super::environment::Environment;
use super::memory::Variable;
use super::sample::Sample;
use config::haproxy::model;
use std::sync::Arc;

#[derive(Debug)]
pub struct Resolve {
    variable: Variable,
    resolvers: Arc<str>,
    prefers_ipv4: bool,
    name: Sample,
}

/// What is asked, and what gets the answer.
#[derive(Debug)]
pub struct Question {
    pub variable: Variable,
    /// The section that asks.
    pub resolvers: Arc<str>,
    pub prefers_ipv4: bool,
    /// Taken when it is asked for.
    pub name: String,
}

impl Resolve {
    pub fn compile(resolve: &model::DoResolve, env: &Environment<'_>) -> Result<Self, String> {
        env.remember();
        let name = &resolve.variable;
        let variable = Variable::new(name);
        Ok(Self {
            variable: variable.ok_or_else(|| format!("the variable '{name}' has no scope"))?,
            resolvers: resolve.resolvers.value.as_str().into(),
            prefers_ipv4: resolve.prefers_ipv4,
            name: Sample::compile(&resolve.name, env)?,
        })
    }

    /// Leaves the question where the worker finds it; false when there is nothing to ask for.
    pub fn ask(&self, ctx: &Context<'_>) -> bool {
        let mut name = Vec::new();
        if !self.name.last(ctx, &mut name) || name.is_empty() {
            return false;
        }
        let Ok(name) = String::from_utf8(name) else {
            return false;
        };
        let question = Box::new(Question {
            variable: self.variable.clone(),
            resolvers: self.resolvers.clone(),
            prefers_ipv4: self.prefers_ipv4,
            name,
        });
        let left = ctx.remember(|memory| memory.question = Some(question));
        left.is_some()
    }
}
