//! Samples: where values come from and how they are changed.
//!
//! Compiled once: each fetch is a function with its arguments, each converter another. A value
//! borrows from the message wherever it can.

pub mod auth;
mod body;
mod connection;
mod distcc;
mod fetch;
mod header;
mod http;
mod packed;
mod payload;
mod state;
pub mod sticky;
mod tls;

pub use fetch::{Arguments, Get};
pub use state::server_named;
pub use tls::sealing;

use super::context::Context;
use super::convert::Change;
use super::environment::Environment;
use super::value::Value;
use config::haproxy::model;
use fetch::Source;

#[derive(Debug)]
pub struct Sample {
    source: Source,
    changes: Vec<Change>,
}

impl Sample {
    /// Refuses what this proxy cannot evaluate, so that nothing is silently never true.
    pub fn compile(sample: &model::Sample, env: &Environment<'_>) -> Result<Self, String> {
        let source = Source::compile(&sample.fetch.value, env)?;
        let changes = sample.converters.iter();
        let changes = changes
            .map(|c| Change::compile(&c.value, env))
            .collect::<Result<_, _>>()?;
        Ok(Self { source, changes })
    }

    /// A fetch alone, by its name.
    pub fn fetch(
        name: &str,
        arguments: Vec<String>,
        env: &Environment<'_>,
    ) -> Result<Self, String> {
        let name = name.to_owned();
        let source = Source::compile(&model::Fetch::Other { name, arguments }, env)?;
        Ok(Self {
            source,
            changes: Vec::new(),
        })
    }

    /// Calls `test` with each value until it says yes; whether it did.
    pub fn each(&self, ctx: &Context<'_>, test: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
        self.source.each(ctx, &mut |value| {
            self.change(value, ctx).is_some_and(|value| test(&value))
        })
    }

    fn change<'a>(&'a self, value: Value<'a>, ctx: &Context<'a>) -> Option<Value<'a>> {
        let mut changes = self.changes.iter();
        changes.try_fold(value, |value, change| change.apply(value, ctx))
    }

    /// The last one of several values, as a text or a variable has it.
    pub fn value(&self, ctx: &Context<'_>) -> Option<Value<'static>> {
        let value = self.source.shown(ctx)?;
        self.change(value, ctx).map(Value::into_owned)
    }

    /// Appends the last one of several values; whether there was one.
    pub fn last(&self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        let value = self
            .source
            .shown(ctx)
            .and_then(|value| self.change(value, ctx));
        if let Some(value) = &value {
            value.write(out);
        }
        value.is_some()
    }
}
