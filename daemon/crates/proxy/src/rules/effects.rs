//! What rules do besides deciding: variables, captures, counters, log level, source.

use super::capture::capture;
use super::context::Context;
use super::environment::Environment;
use super::exchange::ExchangeEffect;
use super::format::Format;
use super::guarded::{Guarded, Input};
use super::memory::{LogLevel, Scope, Variable};
use super::patterns::{Change, PatternFile};
use super::sample::Sample;
use super::sample::sticky::key_of;
use super::value::Value;
use super::whereabouts;
use crate::shared::table::{Counter, Table, Tracked};
use config::haproxy::model::{self, PatternChange, TagValue};
use std::sync::Arc;
use trafficlog::Level;

#[derive(Debug)]
pub enum Effect {
    Set(Variable, Sample),
    /// Set under conditions.
    SetIf(Variable, Box<Guarded>),
    SetFormat(Variable, Format),
    Unset(Variable),
    Capture {
        sample: Sample,
        slot: usize,
        response: bool,
    },
    Track {
        slot: usize,
        key: Sample,
        table: Arc<Table>,
        http: bool,
    },
    Increment {
        slot: usize,
        index: usize,
    },
    Tag {
        slot: usize,
        index: usize,
        value: Tag,
    },
    Patterns {
        /// Nothing where nobody reads the file.
        file: Option<Arc<PatternFile>>,
        change: PatternChange,
        key: Format,
        value: Option<Format>,
    },
    LogLevel(LogLevel),
    Source(Sample),
    SourcePort(Sample),
    Destination(Sample),
    DestinationPort(Sample),
    Exchange(ExchangeEffect),
}

#[derive(Debug)]
pub enum Tag {
    Number(u32),
    Sample(Sample),
}

impl Effect {
    /// `http`: the rule sees a request, so tracking it counts one.
    pub fn compile(
        effect: &model::Effect,
        env: &Environment<'_>,
        http: bool,
    ) -> Result<Self, String> {
        env.remember();
        let variable = |name: &str| env.variable(name);
        Ok(match effect {
            model::Effect::SetVar {
                name,
                conditions,
                value,
            } => {
                let (variable, value) = (variable(name)?, Sample::compile(value, env)?);
                if conditions.is_empty() {
                    Self::Set(variable, value)
                } else {
                    Self::SetIf(variable, Guarded::new(conditions, Input::Sample(value)))
                }
            }
            model::Effect::SetVarFormat {
                name,
                conditions,
                value,
            } => {
                let (variable, value) = (variable(name)?, Format::compile(value, env)?);
                if conditions.is_empty() {
                    Self::SetFormat(variable, value)
                } else {
                    Self::SetIf(variable, Guarded::new(conditions, Input::Format(value)))
                }
            }
            model::Effect::UnsetVar { name } => Self::Unset(variable(name)?),
            model::Effect::Capture { value, slot } => Self::Capture {
                sample: Sample::compile(value, env)?,
                slot: *slot as usize,
                response: env.response.get(),
            },
            model::Effect::Track { slot, key, table } => Self::Track {
                slot: usize::from(*slot),
                key: Sample::compile(key, env)?,
                table: env.table(table.as_ref().map(|t| t.value.as_str()))?,
                http,
            },
            model::Effect::IncrementCounter { slot, index } => Self::Increment {
                slot: usize::from(*slot),
                index: *index as usize,
            },
            model::Effect::SetTag { slot, index, value } => Self::Tag {
                slot: usize::from(*slot),
                index: *index as usize,
                value: match value {
                    TagValue::Number(n) => Tag::Number(*n),
                    TagValue::Sample(sample) => Tag::Sample(Sample::compile(sample, env)?),
                },
            },
            model::Effect::ChangePatterns {
                file,
                change,
                key,
                value,
            } => Self::Patterns {
                file: env.pattern_file(&file.value),
                change: *change,
                key: Format::compile(key, env)?,
                value: value
                    .as_ref()
                    .map(|v| Format::compile(v, env))
                    .transpose()?,
            },
            model::Effect::SetLogLevel(name) => Self::LogLevel(log_level(name)),
            model::Effect::SetSrc(sample) => Self::Source(Sample::compile(sample, env)?),
            model::Effect::SetSrcPort(sample) => Self::SourcePort(Sample::compile(sample, env)?),
            model::Effect::SetDst(sample) => Self::Destination(Sample::compile(sample, env)?),
            model::Effect::SetDstPort(sample) => {
                Self::DestinationPort(Sample::compile(sample, env)?)
            }
            model::Effect::Exchange(effect) => {
                Self::Exchange(ExchangeEffect::compile(effect, env)?)
            }
        })
    }

