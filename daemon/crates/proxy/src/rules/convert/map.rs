//! Maps: files of keys and values, looked up by the method that the converter's name says.

use crate::rules::environment::Environment;
use crate::rules::matcher::{Matcher, backslash_references};
use crate::rules::value::Value;
use config::haproxy::model::{IntTest, IpNet, MatchKind};
use std::collections::HashMap;

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Text,
    Int,
    Ip,
}

#[derive(Debug)]
pub struct Map {
    keys: Keys,
    values: Vec<Value<'static>>,
    default: Option<Value<'static>>,
}

#[derive(Debug)]
enum Keys {
    /// Exact texts.
    Exact(HashMap<Vec<u8>, usize>),
    /// The longest prefix that matches.
    Beginnings(HashMap<Vec<u8>, usize>, Vec<usize>),
    /// The narrowest network.
    Networks(Vec<(IpNet, usize)>),
    /// The first that matches, in the order of the file.
    InOrder(Vec<(Matcher, usize)>),
    /// The first expression that matches; its groups go into the value.
    Replacing(Vec<(regex::bytes::Regex, usize)>),
}

impl Map {
    pub fn compile(
        name: &str,
        file: &str,
        default: Option<&str>,
        env: &Environment<'_>,
    ) -> Result<Self, String> {
        let rest = name
            .strip_prefix("map")
            .unwrap_or("")
            .trim_start_matches('_');
        let (method, gives) = match rest.rsplit_once('_') {
            Some((method, "int")) => (method, Gives::Int),
            Some((method, "ip")) => (method, Gives::Ip),
            Some((method, "str")) => (method, Gives::Text),
            _ => (rest, Gives::Text),
        };
        let place = |number: usize, why: &str| format!("map {file}, entry {number}: {why}");
        let (mut pairs, mut values) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(env.lines(file)?) {
            let (key, value) = line.split_once([' ', '\t']).unwrap_or((&line, ""));
            let value = read(value.trim(), gives).ok_or_else(|| {
                place(
                    number,
                    &format!("'{}' is not what the map gives", value.trim()),
                )
            })?;
            pairs.push((key.to_owned(), number));
            values.push(value);
        }
        let keys = keys(method, &pairs).map_err(|(number, why)| place(number, &why))?;
        let default = match default {
            None => None,
            Some(text) => Some(read(text, gives).ok_or_else(|| {
                format!("the default '{text}' of {name} is not what the map gives")
            })?),
        };
        Ok(Self {
            keys,
            values,
            default,
        })
    }

    pub fn find<'a>(&'a self, value: &Value<'_>) -> Option<Value<'a>> {
        let at = match &self.keys {
            Keys::Exact(keys) => keys.get(&*value.text()).copied(),
            Keys::Beginnings(keys, lengths) => {
                let text = value.text();
                let fits = lengths.iter().filter(|n| **n <= text.len());
                fits.map(|n| keys.get(&text[..*n]))
                    .find_map(Option::<&usize>::copied)
            }
            Keys::Networks(networks) => {
                let ip = value.ip()?;
                networks
                    .iter()
                    .find(|(net, _)| net.contains(ip))
                    .map(|(_, at)| *at)
            }
            Keys::InOrder(list) => list
                .iter()
                .find(|(matcher, _)| matcher.matches(value))
                .map(|(_, at)| *at),
            Keys::Replacing(list) => {
                let text = value.text();
                let found = list
                    .iter()
                    .find_map(|(regex, at)| Some((regex.captures(&text)?, *at)));
                if let Some((captures, at)) = found {
                    let mut out = Vec::new();
                    let template = backslash_references(&self.values.get(at)?.text());
                    captures.expand(&template, &mut out);
                    return Some(Value::owned(out));
                }
                None
            }
        };
        match at {
            Some(at) => self.values.get(at).cloned(),
            None => self.default.clone(),
        }
    }
}

fn read(text: &str, gives: Gives) -> Option<Value<'static>> {
    Some(match gives {
        Gives::Text => Value::owned(text.as_bytes().to_vec()),
        Gives::Int => Value::Int(text.parse().ok()?),
        Gives::Ip => Value::Ip(text.parse().ok()?),
    })
}

/// The index of a value is its entry's number less one; an error names the entry.
fn keys(method: &str, pairs: &[(String, usize)]) -> Result<Keys, (usize, String)> {
    let bytes = |key: &String| key.clone().into_bytes();
    let each = |kind: fn(Vec<String>) -> MatchKind| {
        let one = |(key, number): &(String, usize)| {
            Matcher::compile(&kind(vec![key.clone()]), false)
                .map(|matcher| (matcher, number - 1))
                .map_err(|why| (*number, why))
        };
        pairs
            .iter()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Keys::InOrder)
    };
    match method {
        "" | "str" => {
            let mut keys = HashMap::new();
            for (key, number) in pairs {
                keys.entry(bytes(key)).or_insert(number - 1);
            }
            Ok(Keys::Exact(keys))
        }
        "beg" => {
            let mut keys = HashMap::new();
            for (key, number) in pairs {
                keys.entry(bytes(key)).or_insert(number - 1);
            }
            let mut lengths: Vec<usize> = keys.keys().map(Vec::len).collect();
            lengths.sort_unstable_by(|a, b| b.cmp(a));
            lengths.dedup();
            Ok(Keys::Beginnings(keys, lengths))
        }
        "ip" => {
            let mut networks = Vec::new();
            for (key, number) in pairs {
                let mut kind = MatchKind::Ip(Vec::new());
                config::haproxy::add_pattern(&mut kind, key)
                    .map_err(|why| (*number, format!("'{key}' is {why}")))?;
                if let MatchKind::Ip(list) = kind {
                    networks.extend(list.into_iter().map(|net| (net, number - 1)));
                }
            }
            networks.sort_by_key(|net| std::cmp::Reverse(net.0.prefix));
            Ok(Keys::Networks(networks))
        }
        "int" => {
            let mut list = Vec::new();
            for (key, number) in pairs {
                let mut kind = MatchKind::Int(Vec::<IntTest>::new());
                config::haproxy::add_pattern(&mut kind, key)
                    .map_err(|why| (*number, format!("'{key}' is {why}")))?;
                list.push((
                    Matcher::compile(&kind, false).map_err(|why| (*number, why))?,
                    number - 1,
                ));
            }
            Ok(Keys::InOrder(list))
        }
        "end" => each(MatchKind::End),
        "sub" => each(MatchKind::Sub),
        "dir" => each(MatchKind::Dir),
        "dom" => each(MatchKind::Dom),
        "reg" => each(MatchKind::Reg),
        "regm" => {
            let one = |(key, number): &(String, usize)| {
                crate::rules::matcher::regex(key, false)
                    .map(|regex| (regex, number - 1))
                    .map_err(|why| (*number, why))
            };
            pairs
                .iter()
                .map(one)
                .collect::<Result<_, _>>()
                .map(Keys::Replacing)
        }
        other => Err((0, format!("the method '{other}' is not known"))),
    }
}
