//! What rules do to the way in which an exchange is carried.

use super::context::Context;
use super::environment::Environment;
use super::format::Format;
use super::redirect::single_line;
use super::sample::Sample;
use config::haproxy::model;
use http1::write;

/// Of priorities: a class, and milliseconds.
const CLASSES: i64 = 2047;
const OFFSETS: i64 = 524_287;

#[derive(Debug)]
pub enum ExchangeEffect {
    Once,
    Mark(u32),
    Tos(u8),
    PriorityClass(Sample),
    PriorityOffset(Sample),
    EarlyHint(Vec<u8>, Format),
    /// `set-timeout`: of the tunnel, else of the server.
    Timeout(bool, Time),
}

#[derive(Debug)]
pub enum Time {
    Fixed(u64),
    /// Milliseconds.
    Sample(Sample),
}

/// Timeouts of one exchange, in milliseconds, instead of its backend's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnTimeouts {
    pub server: Option<u64>,
    pub tunnel: Option<u64>,
}

/// The place in the queue that rules gave to a request; (0, 0) is everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Priority {
    pub class: i64,
    /// Milliseconds.
    pub offset: i64,
}

impl ExchangeEffect {
    pub fn compile(effect: &model::ExchangeEffect, env: &Environment<'_>) -> Result<Self, String> {
        use model::ExchangeEffect as E;
        Ok(match effect {
            E::Once => Self::Once,
            E::Mark(mark) => Self::Mark(*mark),
            E::Tos(tos) => Self::Tos(*tos),
            E::PriorityClass(sample) => Self::PriorityClass(Sample::compile(sample, env)?),
            E::PriorityOffset(sample) => Self::PriorityOffset(Sample::compile(sample, env)?),
            E::Timeout { tunnel, time } => Self::Timeout(
                *tunnel,
                match time {
                    model::TimeoutValue::Fixed(time) => {
                        Time::Fixed(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
                    }
                    model::TimeoutValue::Sample(sample) => {
                        Time::Sample(Sample::compile(sample, env)?)
                    }
                },
            ),
            E::EarlyHint { name, value } => Self::EarlyHint(
                name.value.clone().into_bytes(),
                Format::compile(value, env)?,
            ),
        })
    }

    pub fn apply(&self, ctx: &Context<'_>) {
        match self {
            Self::Once => drop(ctx.remember(|memory| memory.once = true)),
            // Whoever may not mark packets is not told at each request: see the documentation.
            Self::Mark(mark) => drop(ctx.socket.map(|fd| sys::tcp::set_mark(fd, *mark))),
            Self::Tos(tos) => drop(ctx.socket.map(|fd| sys::tcp::set_type_of_service(fd, *tos))),
            Self::PriorityClass(sample) => {
                if let Some(class) = sample.value(ctx).and_then(|value| value.int()) {
                    let class = class.clamp(-CLASSES, CLASSES);
                    ctx.remember(|memory| memory.priority.class = class);
                }
            }
            Self::PriorityOffset(sample) => {
                if let Some(offset) = sample.value(ctx).and_then(|value| value.int()) {
                    let offset = offset.clamp(-OFFSETS, OFFSETS);
                    ctx.remember(|memory| memory.priority.offset = offset);
                }
            }
            Self::Timeout(tunnel, time) => {
                let time = match time {
                    Time::Fixed(ms) => Some(*ms),
                    Time::Sample(sample) => {
                        let ms = sample.value(ctx).and_then(|value| value.int());
                        ms.and_then(|ms| u64::try_from(ms).ok())
                            .filter(|ms| *ms > 0)
                    }
                };
                if time.is_some() {
                    ctx.remember(|memory| match tunnel {
                        true => memory.own.tunnel = time,
                        false => memory.own.server = time,
                    });
                }
            }
            Self::EarlyHint(name, format) => {
                let value = single_line(format.text(ctx));
                ctx.remember(|memory| write::field(name, &value, &mut memory.hints));
            }
        }
    }
}
