//! Converters: each a function over a value, with the arguments it was written with.

mod aes;
pub mod encoding;
mod fix;
mod hash;
mod json;
mod jwt;
mod language;
mod map;
mod mqtt;
mod number;
mod protobuf;
mod reach;
pub mod sha1;
mod text;
mod time;
mod words;

pub use hash::crc32c;
pub use time::format_time;

use super::context::Context;
use super::environment::Environment;
use super::matcher::{backslash_references, regex};
use super::memory::Variable;
use super::sample::Arguments;
use super::sample::sticky::{Question, question};
use super::value::Value;
use config::haproxy::model::Converter;
use map::Map;
use regex::bytes::Regex;

pub type Apply = for<'a> fn(Value<'a>, &'a Arguments, &Context<'a>) -> Option<Value<'a>>;

#[derive(Debug)]
pub enum Change {
    With(Apply, Arguments),
    Map(Map),
    Replace {
        regex: Regex,
        replacement: Vec<u8>,
        all: bool,
    },
    Table(Question, Arguments),
}

impl Change {
    pub fn compile(converter: &Converter, env: &Environment<'_>) -> Result<Self, String> {
        let none = Vec::new();
        let (name, list) = match converter {
            Converter::Lower => ("lower", &none),
            Converter::Upper => ("upper", &none),
            Converter::Length => ("length", &none),
            Converter::Map {
                name,
                file,
                default,
            } => return Map::compile(name, &file.value, default.as_deref(), env).map(Self::Map),
            Converter::Other { name, arguments } => (name.as_str(), arguments),
        };
        if name == "regsub" {
            return replace(list);
        }
        let mut arguments = Arguments::texts(list);
        if matches!(name, "digest" | "hmac") && hash::digest(arguments.text(0), &[]).is_none() {
            let given = list.first().map_or("", String::as_str);
            return Err(format!(
                "the digest '{given}' is not available: use sha1, sha224, sha256, sha384 or sha512"
            ));
        }
        if let Some(why) = jwt::refused(name, &arguments) {
            return Err(why);
        }
        if let Some(rest) = name.strip_prefix("table_") {
            let array = matches!(rest, "gpc" | "gpt" | "gpc_rate");
            let asked = question(rest, arguments.int(0));
            arguments.table = Some(env.table(list.get(usize::from(array)).map(String::as_str))?);
            let asked =
                asked.ok_or_else(|| format!("the converter '{name}' is not available yet"))?;
            return Ok(Self::Table(asked, arguments));
        }
        if name == "in_table" {
            arguments.table = Some(env.table(list.first().map(String::as_str))?);
            return Ok(Self::Table(Question::Tracked, arguments));
        }
        if matches!(name, "protobuf" | "ungrpc") {
            protobuf::prepare(&mut arguments);
        }
        let first = list.first().map_or("", String::as_str);
        if matches!(
            name,
            "set-var" | "unset-var" | "capture-req" | "capture-res"
        ) {
            env.remember();
        }
        // An operand may be a variable instead of a number or text.
        arguments.variable = Variable::new(first);
        if arguments.variable.is_some() {
            env.remember();
        }
        let apply = number::apply(name)
            .or_else(|| text::apply(name))
            .or_else(|| words::apply(name))
            .or_else(|| encoding::apply(name))
            .or_else(|| hash::apply(name))
            .or_else(|| json::apply(name))
            .or_else(|| jwt::apply(name))
            .or_else(|| time::apply(name))
            .or_else(|| language::apply(name))
            .or_else(|| reach::apply(name))
            .or_else(|| fix::apply(name))
            .or_else(|| mqtt::apply(name))
            .or_else(|| protobuf::apply(name))
            .or_else(|| aes::apply(name));
        apply
            .map(|apply| Self::With(apply, arguments))
            .ok_or_else(|| format!("the converter '{name}' is not available yet"))
    }

    pub fn apply<'a>(&'a self, value: Value<'a>, ctx: &Context<'a>) -> Option<Value<'a>> {
        match self {
            Self::With(apply, arguments) => apply(value, arguments, ctx),
            Self::Map(map) => map.find(&value),
            Self::Replace {
                regex,
                replacement,
                all,
            } => {
                let text = value.text();
                let limit = usize::from(!all);
                let new = regex.replacen(&text, limit, &replacement[..]).into_owned();
                Some(Value::owned(new))
            }
            Self::Table(asked, arguments) => {
                let table = arguments.table.as_ref()?;
                let key = super::sample::sticky::key_of(table, &value)?;
                let entry = table.find(&key, ctx.now);
                if let Question::Server = asked {
                    let name = entry.and_then(|entry| entry.server());
                    let id = name.and_then(|name| server_id(ctx, &table.name, &name));
                    return Some(Value::Int(id.unwrap_or(0).into()));
                }
                if entry.is_none() && arguments.given(1).is_some() && asked.has_default() {
                    return Some(Value::Int(arguments.int(1)));
                }
                let answer = asked.ask(table, entry.as_ref(), ctx.now)?;
                Some(match asked {
                    Question::Tracked => Value::Bool(answer != 0),
                    _ => Value::Int(answer),
                })
            }
        }
    }
}

/// The id of the server that an entry of this section's table names.
fn server_id(ctx: &Context<'_>, section: &str, server: &str) -> Option<u32> {
    let own = ctx.plan.backends.iter().filter(|b| b.name == section);
    let mut servers = own.chain(&ctx.plan.backends).flat_map(|b| &b.servers);
    servers.find(|s| s.name == server).map(|s| s.id)
}

fn replace(list: &[String]) -> Result<Change, String> {
    let flags = list.get(2).map_or("", String::as_str);
    if let Some(wrong) = flags.chars().find(|flag| !"gi".contains(*flag)) {
        return Err(format!("regsub knows the flags i and g, not '{wrong}'"));
    }
    Ok(Change::Replace {
        regex: regex(list.first().map_or("", String::as_str), flags.contains('i'))?,
        replacement: backslash_references(list.get(1).map_or("", String::as_str).as_bytes()),
        all: flags.contains('g'),
    })
}

/// The operand: a variable's value, or the number as written.
fn operand(arguments: &Arguments, ctx: &Context<'_>) -> Option<i64> {
    match &arguments.variable {
        Some(variable) => variable_value(variable, ctx)?.int(),
        None => Some(arguments.int(0)),
    }
}

fn variable_value(variable: &Variable, ctx: &Context<'_>) -> Option<Value<'static>> {
    if variable.scope == super::memory::Scope::Process {
        return ctx.plan.variables.get(&variable.name);
    }
    ctx.remember(|memory| memory.get(variable))?
}

#[cfg(test)]
mod tests;
