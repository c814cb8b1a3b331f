//! `map…(FILE[,DEFAULT])`: the value behind the entry that matches.

use super::super::environment::Environment;
use super::super::patterns::{Content, Gives, Kind, Method, Reading, View, split};
use super::super::value::Value;
use std::sync::Arc;

#[derive(Debug)]
pub struct Map {
    store: Store,
    /// The groups of the expression that matched go into the value.
    replacing: bool,
    default: Option<Value<'static>>,
}

#[derive(Debug)]
enum Store {
    Fixed(Box<Content>),
    /// Rules change it while it is used.
    Changing(Arc<View>),
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
        let kind =
            Kind::of_name(method).ok_or_else(|| format!("the method '{method}' is not known"))?;
        let reading = Reading {
            method: Method {
                kind,
                ignore_case: false,
            },
            gives,
        };
        let place = |number: usize, why: &str| format!("map {file}, entry {number}: {why}");
        let store = if let Some(patterns) = env.patterns.get(file) {
            let view = patterns.view(reading);
            Store::Changing(view.map_err(|(number, why)| place(number, &why))?)
        } else {
            let mut content = Content::new(reading);
            for (at, line) in env.lines(file)?.iter().enumerate() {
                let (key, value) = split(line);
                content
                    .insert(at, key, value)
                    .map_err(|why| place(at + 1, &why))?;
            }
            Store::Fixed(Box::new(content))
        };
        let default = match default {
            None => None,
            Some(text) => Some(gives.read(text).ok_or_else(|| {
                format!("the default '{text}' of {name} is not what the map gives")
            })?),
        };
        Ok(Self {
            store,
            replacing: method == "regm",
            default,
        })
    }

    pub fn find<'a>(&'a self, value: &Value<'_>) -> Option<Value<'a>> {
        let found = match &self.store {
            Store::Fixed(content) if self.replacing => content.replaced(value).map(Value::owned),
            Store::Fixed(content) => content.find(value).map(Value::borrowed),
            Store::Changing(view) if self.replacing => {
                view.content().replaced(value).map(Value::owned)
            }
            Store::Changing(view) => view.content().find(value).cloned(),
        };
        found.or_else(|| self.default.as_ref().map(Value::borrowed))
    }
}
