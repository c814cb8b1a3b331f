//! What decides about connections and routes: tcp rules, `use_backend`, `stick`, `monitor fail`.

use super::{Attachments, Problem, Server};
use crate::rules::compile::Compiler;
use crate::rules::environment::{Environment, Needs, Tables};
use crate::rules::memory::Variable;
use crate::rules::sample::Sample;
use crate::rules::value::Value;
use crate::rules::{Condition, Format, TcpRule};
use crate::shared::Registry;
use crate::shared::table::Table;
use config::Spanned;
use config::haproxy::model::{self, Config, Proxy, TcpPhase};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// Rules over the first bytes of a connection, and how long they may wait for them.
#[derive(Debug, Default)]
pub struct Inspection {
    pub rules: Vec<TcpRule>,
    /// Milliseconds; 0: what is there decides.
    pub delay: u64,
}

/// Where `use_backend` or `use-server` leads.
#[derive(Debug)]
pub enum Route {
    Fixed(usize),
    /// A name that depends on the request.
    Computed(Format),
}

impl Route {
    /// Whether a request may go to that backend.
    pub fn leads_to(&self, backend: usize) -> bool {
        match self {
            Self::Fixed(index) => *index == backend,
            Self::Computed(_) => true,
        }
    }
}

/// `stick …`
#[derive(Debug)]
pub struct StickRule {
    pub kind: model::StickKind,
    pub key: Sample,
    pub table: Arc<Table>,
    pub condition: Option<Condition>,
}

fn delay(time: Option<&Spanned<Duration>>) -> u64 {
    time.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(0))
}

pub fn request(proxy: &Proxy, compiler: &Compiler<'_>, problems: &mut Vec<String>) -> Inspection {
    Inspection {
        rules: compiler.tcp_rules(&proxy.tcp_rules, TcpPhase::RequestContent, problems),
        delay: delay(proxy.inspect_delay.as_ref()),
    }
}

pub fn response(proxy: &Proxy, compiler: &Compiler<'_>, problems: &mut Vec<String>) -> Inspection {
    Inspection {
        rules: compiler.tcp_rules(&proxy.tcp_rules, TcpPhase::ResponseContent, problems),
        delay: delay(proxy.response_inspect_delay.as_ref()),
    }
}

pub fn routes(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    find: &impl Fn(&str) -> Option<usize>,
    problems: &mut Vec<String>,
) -> Vec<(Option<Condition>, Route)> {
    let mut routes = Vec::new();
    for rule in &proxy.use_backends {
        let route = match &rule.computed {
            Some(format) => Format::compile(format, compiler.env).map(Route::Computed),
            None => find(&rule.target.0).map(Route::Fixed).ok_or_else(|| {
                format!(
                    "use_backend names '{}', which is not a backend",
                    rule.target.value
                )
            }),
        };
        match (compiler.condition(rule.condition.as_ref()), route) {
            (Ok(condition), Ok(route)) => routes.push((condition, route)),
            (Err(why), _) | (_, Err(why)) => problems.push(why),
        }
    }
    routes
}

pub fn use_servers(
    proxy: &Proxy,
    servers: &[Server],
    compiler: &Compiler<'_>,
    problems: &mut Vec<String>,
) -> Vec<(Option<Condition>, Route)> {
    let mut rules = Vec::new();
    for rule in &proxy.use_servers {
        let index = servers.iter().position(|s| s.name == rule.target.0);
        let route = match &rule.computed {
            Some(format) => Format::compile(format, compiler.env).map(Route::Computed),
            None => index.map(Route::Fixed).ok_or_else(|| {
                format!(
                    "use-server names '{}', which is not a server here",
                    rule.target.value
                )
            }),
        };
        match (compiler.condition(rule.condition.as_ref()), route) {
            (Ok(condition), Ok(route)) => rules.push((condition, route)),
            (Err(why), _) | (_, Err(why)) => problems.push(why),
        }
    }
    rules
}

pub fn stick(proxy: &Proxy, compiler: &Compiler<'_>, problems: &mut Vec<String>) -> Vec<StickRule> {
    let mut rules = Vec::new();
    for rule in &proxy.stick_rules {
        let response = rule.kind == model::StickKind::StoreResponse;
        compiler.env.response.set(response);
        let compiled = compiler
            .condition(rule.condition.as_ref())
            .and_then(|condition| {
                Ok(StickRule {
                    kind: rule.kind,
                    key: Sample::compile(&rule.key, compiler.env)?,
                    table: compiler
                        .env
                        .table(rule.table.as_ref().map(|t| t.value.as_str()))?,
                    condition,
                })
            });
        match compiled {
            Ok(rule) => rules.push(rule),
            Err(why) => problems.push(why),
        }
    }
    rules
}

pub fn monitor(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    problems: &mut Vec<String>,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for condition in &proxy.monitor_fail {
        match compiler.condition(Some(condition)) {
            Ok(condition) => conditions.extend(condition),
            Err(why) => problems.push(why),
        }
    }
    conditions
}

pub fn persistence(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    problems: &mut Vec<String>,
) -> Vec<(bool, Condition)> {
    let mut rules = Vec::new();
    for rule in &proxy.persist_rules {
        match compiler.condition(Some(&rule.condition)) {
            Ok(condition) => rules.extend(condition.map(|condition| (rule.force, condition))),
            Err(why) => problems.push(why),
        }
    }
    rules
}

pub fn log_format(
    format: Option<&model::Format>,
    compiler: &Compiler<'_>,
    problems: &mut Vec<String>,
) -> Option<Format> {
    match Format::compile_log(format?, compiler.env) {
        Ok(format) => Some(format),
        Err(why) => {
            problems.push(format!("log-format: {why}"));
            None
        }
    }
}

/// `set-var` of `global`: set anew with each configuration; none where something stands against one.
pub fn process_variables(
    model: &Config,
    attachments: &Attachments,
    tables: &Tables,
    registry: &Registry,
) -> Vec<Problem> {
    let (mut before, mut problems) = (Vec::new(), Vec::new());
    for (name, format) in &model.global.variables {
        let Some(variable) = Variable::new(&name.value) else {
            continue;
        };
        match outside(model, attachments, tables, registry, format) {
            // Those behind it may look at it.
            Ok(value) => {
                before.push((
                    variable.name.clone(),
                    registry.variables.get(&variable.name),
                ));
                registry.variables.set(&variable.name, Some(value));
            }
            Err(why) => problems.push(Problem {
                place: name.span,
                text: format!("global set-var {name}: {why}"),
            }),
        }
    }
    if !problems.is_empty() {
        for (name, value) in before.into_iter().rev() {
            registry.variables.set(&name, value);
        }
    }
    problems
}

/// What a format is outside of any section.
pub fn outside(
    model: &Config,
    attachments: &Attachments,
    tables: &Tables,
    registry: &Registry,
    format: &model::Format,
) -> Result<Value<'static>, String> {
    let env = Environment {
        model,
        attachments,
        tables,
        patterns: &registry.patterns,
        section: "",
        needs: &Needs::default(),
        response: Cell::new(false),
        checks: false,
    };
    Format::constant(format, &env, &registry.variables)
}
