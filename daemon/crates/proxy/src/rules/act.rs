//! Running a section's rules over a message.

use super::context::{Context, Message, RequestLine};
use super::last_rule;
use super::matcher::backslash_references;
use super::normalize::{Broken, normalize};
use super::page::Judged;
use super::redirect::redirect;
use super::target::{encode, with_authority, with_path};
use super::{Action, NamePattern, Outcome, Rule, Subject, holds, telling};
use crate::plan::Answers;
use http1::target;

/// `base` carries what does not change; the message and its edits come from `subject`.
pub fn run(rules: &[Rule], subject: &mut Subject<'_>, base: &Context<'_>) -> Outcome {
    let mut value = std::mem::take(&mut subject.edits.value);
    let mut outcome = Outcome::Pass;
    for (number, rule) in rules.iter().enumerate().skip(subject.from) {
        if rule.condition.is_none() && blind(&rule.action, subject) {
            continue;
        }
        value.clear();
        match step(rule, subject, base, &mut value) {
            Step::Wait(wait) => {
                outcome = Outcome::Body { wait, rule: number };
                break;
            }
            Step::Name => {
                outcome = Outcome::Name {
                    rule: number + 1,
                    content: false,
                };
                break;
            }
            Step::Final(last) => {
                last_rule::note(rule.location.as_ref(), base);
                (subject.edits.refused, subject.edits.asked) = refusal(&rule.action, &last);
                outcome = last;
                break;
            }
            Step::Edit(edit) => apply(edit, &rule.action, subject, &value),
            Step::Done => {}
        }
    }
    subject.edits.value = value;
    outcome
}

/// Whether a rule refuses the request, and whether it does so to ask for a password.
fn refusal(action: &Action, last: &Outcome) -> (bool, bool) {
    match (action, last) {
        (Action::Auth(_), _) | (Action::Page(_), Outcome::Answer { status: 401, .. }) => {
            (true, true)
        }
        (Action::Deny(_) | Action::Tarpit(_) | Action::Normalize(_), _) => (true, false),
        (Action::Page(_), last) => (!matches!(last, Outcome::Service(_)), false),
        _ => (false, false),
    }
}

/// Carries out an action that looks at nothing; false for others.
fn blind(action: &Action, subject: &mut Subject<'_>) -> bool {
    let literal = match action {
        Action::SetHeader(_, format) | Action::AddHeader(_, format) => format.as_literal(),
        Action::DelHeader(_) => Some(&b""[..]),
        _ => None,
    };
    let Some(value) = literal else { return false };
    let edit = match action {
        Action::DelHeader(_) => Edit::Remove,
        _ => Edit::Value,
    };
    apply(edit, action, subject, value);
    true
}

/// What a rule wants of the message as the rules before it have left it.
fn step(rule: &Rule, subject: &Subject<'_>, base: &Context<'_>, value: &mut Vec<u8>) -> Step {
    let edits = &*subject.edits;
    let line = subject.line.map(|l| RequestLine {
        method: edits.method.as_deref().unwrap_or(l.method),
        target: edits.target.as_deref().unwrap_or(l.target),
        version: l.version,
    });
    let message = Message {
        buf: subject.buf,
        fields: subject.fields,
        edits,
    };
    let ctx = Context {
        line,
        request: line.is_some().then_some(message),
        response: line.is_none().then_some(message),
        status: edits.status.as_ref().map_or(base.status, |s| s.0),
        ..*base
    };
    if !holds(rule.condition.as_ref(), &ctx) {
        return Step::Done;
    }
    plan(&rule.action, &ctx, value)
}

/// What an action wants, computed before anything is changed.
enum Step {
    Final(Outcome),
    /// Milliseconds for the body.
    Wait(u64),
    /// An answer of name servers.
    Name,
    Edit(Edit),
    /// Nothing in the message changes.
    Done,
}

enum Edit {
    /// A header's value, beside it.
    Value,
    Lines(Vec<(Vec<u8>, Vec<u8>)>),
    Method(Vec<u8>),
    Target(Vec<u8>),
    Status,
    Remove,
}