    pub fn apply(&self, ctx: &Context<'_>) {
        match self {
            Self::Set(variable, sample) => {
                // A value that is not there leaves the variable as it was.
                if let Some(value) = sample.value(ctx) {
                    set(variable, Some(value), ctx);
                }
            }
            Self::SetIf(variable, guarded) => guarded.apply(variable, ctx),
            Self::SetFormat(variable, format) => {
                set(variable, Some(Value::owned(format.text(ctx))), ctx);
            }
            Self::Unset(variable) => set(variable, None, ctx),
            Self::Capture {
                sample,
                slot,
                response,
            } => capture(sample, *slot, *response, ctx),
            Self::Track {
                slot,
                key,
                table,
                http,
            } => track(*slot, key, table, *http, ctx),
            Self::Increment { slot, index } => with_tracked(*slot, ctx, |tracked, now| {
                tracked.entry.increment(&tracked.table.layout, *index, now);
            }),
            Self::Tag { slot, index, value } => {
                let value = match value {
                    Tag::Number(n) => Some(*n),
                    Tag::Sample(sample) => {
                        let n = sample.value(ctx).and_then(|value| value.int());
                        n.and_then(|n| u32::try_from(n).ok())
                    }
                };
                if let Some(value) = value {
                    with_tracked(*slot, ctx, |tracked, _| {
                        tracked.entry.set_tag(*index, value);
                    });
                }
            }
            Self::Exchange(effect) => effect.apply(ctx),
            Self::Patterns {
                file,
                change,
                key,
                value,
            } => {
                if let Some(file) = file {
                    change_patterns(file, *change, key, value.as_ref(), ctx);
                }
            }
            Self::LogLevel(level) => drop(ctx.remember(|memory| memory.log_level = Some(*level))),
            Self::Source(sample) => whereabouts::source(ctx, whereabouts::host(sample, ctx)),
            Self::SourcePort(sample) => whereabouts::source(ctx, whereabouts::port(sample, ctx)),
            Self::Destination(sample) => {
                whereabouts::destination(ctx, whereabouts::host(sample, ctx));
            }
            Self::DestinationPort(sample) => {
                whereabouts::destination(ctx, whereabouts::port(sample, ctx));
            }
        }
    }
}

/// A key that is no text cannot be one of a file.
fn change_patterns(
    file: &PatternFile,
    change: PatternChange,
    key: &Format,
    value: Option<&Format>,
    ctx: &Context<'_>,
) {
    let Ok(key) = String::from_utf8(key.text(ctx)) else {
        return;
    };
    let value = value.map(|value| value.text(ctx)).unwrap_or_default();
    let value = String::from_utf8_lossy(&value);
    file.change(match change {
        PatternChange::SetMap => Change::Set(&key, &value),
        PatternChange::AddAcl => Change::Add(&key),
        PatternChange::DelMap | PatternChange::DelAcl => Change::Remove(&key),
    });
}

fn log_level(name: &str) -> LogLevel {
    let names = [
        "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
    ];
    match names.iter().position(|known| *known == name) {
        Some(at) => LogLevel::As(Level::from_number(u8::try_from(at).unwrap_or(7))),
        None => LogLevel::Silent,
    }
}

pub fn set(variable: &Variable, value: Option<Value<'static>>, ctx: &Context<'_>) {
    if variable.scope == Scope::Process {
        ctx.plan.variables.set(&variable.name, value);
    } else {
        ctx.remember(|memory| memory.set(variable, value));
    }
}

/// The first rule that tracks a slot wins.
fn track(slot: usize, key: &Sample, table: &Arc<Table>, http: bool, ctx: &Context<'_>) {
    let free = ctx.remember(|memory| memory.tracked.get(slot).is_some_and(Option::is_none));
    if free != Some(true) {
        return;
    }
    let Some(key) = key.value(ctx).and_then(|value| key_of(table, &value)) else {
        return;
    };
    let Some(tracked) = Tracked::begin(table, &key, ctx.now, !ctx.session_phase) else {
        return;
    };
    if http {
        tracked.add(Counter::HttpReqCnt, 1, ctx.now);
        tracked.add(Counter::HttpReqRate, 1, ctx.now);
    }
    ctx.remember(|memory| memory.tracked[slot] = Some(tracked));
}

fn with_tracked(slot: usize, ctx: &Context<'_>, use_it: impl FnOnce(&Tracked, u64)) {
    ctx.remember(|memory| {
        if let Some(Some(tracked)) = memory.tracked.get(slot) {
            use_it(tracked, ctx.now);
        }
    });
}
