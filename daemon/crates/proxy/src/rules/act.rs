//! Running a section's rules over a message.

use super::context::{Context, Message, RequestLine};
use super::redirect::{redirect, single_line};
use super::{Action, Edits, Rule, holds};
use crate::plan::Answers;
use crate::plan::reason;
use http1::{Field, target};

/// How the rules ended.
#[derive(Debug)]
pub enum Outcome {
    /// The message goes on.
    Pass,
    /// The proxy answers with this status' prepared text.
    Deny(u16),
    /// The same, after the tarpit timeout.
    Tarpit(u16),
    Drop,
    /// A whole answer: head without its empty line, and body.
    Answer {
        status: u16,
        head: Vec<u8>,
        body: Vec<u8>,
    },
}

/// The message that rules change.
pub struct Subject<'a> {
    pub buf: &'a [u8],
    pub fields: &'a mut [Field],
    pub edits: &'a mut Edits,
    /// The request's method and target; `None` for a response.
    pub line: Option<RequestLine<'a>>,
}

/// `base` carries what does not change; the message and its edits come from `subject`.
pub fn run(rules: &[Rule], subject: &mut Subject<'_>, base: &Context<'_>) -> Outcome {
    for rule in rules {
        let (method, target) = (subject.edits.method.clone(), subject.edits.target.clone());
        let changed = subject.line.map(|l| RequestLine {
            method: method.as_deref().unwrap_or(l.method),
            target: target.as_deref().unwrap_or(l.target),
            http11: l.http11,
        });
        let message = Message {
            buf: subject.buf,
            fields: subject.fields,
            edits: subject.edits,
        };
        let ctx = Context {
            line: changed,
            request: subject.line.is_some().then_some(message),
            response: subject.line.is_none().then_some(message),
            ..*base
        };
        if !holds(rule.condition.as_ref(), &ctx) {
            continue;
        }
        match plan(&rule.action, &ctx) {
            Step::Final(outcome) => return outcome,
            Step::Edit(edit) => apply(edit, &rule.action, subject),
        }
    }
    Outcome::Pass
}

/// What an action wants, computed before anything is changed.
enum Step {
    Final(Outcome),
    Edit(Edit),
}

enum Edit {
    Value(Vec<u8>),
    Lines(Vec<(Vec<u8>, Vec<u8>)>),
    Method(Vec<u8>),
    Target(Vec<u8>),
    Status,
    Remove,
}

fn plan(action: &Action, ctx: &Context<'_>) -> Step {
    let line = ctx.line.unwrap_or_default();
    let message = ctx.request.or(ctx.response);
    Step::Edit(match action {
        Action::SetHeader(_, f) | Action::AddHeader(_, f) => Edit::Value(f.text(ctx)),
        Action::DelHeader { .. } => Edit::Remove,
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
                        .map(|p| regex.replace(p, &template[..]).into_owned())
                        .collect();
                    return parts.join(&b", "[..]);
                }
                regex.replace(v, &template[..]).into_owned()
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
            let path = regex
                .replace(target::path(line.target), &template[..])
                .into_owned();
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
        Action::SetStatus(..) => Edit::Status,
        Action::Allow => return Step::Final(Outcome::Pass),
        Action::Deny(status) => return Step::Final(Outcome::Deny(*status)),
        Action::Tarpit(status) => return Step::Final(Outcome::Tarpit(*status)),
        Action::SilentDrop => return Step::Final(Outcome::Drop),
        Action::Redirect(r) => return Step::Final(redirect(r, ctx)),
        Action::Return {
            status,
            content_type,
            body,
            headers,
        } => {
            let body = body.as_ref().map(|b| b.text(ctx)).unwrap_or_default();
            let mut head = format!(
                "HTTP/1.1 {status} {}\r\ncontent-length: {}\r\n",
                reason(*status),
                body.len()
            )
            .into_bytes();
            if let Some(t) = content_type.as_ref().filter(|_| !body.is_empty()) {
                http1::write::field(b"content-type", t.as_bytes(), &mut head);
            }
            for (name, value) in headers {
                http1::write::field(name, &single_line(value.text(ctx)), &mut head);
            }
            return Step::Final(Outcome::Answer {
                status: *status,
                head,
                body,
            });
        }
    })
}

fn apply(edit: Edit, action: &Action, subject: &mut Subject<'_>) {
    match (edit, action) {
        (Edit::Value(v), Action::SetHeader(name, _)) => {
            subject.edits.remove(subject.buf, subject.fields, |n| {
                n.eq_ignore_ascii_case(name)
            });
            subject.edits.add(name, &v);
        }
        (Edit::Value(v), Action::AddHeader(name, _)) => subject.edits.add(name, &v),
        (Edit::Lines(lines), Action::ReplaceHeader { name, .. }) => {
            subject.edits.remove(subject.buf, subject.fields, |n| {
                n.eq_ignore_ascii_case(name)
            });
            for (n, v) in lines {
                subject.edits.add(&n, &v);
            }
        }
        (Edit::Remove, Action::DelHeader { name, prefix }) => {
            let hit = |n: &[u8]| {
                let start = if *prefix {
                    n.get(..name.len())
                } else {
                    Some(n)
                };
                start.is_some_and(|n| n.eq_ignore_ascii_case(name))
            };
            subject.edits.remove(subject.buf, subject.fields, hit);
        }
        (Edit::Method(m), _) if http1::field::is_token(&m) => subject.edits.method = Some(m),
        (Edit::Target(t), _) if !t.is_empty() => subject.edits.target = Some(encode(&t)),
        (Edit::Status, Action::SetStatus(status, reason)) => {
            subject.edits.status = Some((*status, reason.clone()));
        }
        _ => {}
    }
}

/// Bytes that may not stand in a request target are percent-encoded.
fn encode(t: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(t.len());
    for b in t {
        match b {
            0x21..=0x7e if *b != b'#' => out.push(*b),
            _ => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    out
}

fn with_path(old: &[u8], path: &[u8]) -> Vec<u8> {
    let query = old
        .iter()
        .position(|b| *b == b'?')
        .map_or(&b""[..], |p| &old[p..]);
    [path, query].concat()
}

/// `\1` of the configuration language as the regex crate's `${1}`; its own `$` is escaped.
fn backslash_references(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.iter().copied().peekable();
    while let Some(b) = bytes.next() {
        match (b, bytes.peek().copied()) {
            (b'\\', Some(d @ b'0'..=b'9')) => {
                bytes.next();
                out.extend_from_slice(&[b'$', b'{', d, b'}']);
            }
            (b'$', _) => out.extend_from_slice(b"$$"),
            _ => out.push(b),
        }
    }
    out
}

/// The prepared answer to `status`.
pub fn prepared(answers: &Answers, status: u16) -> Outcome {
    let (head, body) = answers.get(status);
    Outcome::Answer { status, head, body }
}
