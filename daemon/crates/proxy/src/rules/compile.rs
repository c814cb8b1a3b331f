//! From the model's conditions and actions to ours; what is not supported is named, not skipped.

use super::effects::Effect;
use super::environment::Environment;
use super::matcher::{Matcher, regex};
use super::patterns::{Gives, Kind, Method, Reading};
use super::reply::Reply;
use super::resolve::Resolve;
use super::sample::Sample;
use super::{Action, Condition, Format, NamePattern, Redirect, RedirectKind, Rule, Term, Test};
use config::haproxy::model::{self, HttpAction, TestRef};
use std::sync::Arc;

/// Compiles the rules of one section.
pub struct Compiler<'e> {
    acls: Vec<Arc<[Test]>>,
    pub env: &'e Environment<'e>,
}

impl<'e> Compiler<'e> {
    pub fn new(acls: &[model::Acl], env: &'e Environment<'e>, problems: &mut Vec<String>) -> Self {
        let acl = |acl: &model::Acl| {
            let mut tests = Vec::new();
            for t in &acl.any_of {
                match test(t, env) {
                    Ok(t) => tests.push(t),
                    Err(why) => problems.push(format!("acl {}: {why}", acl.name.value)),
                }
            }
            Arc::from(tests)
        };
        Self {
            acls: acls.iter().map(acl).collect(),
            env,
        }
    }

    pub fn condition(
        &self,
        condition: Option<&model::Condition>,
    ) -> Result<Option<Condition>, String> {
        let Some(c) = condition else { return Ok(None) };
        let term = |t: &model::AclTerm| {
            let any_of = match &t.test.value {
                TestRef::Named(id) => self
                    .acls
                    .get(id.0 as usize)
                    .cloned()
                    .ok_or("reference to an unknown acl")?,
                TestRef::Anonymous(t) => Arc::from(vec![test(t, self.env)?]),
            };
            Ok(Term {
                negated: t.negated,
                any_of,
            })
        };
        let row =
            |row: &Vec<model::AclTerm>| row.iter().map(term).collect::<Result<Vec<_>, String>>();
        let any_of = c.any_of.iter().map(row).collect::<Result<_, String>>()?;
        Ok(Some(Condition {
            unless: c.unless,
            any_of,
        }))
    }

    /// `response`: of messages of the server.
    pub fn rules(
        &self,
        rules: &[model::HttpRule],
        response: bool,
        problems: &mut Vec<String>,
    ) -> Vec<Rule> {
        self.env.response.set(response);
        let mut out = Vec::new();
        for r in rules {
            let compiled = self.condition(r.condition.as_ref()).and_then(|condition| {
                Ok(Rule {
                    action: action(&r.action.value, self.env)?,
                    condition,
                    location: r.location.clone(),
                })
            });
            match compiled {
                Ok(rule) => out.push(rule),
                Err(why) => problems.push(why),
            }
        }
        out
    }

    pub fn format(
        &self,
        format: Option<&model::Format>,
        problems: &mut Vec<String>,
    ) -> Option<Format> {
        match Format::compile(format?, self.env) {
            Ok(format) => Some(format),
            Err(why) => {
                problems.push(why);
                None
            }
        }
    }
}

fn test(test: &model::Test, env: &Environment<'_>) -> Result<Test, String> {
    let mut matching = test.matching.clone();
    let mut changing = Vec::new();
    for file in &test.files {
        if let (Some(patterns), Some(kind)) =
            (env.patterns.get(&file.value), Kind::of_match(&matching))
        {
            let method = Method {
                kind,
                ignore_case: test.ignore_case,
            };
            let gives = Gives::Nothing;
            let view = patterns.view(Reading { method, gives });
            changing.push(
                view.map_err(|(number, why)| format!("{}, entry {number}: {why}", file.value))?,
            );
            continue;
        }
        for (number, line) in (1..).zip(env.lines(&file.value)?) {
            let pattern = if test.keyed {
                line.split_once([' ', '\t'])
                    .map_or(line.as_str(), |(key, _)| key)
            } else {
                &line
            };
            config::haproxy::add_pattern(&mut matching, pattern)
                .map_err(|why| format!("{}, entry {number}: '{pattern}' is {why}", file.value))?;
        }
    }
    let own = Matcher::compile(&matching, test.ignore_case)
        .map_err(|why| wrong_expression(test, env).unwrap_or(why))?;
    let matcher = if changing.is_empty() {
        own
    } else {
        Matcher::Changing(Box::new(own), changing)
    };
    Ok(Test {
        sample: Sample::compile(&test.sample, env)?,
        matcher,
    })
}

