//! Answers that rules give: `deny`, `tarpit`, `return`, `auth`, and those of `http-error`.

use super::Outcome;
use super::context::Context;
use super::environment::Environment;
use super::format::Format;
use super::redirect::single_line;
use super::telling::without_persistence;
use crate::plan::{Answers, mark_close, reason};
use config::haproxy::model::{self, Content, FormatPart};

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    body: Body,
    headers: Vec<(Vec<u8>, Format)>,
}

#[derive(Debug)]
enum Body {
    /// The section's own answer to that status.
    Prepared,
    Empty,
    /// A whole message, as errorfiles have it.
    Raw(Vec<u8>),
    Bytes(Option<String>, Vec<u8>),
    Text(Option<String>, Format),
}

impl Reply {
    /// `refusal`: without a body and fields of its own it is the section's answer instead of an empty
    /// one.
    pub fn compile(
        reply: &model::Reply,
        refusal: bool,
        env: &Environment<'_>,
    ) -> Result<Self, String> {
        let status = reply.status.value;
        let header = |(name, value): &(config::Spanned<String>, model::Format)| {
            Ok((name.as_bytes().to_vec(), Format::compile(value, env)?))
        };
        Ok(Self {
            status,
            body: body(
                reply.body.as_ref(),
                status,
                refusal && reply.headers.is_empty(),
                env,
            )?,
            headers: reply
                .headers
                .iter()
                .map(header)
                .collect::<Result<_, String>>()?,
        })
    }

    pub fn outcome(&self, ctx: &Context<'_>) -> Outcome {
        let ctx = &Context {
            status: self.status,
            ..*ctx
        };
        let (kind, body) = match &self.body {
            Body::Prepared => return Outcome::Deny(self.status),
            Body::Raw(raw) => return raw_outcome(self.status, raw),
            Body::Empty => (None, Vec::new()),
            Body::Bytes(kind, bytes) => (kind.as_deref(), bytes.clone()),
            Body::Text(kind, format) => (kind.as_deref(), format.text(ctx)),
        };
        let mut head = head(self.status, body.len());
        if let Some(kind) = kind.filter(|_| !body.is_empty()) {
            http1::write::field(b"content-type", kind.as_bytes(), &mut head);
        }
        let mut ends = false;
        for (name, value) in &self.headers {
            let mut value = single_line(value.text(ctx));
            if http1::same(name, b"connection") {
                let (others, close) = without_persistence(&value);
                (value, ends) = (others, ends || close);
                if value.is_empty() {
                    continue;
                }
            }
            http1::write::field(name, &value, &mut head);
        }
        if ends {
            mark_close(&mut head);
        }
        Outcome::Answer {
            status: self.status,
            head,
            body,
        }
    }

    /// The same as one raw message, for answers that are prepared once.
    pub fn raw(&self, ctx: &Context<'_>) -> Option<Vec<u8>> {
        match self.outcome(ctx) {
            Outcome::Answer { head, .. } if head.is_empty() => Some(head),
            Outcome::Answer { head, body, .. } => Some([&head[..], b"\r\n", &body].concat()),
            _ => None,
        }
    }
}

fn head(status: u16, length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status)).into_bytes();
    // RFC 9110 §8.6: a message without content says nothing of its length.
    if status != 204 {
        http1::write::content_length(length as u64, &mut head);
    }
    head
}

fn body(
    body: Option<&model::ReturnBody>,
    status: u16,
    refusal: bool,
    env: &Environment<'_>,
) -> Result<Body, String> {
    let Some(body) = body else {
        return Ok(if refusal { Body::Prepared } else { Body::Empty });
    };
    let kind = body.content_type.as_ref().map(|kind| kind.value.clone());
    Ok(match &body.content {
        Content::Own => Body::Prepared,
        Content::Text(format) => match &format.parts[..] {
            [FormatPart::Literal(text)] => Body::Bytes(kind, text.clone().into_bytes()),
            _ => Body::Text(kind, Format::compile(format, env)?),
        },
        Content::File(path) => Body::Bytes(kind, env.page(&path.value)?),
        Content::FormatFile(path) => {
            let text = String::from_utf8_lossy(&env.page(&path.value)?).into_owned();
            let parsed = config::haproxy::parse_format(&text)
                .map_err(|why| format!("{}: {why}", path.value))?;
            Body::Text(kind, Format::compile(&parsed, env)?)
        }
        Content::ErrorFile(path) => Body::Raw(env.answer(&path.value)?),
        Content::Section(name) => {
            let sections = &env.model.http_errors;
            let section = sections.iter().find(|s| s.name.value == name.value);
            match section.and_then(|s| s.files.get(&status)) {
                Some(path) => {
                    let raw = env.answer(&path.value);
                    Body::Raw(raw.map_err(|why| format!("errorfile {status} {why}"))?)
                }
                None => Body::Prepared,
            }
        }
    })
}

/// Head and body of a raw message; its own status is what is sent.
pub fn raw_outcome(status: u16, raw: &[u8]) -> Outcome {
    let end = raw.windows(4).position(|w| w == b"\r\n\r\n");
    let (head, body) = match end {
        Some(at) => (&raw[..at + 2], &raw[at + 4..]),
        None => (raw, &b""[..]),
    };
    Outcome::Answer {
        status,
        head: head.to_vec(),
        body: body.to_vec(),
    }
}

/// The section's own answer to that status.
pub fn refused(status: u16, ctx: &Context<'_>) -> Outcome {
    let own = ctx.backend.and_then(|b| ctx.plan.backends.get(b));
    let frontend = &ctx.plan.frontends[ctx.frontend].answers;
    let answers = Answers::nearest(own.map(|b| &b.answers), frontend, status);
    let (head, body) = answers.get(status);
    Outcome::Answer { status, head, body }
}

/// `auth`: asks for a name and a password, whatever form the target has.
pub fn challenge(realm: Option<&Format>, ctx: &Context<'_>) -> Outcome {
    const STATUS: u16 = 401;
    let section = ctx
        .backend
        .and_then(|b| ctx.plan.backends.get(b))
        .map(|b| &b.name);
    let section = section.or_else(|| ctx.plan.frontends.get(ctx.frontend).map(|f| &f.name));
    let realm = match realm {
        Some(format) => format.text(ctx),
        None => section
            .map(|name| name.clone().into_bytes())
            .unwrap_or_default(),
    };
    let own = ctx.backend.and_then(|b| ctx.plan.backends.get(b));
    let frontend = &ctx.plan.frontends[ctx.frontend].answers;
    let answers = Answers::nearest(own.map(|b| &b.answers), frontend, STATUS);
    let (mut head, body) = answers.get(STATUS);
    let value = [&b"Basic realm=\""[..], &single_line(realm), b"\""].concat();
    if !head.is_empty() {
        http1::write::field(b"www-authenticate", &value, &mut head);
    }
    Outcome::Answer {
        status: STATUS,
        head,
        body,
    }
}
