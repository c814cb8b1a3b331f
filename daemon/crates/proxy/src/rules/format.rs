//! Format strings, in rules and in logs: `text %[expr] %{+Q}ci`.

use super::context::Context;
use super::environment::Environment;
use super::memory::ProcessVariables;
use super::sample::Sample;
use super::value::Value;
use super::variable::Variable;
use crate::plan::Plan;
use config::haproxy::model::{self, FormatPart};
use std::sync::Arc;
use trafficlog::Clock;

/// How values are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    pub quote: bool,
    pub hex: bool,
    pub escape: bool,
}

impl Flags {
    fn with(self, list: &[String]) -> Self {
        let mut flags = self;
        for flag in list {
            let on = !flag.starts_with('-');
            match flag.trim_start_matches(['+', '-']) {
                "Q" => flags.quote = on,
                "X" => flags.hex = on,
                "E" => flags.escape = on,
                _ => {}
            }
        }
        flags
    }
}

/// How values get into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Into messages: a value that is missing leaves nothing behind.
    Rule,
    /// A value that is missing is shown as `-`.
    Log,
    /// As they are.
    Raw,
}

#[derive(Debug)]
pub struct Format {
    parts: Vec<Part>,
    manner: Manner,
}

#[derive(Debug)]
enum Part {
    Literal(Vec<u8>),
    Sample(Sample, Flags),
    Variable(Variable, Flags),
}

impl Format {
    /// In a rule.
    pub fn compile(format: &model::Format, env: &Environment<'_>) -> Result<Self, String> {
        Self::new(format, env, Manner::Rule)
    }

    /// In a log.
    pub fn compile_log(format: &model::Format, env: &Environment<'_>) -> Result<Self, String> {
        Self::new(format, env, Manner::Log)
    }

    /// Where control characters may be meant: what a check sends.
    pub fn compile_raw(format: &model::Format, env: &Environment<'_>) -> Result<Self, String> {
        Self::new(format, env, Manner::Raw)
    }

    fn new(format: &model::Format, env: &Environment<'_>, manner: Manner) -> Result<Self, String> {
        let log = manner == Manner::Log;
        let mut parts = Vec::new();
        let mut general = Flags::default();
        let mut follows_setting = false;
        for part in &format.parts {
            match part {
                FormatPart::Literal(text) => {
                    // In a log, blanks around what sets flags alone count once.
                    let kept = match text.strip_prefix(' ') {
                        Some(rest) if log && follows_setting => rest,
                        _ => text,
                    };
                    parts.push(Part::Literal(kept.as_bytes().to_vec()));
                }
                FormatPart::Sample { sample, flags } => {
                    parts.push(Part::Sample(
                        Sample::compile(sample, env)?,
                        general.with(flags),
                    ));
                }
                FormatPart::Variable { name, flags } if name.value == "o" => {
                    general = general.with(flags);
                    follows_setting = match parts.last() {
                        None => true,
                        Some(Part::Literal(text)) => text.ends_with(b" "),
                        Some(_) => false,
                    };
                    continue;
                }
                FormatPart::Variable { name, flags } => {
                    let variable = Variable::of_name(&name.value).ok_or_else(|| {
                        format!("the variable '%{}' is not available yet", name.value)
                    })?;
                    if variable.is_remembered() {
                        env.remember();
                    }
                    parts.push(Part::Variable(variable, general.with(flags)));
                }
            }
            follows_setting = false;
        }
        Ok(Self { parts, manner })
    }

    /// A text that is the same every time.
    pub fn literal(text: Vec<u8>) -> Self {
        Self {
            parts: vec![Part::Literal(text)],
            manner: Manner::Rule,
        }
    }

    /// The text, where it is the same every time.
    pub fn as_literal(&self) -> Option<&[u8]> {
        match &self.parts[..] {
            [] => Some(b""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    pub fn write(&self, ctx: &Context<'_>, out: &mut Vec<u8>) {
        // A rule that names a date pays for it by itself; logs have a clock of their own.
        self.write_at(ctx, &mut Clock::lazy(), out);
    }

    pub fn write_at(&self, ctx: &Context<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.extend_from_slice(text),
                Part::Sample(sample, flags) => self.sample(sample, *flags, ctx, out),
                Part::Variable(variable, flags) => variable.write(ctx, clock, *flags, out),
            }
        }
    }

    fn sample(&self, sample: &Sample, flags: Flags, ctx: &Context<'_>, out: &mut Vec<u8>) {
        let (log, raw) = (self.manner == Manner::Log, self.manner == Manner::Raw);
        let quote = flags.quote && (log || raw);
        let start = out.len();
        if !(flags.escape || quote || log) {
            sample.last(ctx, out);
            if !raw && out[start..].iter().any(|b| *b < 32 || *b == 127) {
                let text = out.split_off(start);
                percent(&text, out);
            }
            return;
        }
        let mut text = Vec::new();
        let found = sample.last(ctx, &mut text);
        if quote {
            out.push(b'"');
        }
        if found && !text.is_empty() {
            encode(&text, flags.escape, log, out);
        } else if log && !quote {
            out.push(b'-');
        }
        if quote {
            out.push(b'"');
        }
    }

    /// The value of a format outside of any connection: one sample keeps its type.
    pub fn constant(
        format: &model::Format,
        env: &Environment<'_>,
        variables: &Arc<ProcessVariables>,
    ) -> Result<Value<'static>, String> {
        let plan = Plan::nowhere(variables.clone());
        let ctx = Context::nowhere(&plan);
        let compiled = Self::compile(format, env)?;
        match &compiled.parts[..] {
            [Part::Sample(sample, _)] => sample
                .value(&ctx)
                .ok_or_else(|| format!("'{}' has no value here", format.text.value)),
            _ => Ok(Value::owned(compiled.text(&ctx))),
        }
    }

    pub fn text(&self, ctx: &Context<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(ctx, &mut out);
        out
    }
}

/// Control characters in a message: `%XX`; a text ends at a NUL.
fn percent(text: &[u8], out: &mut Vec<u8>) {
    for byte in text.iter().take_while(|b| **b != 0) {
        if *byte < 32 || *byte == 127 {
            hex(b'%', *byte, out);
        } else {
            out.push(*byte);
        }
    }
}

/// Text of others in a log: `#XX` for what cannot be shown; with `+E` what would end a string of
/// RFC 5424 gets a backslash.
pub fn encode(text: &[u8], escape: bool, log: bool, out: &mut Vec<u8>) {
    for byte in text.iter().take_while(|b| **b != 0) {
        match byte {
            b'"' | b'\\' | b']' if escape => out.extend_from_slice(&[b'\\', *byte]),
            0..32 | 127 => hex(if log { b'#' } else { b'%' }, *byte, out),
            _ => out.push(*byte),
        }
    }
}

fn hex(mark: u8, byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[
        mark,
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}