/// The first regular expression in the test's files that is none.
fn wrong_expression(test: &model::Test, env: &Environment<'_>) -> Option<String> {
    test.files.iter().find_map(|file| {
        let lines = env.lines(&file.value).ok()?;
        (1..).zip(&lines).find_map(|(number, line)| {
            let why = regex(line, test.ignore_case).err()?;
            Some(format!("{}, entry {number}: {why}", file.value))
        })
    })
}

fn action(action: &HttpAction, env: &Environment<'_>) -> Result<Action, String> {
    let bytes = |s: &str| s.as_bytes().to_vec();
    let format = |f: &model::Format| Format::compile(f, env);
    let replace =
        |r: &str, value: &model::Format| Ok::<_, String>((regex(r, false)?, format(value)?));
    Ok(match action {
        HttpAction::SetHeader { name, value } | HttpAction::AddHeader { name, value }
            if name.eq_ignore_ascii_case("connection") =>
        {
            Action::Connection {
                set: matches!(action, HttpAction::SetHeader { .. }),
                value: format(value)?,
            }
        }
        HttpAction::SetHeader { name, value }
            if name.eq_ignore_ascii_case("host") && !env.response.get() =>
        {
            Action::Host(format(value)?)
        }
        HttpAction::SetHeader { name, value } => Action::SetHeader(bytes(name), format(value)?),
        HttpAction::AddHeader { name, value } => Action::AddHeader(bytes(name), format(value)?),
        HttpAction::DelHeader { name, matching } => {
            Action::DelHeader(NamePattern::compile(name, *matching)?)
        }
        HttpAction::ReplaceHeader { name, regex, value }
        | HttpAction::ReplaceValue { name, regex, value } => {
            let (regex, value) = replace(regex, value)?;
            Action::ReplaceHeader {
                name: bytes(name),
                regex,
                value,
                each: matches!(action, HttpAction::ReplaceValue { .. }),
            }
        }
        HttpAction::SetMethod(f) => Action::SetMethod(format(f)?),
        HttpAction::SetPath(f) => Action::SetPath(format(f)?),
        HttpAction::SetPathQuery(f) => Action::SetPathQuery(format(f)?),
        HttpAction::SetQuery(f) => Action::SetQuery(format(f)?),
        HttpAction::SetUri(f) => Action::SetUri(format(f)?),
        HttpAction::NormalizeUri(how) => Action::Normalize(*how),
        HttpAction::ReplacePath { regex, value } => {
            let (regex, value) = replace(regex, value)?;
            Action::ReplacePath { regex, value }
        }
        HttpAction::ReplacePathQuery { regex, value } => {
            let (regex, value) = replace(regex, value)?;
            Action::ReplacePathQuery { regex, value }
        }
        HttpAction::ReplaceUri { regex, value } => {
            let (regex, value) = replace(regex, value)?;
            Action::ReplaceUri { regex, value }
        }
        HttpAction::SetStatus { status, reason } => {
            Action::SetStatus(status.value, reason.as_ref().map(|r| r.value.clone()))
        }
        HttpAction::Effect(effect) => {
            Action::Effect(Effect::compile(effect, env, !env.response.get())?)
        }
        HttpAction::Resolve(resolve) => Action::Resolve(Resolve::compile(resolve, env)?),
        HttpAction::WaitForBody { time, at_least } => {
            env.look_at_bodies();
            Action::WaitForBody {
                wait: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
                least: *at_least,
            }
        }
        HttpAction::Exporter => Action::Exporter,
        HttpAction::Allow => Action::Allow,
        HttpAction::Deny(reply) => Action::Deny(Reply::compile(reply, true, env)?),
        HttpAction::Tarpit(reply) => Action::Tarpit(Reply::compile(reply, true, env)?),
        HttpAction::Return(reply) => Action::Return(Reply::compile(reply, false, env)?),
        HttpAction::SilentDrop => Action::SilentDrop,
        HttpAction::Reject => Action::Reject,
        HttpAction::Redirect(r) => Action::Redirect(redirect(r, env)?),
        HttpAction::Auth { realm } => Action::Auth(realm.as_ref().map(format).transpose()?),
    })
}

fn redirect(r: &model::Redirect, env: &Environment<'_>) -> Result<Redirect, String> {
    let format = |f: &model::Format| Format::compile(f, env);
    Ok(Redirect {
        kind: match &r.kind {
            model::RedirectKind::Location(f) => RedirectKind::Location(format(f)?),
            model::RedirectKind::Prefix(f) => RedirectKind::Prefix(format(f)?),
            model::RedirectKind::Scheme(f) => RedirectKind::Scheme(format(f)?),
        },
        code: r.code.value,
        drop_query: r.drop_query,
        append_slash: r.append_slash,
        ignore_empty: r.ignore_empty,
        set_cookie: r.set_cookie.as_ref().map(|c| c.value.clone()),
        clear_cookie: r.clear_cookie.as_ref().map(|c| c.value.clone()),
    })
}