#[allow(clippy::too_many_lines)] // an arm for each action
fn plan(action: &Action, ctx: &Context<'_>, header: &mut Vec<u8>) -> Step {
    let line = ctx.line.unwrap_or_default();
    let message = ctx.request.or(ctx.response);
    Step::Edit(match action {
        Action::SetHeader(_, f) | Action::AddHeader(_, f) => {
            f.write(ctx, header);
            Edit::Value
        }
        Action::Connection { value, .. } | Action::Host(value) => {
            value.write(ctx, header);
            Edit::Value
        }
        Action::DelHeader(_) => Edit::Remove,
        Action::ReplaceHeader {
            name,
            regex,
            value,
            each,
        } => {
            let template = value.text(ctx);
            let template = backslash_references(&template);
            let replace = |v: &[u8]| -> Vec<u8> {
                if *each {
                    let parts: Vec<Vec<u8>> = http1::field::list(v)
                        .map(|p| expanded(regex, p, &template))
                        .collect();
                    return parts.join(&b","[..]);
                }
                expanded(regex, v, &template)
            };
            let lines = message
                .into_iter()
                .flat_map(Message::fields)
                .filter(|(n, _)| n.eq_ignore_ascii_case(name));
            Edit::Lines(lines.map(|(n, v)| (n.to_vec(), replace(v))).collect())
        }
        Action::SetMethod(f) => Edit::Method(f.text(ctx)),
        Action::SetPath(f) => Edit::Target(with_path(line.target, &f.text(ctx))),
        Action::ReplacePath { regex, value } => {
            let template = backslash_references(&value.text(ctx));
            let path = expanded(regex, target::path(line.target), &template);
            Edit::Target(with_path(line.target, &path))
        }
        Action::SetQuery(f) => {
            let mut t = line
                .target
                .split(|b| *b == b'?')
                .next()
                .unwrap_or_default()
                .to_vec();
            t.push(b'?');
            t.extend(f.text(ctx));
            Edit::Target(t)
        }
        Action::SetUri(f) => Edit::Target(f.text(ctx)),
        Action::Normalize(how) => match normalize(*how, line.target) {
            Ok(target) => Edit::Target(target),
            Err(Broken) => return Step::Final(Outcome::Deny(400)),
        },
        Action::SetPathQuery(f) => Edit::Target(with_authority(line.target, &f.text(ctx))),
        Action::ReplacePathQuery { regex, value } => {
            let old = target::path_and_query(line.target);
            let template = backslash_references(&value.text(ctx));
            Edit::Target(with_authority(
                line.target,
                &expanded(regex, old, &template),
            ))
        }
        Action::ReplaceUri { regex, value } => {
            let template = backslash_references(&value.text(ctx));
            match replaced(regex, line.target, &template) {
                Some(target) => Edit::Target(target),
                None => return Step::Done,
            }
        }
        Action::SetStatus(..) => Edit::Status,
        Action::Effect(effect) => {
            effect.apply(ctx);
            return Step::Done;
        }
        Action::Resolve(resolve) => {
            return if resolve.ask(ctx) {
                Step::Name
            } else {
                Step::Done
            };
        }
        Action::WaitForBody { wait, least } => {
            return match ctx.body {
                Some(body) if !body.suffices(*least) => Step::Wait(*wait),
                _ => Step::Done,
            };
        }
        Action::Allow => return Step::Final(Outcome::Pass),
        Action::Tarpit(reply) => {
            return Step::Final(Outcome::Tarpit(Box::new(reply.outcome(ctx))));
        }
        Action::SilentDrop => return Step::Final(Outcome::Vanish),
        Action::Reject => return Step::Final(Outcome::Drop { unread: false }),
        Action::Redirect(r) => match redirect(r, ctx) {
            Some(outcome) => return Step::Final(outcome),
            None => return Step::Done,
        },
        Action::Deny(reply) | Action::Return(reply) => return Step::Final(reply.outcome(ctx)),
        Action::Exporter => return Step::Final(super::page::metrics(ctx)),
        Action::Page(page) => {
            return match page.judge(ctx) {
                Judged::Other => Step::Done,
                Judged::Wait => Step::Wait(page.patience),
                Judged::Final(outcome) => Step::Final(outcome),
            };
        }
        Action::Auth(realm) => {
            return Step::Final(super::reply::challenge(realm.as_ref(), ctx));
        }
    })
}

fn apply(edit: Edit, action: &Action, subject: &mut Subject<'_>, value: &[u8]) {
    match (edit, action) {
        (Edit::Value, Action::SetHeader(name, _)) => {
            subject.edits.remove_name(subject.buf, subject.fields, name);
            subject.edits.add(name, value);
        }
        (Edit::Value, Action::AddHeader(name, _)) => subject.edits.add(name, value),
        (Edit::Value, Action::Connection { set, .. }) => telling::connection(subject, *set, value),
        (Edit::Value, Action::Host(_)) => telling::host(subject, value),
        (Edit::Lines(lines), Action::ReplaceHeader { name, .. }) => {
            subject.edits.remove_name(subject.buf, subject.fields, name);
            for (n, v) in &lines {
                subject.edits.add(n, v);
            }
            if let Some((_, v)) = lines.last().filter(|_| http1::same(name, b"host")) {
                telling::host(subject, v);
            }
        }
        (Edit::Remove, Action::DelHeader(NamePattern::Whole(name))) => {
            subject.edits.remove_name(subject.buf, subject.fields, name);
        }
        (Edit::Remove, Action::DelHeader(pattern)) => {
            subject
                .edits
                .remove(subject.buf, subject.fields, |name| pattern.fits(name));
        }
        (Edit::Method(m), _) if http1::field::is_token(&m) => subject.edits.method = Some(m),
        (Edit::Target(t), Action::SetUri(_) | Action::ReplaceUri { .. }) if !t.is_empty() => {
            telling::target(subject, encode(&t));
        }
        (Edit::Target(t), _) if !t.is_empty() => subject.edits.target = Some(encode(&t)),
        (Edit::Status, Action::SetStatus(status, reason)) => {
            subject.edits.status = Some((*status, reason.clone()));
        }
        _ => {}
    }
}

/// A text that matches is replaced whole by the template with its groups; others stay.
fn expanded(regex: &regex::bytes::Regex, text: &[u8], template: &[u8]) -> Vec<u8> {
    replaced(regex, text, template).unwrap_or_else(|| text.to_vec())
}

fn replaced(regex: &regex::bytes::Regex, text: &[u8], template: &[u8]) -> Option<Vec<u8>> {
    let captures = regex.captures(text)?;
    let mut out = Vec::new();
    captures.expand(template, &mut out);
    Some(out)
}

/// The prepared answer to `status`.
pub fn prepared(answers: &Answers, status: u16) -> Outcome {
    let (head, body) = answers.get(status);
    Outcome::Answer { status, head, body }
}
