//! From the model's conditions and actions to ours; what is not supported is named, not skipped.

use super::matcher::{Matcher, regex};
use super::sample::Sample;
use super::{Action, Condition, Format, Redirect, RedirectKind, Rule, Term, Test};
use config::haproxy::model::{self, HttpAction, TestRef};
use std::sync::Arc;

/// Compiles the rules of one section.
pub struct Compiler {
    acls: Vec<Arc<[Test]>>,
}

impl Compiler {
    pub fn new(acls: &[model::Acl], problems: &mut Vec<String>) -> Self {
        let acl = |acl: &model::Acl| {
            let mut tests = Vec::new();
            for t in &acl.any_of {
                match test(t) {
                    Ok(t) => tests.push(t),
                    Err(why) => problems.push(format!("acl {}: {why}", acl.name.value)),
                }
            }
            Arc::from(tests)
        };
        Self {
            acls: acls.iter().map(acl).collect(),
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
                TestRef::Anonymous(t) => Arc::from(vec![test(t)?]),
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

    pub fn rules(&self, rules: &[model::HttpRule], problems: &mut Vec<String>) -> Vec<Rule> {
        let mut out = Vec::new();
        for r in rules {
            let compiled = self.condition(r.condition.as_ref()).and_then(|condition| {
                Ok(Rule {
                    action: action(&r.action.value)?,
                    condition,
                })
            });
            match compiled {
                Ok(rule) => out.push(rule),
                Err(why) => problems.push(why),
            }
        }
        out
    }
}

fn test(test: &model::Test) -> Result<Test, String> {
    Ok(Test {
        sample: Sample::compile(&test.sample)?,
        matcher: Matcher::compile(&test.matching, test.ignore_case)?,
    })
}

fn action(action: &HttpAction) -> Result<Action, String> {
    let bytes = |s: &str| s.as_bytes().to_vec();
    Ok(match action {
        HttpAction::SetHeader { name, value } => {
            Action::SetHeader(bytes(name), Format::compile(value)?)
        }
        HttpAction::AddHeader { name, value } => {
            Action::AddHeader(bytes(name), Format::compile(value)?)
        }
        HttpAction::DelHeader { name, prefix } => Action::DelHeader {
            name: bytes(name),
            prefix: *prefix,
        },
        HttpAction::ReplaceHeader {
            name,
            regex: r,
            value,
        } => Action::ReplaceHeader {
            name: bytes(name),
            regex: regex(r, false)?,
            value: Format::compile(value)?,
            each: false,
        },
        HttpAction::ReplaceValue {
            name,
            regex: r,
            value,
        } => Action::ReplaceHeader {
            name: bytes(name),
            regex: regex(r, false)?,
            value: Format::compile(value)?,
            each: true,
        },
        HttpAction::SetMethod(f) => Action::SetMethod(Format::compile(f)?),
        HttpAction::SetPath(f) => Action::SetPath(Format::compile(f)?),
        HttpAction::ReplacePath { regex: r, value } => Action::ReplacePath {
            regex: regex(r, false)?,
            value: Format::compile(value)?,
        },
        HttpAction::SetQuery(f) => Action::SetQuery(Format::compile(f)?),
        HttpAction::SetUri(f) => Action::SetUri(Format::compile(f)?),
        HttpAction::SetStatus { status, reason } => {
            Action::SetStatus(status.value, reason.as_ref().map(|r| r.value.clone()))
        }
        HttpAction::SetVar { .. } => return Err("set-var is not available yet".to_owned()),
        HttpAction::SetLogLevel(_) => return Err("set-log-level is not available yet".to_owned()),
        HttpAction::SetSrc(_) => return Err("set-src is not available yet".to_owned()),
        HttpAction::Allow => Action::Allow,
        HttpAction::Deny { status } => Action::Deny(status.value),
        HttpAction::Tarpit { status } => Action::Tarpit(status.value),
        HttpAction::SilentDrop => Action::SilentDrop,
        HttpAction::Redirect(r) => Action::Redirect(redirect(r)?),
        HttpAction::Return {
            status,
            body,
            headers,
        } => {
            let header = |(n, v): &(config::Spanned<String>, model::Format)| {
                Ok((bytes(n), Format::compile(v)?))
            };
            Action::Return {
                status: status.value,
                content_type: body
                    .as_ref()
                    .and_then(|b| Some(b.content_type.as_ref()?.value.clone())),
                body: body
                    .as_ref()
                    .map(|b| Format::compile(&b.text))
                    .transpose()?,
                headers: headers.iter().map(header).collect::<Result<_, String>>()?,
            }
        }
    })
}

pub fn redirect(r: &model::Redirect) -> Result<Redirect, String> {
    Ok(Redirect {
        kind: match &r.kind {
            model::RedirectKind::Location(f) => RedirectKind::Location(Format::compile(f)?),
            model::RedirectKind::Prefix(f) => RedirectKind::Prefix(Format::compile(f)?),
            model::RedirectKind::Scheme(f) => RedirectKind::Scheme(Format::compile(f)?),
        },
        code: r.code.value,
        drop_query: r.drop_query,
        append_slash: r.append_slash,
        set_cookie: r.set_cookie.as_ref().map(|c| c.value.clone()),
        clear_cookie: r.clear_cookie.as_ref().map(|c| c.value.clone()),
    })
}
