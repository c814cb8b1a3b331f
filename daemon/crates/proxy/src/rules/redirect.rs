//! `redirect`: the answer that sends a client elsewhere.

use super::Outcome;
use super::context::Context;
use super::format::Format;
use crate::plan::reason;
use http1::target;

#[derive(Debug)]
pub struct Redirect {
    pub kind: RedirectKind,
    pub code: u16,
    pub drop_query: bool,
    pub append_slash: bool,
    pub ignore_empty: bool,
    pub set_cookie: Option<String>,
    pub clear_cookie: Option<String>,
}

#[derive(Debug)]
pub enum RedirectKind {
    Location(Format),
    Prefix(Format),
    Scheme(Format),
}

/// `None` with `ignore-empty` and nowhere to go.
pub fn redirect(r: &Redirect, ctx: &Context<'_>) -> Option<Outcome> {
    let line = ctx.line.unwrap_or_default();
    let rest = if r.drop_query {
        target::path(line.target)
    } else {
        target::path_and_query(line.target)
    };
    // `*` and an authority alone have no path.
    let rest = if rest.is_empty() { b"/" } else { rest };
    let mut location = match &r.kind {
        RedirectKind::Location(f) => f.text(ctx),
        RedirectKind::Prefix(f) => {
            let prefix = f.text(ctx);
            if prefix == b"/" {
                rest.to_vec()
            } else {
                [&prefix[..], rest].concat()
            }
        }
        RedirectKind::Scheme(f) => [
            &f.text(ctx),
            &b"://"[..],
            ctx.header("host").unwrap_or_default(),
            rest,
        ]
        .concat(),
    };
    if r.ignore_empty && location.is_empty() {
        return None;
    }
    let wants_slash = r.append_slash && r.drop_query && location.last() != Some(&b'/');
    if wants_slash && !matches!(r.kind, RedirectKind::Location(_)) {
        location.push(b'/');
    }
    let mut head = format!(
        "HTTP/1.1 {} {}\r\ncontent-length: 0\r\n",
        r.code,
        reason(r.code)
    )
    .into_bytes();
    if matches!(r.code, 302 | 303 | 307) {
        head.extend_from_slice(b"cache-control: no-cache\r\n");
    }
    http1::write::field(b"location", &single_line(location), &mut head);
    if let Some(c) = &r.set_cookie {
        http1::write::field(b"set-cookie", format!("{c}; path=/;").as_bytes(), &mut head);
    }
    if let Some(c) = &r.clear_cookie {
        http1::write::field(
            b"set-cookie",
            format!("{c}; path=/; Max-Age=0;").as_bytes(),
            &mut head,
        );
    }
    Some(Outcome::Answer {
        status: r.code,
        head,
        body: Vec::new(),
    })
}

/// A line end inside a value would begin another field.
pub fn single_line(mut v: Vec<u8>) -> Vec<u8> {
    v.retain(|b| !matches!(b, b'\r' | b'\n' | 0));
    v
}
