//! Variables about the request, how it ended, and what was captured of it.

use super::Variable;
use super::text::{missing, quoted, text};
use crate::rules::context::Context;
use crate::rules::format::Flags;
use crate::worker::Notes;
use http1::target;

impl Variable {
    pub(super) fn write_line(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let written = ctx.session.map(|s| &s.notes.line[..]).unwrap_or_default();
        let line = if written.is_empty() {
            None
        } else {
            Some(written)
        };
        let now = ctx
            .line
            .filter(|_| line.is_none())
            .map(|l| [l.method, b" ", l.target, b" ", l.version.text()].concat());
        let Some(line) = line.or(now.as_deref()) else {
            return text(b"<BADREQ>", flags, out);
        };
        let mut words = line.split(|b| *b == b' ');
        let method = words.next().unwrap_or_default();
        let (uri, version) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let path_end = uri.iter().position(|b| *b == b'?').unwrap_or(uri.len());
        text(
            match self {
                Self::Method => method,
                Self::Uri => uri,
                Self::Path => &uri[..path_end],
                Self::PathOnly => target::path(uri),
                Self::Query => &uri[path_end..],
                Self::Version => version,
                _ => line,
            },
            flags,
            out,
        );
    }

    pub(super) fn write_state(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let (ended, cookies) = ctx.session.map_or(
            (trafficlog::Termination::NORMAL, trafficlog::Cookies::NONE),
            |s| (s.notes.termination(), s.cookies),
        );
        let all = [ended.cause, ended.state, cookies.client, cookies.server];
        let shown = if self == Self::Termination {
            &all[..2]
        } else {
            &all[..]
        };
        text(shown, flags, out);
    }

    pub(super) fn write_captures(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let Some(memory) = ctx.memory.and_then(|m| m.try_borrow().ok()) else {
            if matches!(self, Self::RequestCookie | Self::ResponseCookie) {
                missing(None, flags, out);
            }
            return;
        };
        let (list, cookie) = match self {
            Self::RequestCookie => (None, Some(&memory.request_cookie)),
            Self::ResponseCookie => (None, Some(&memory.response_cookie)),
            Self::RequestHeaders | Self::RequestHeaderList => {
                (Some(&memory.request_captures), None)
            }
            _ => (Some(&memory.response_captures), None),
        };
        if let Some(cookie) = cookie {
            return missing(cookie.as_deref(), flags, out);
        }
        let list = list.map(Vec::as_slice).unwrap_or_default();
        let unasked = |notes: &Notes| notes.line.is_empty() && !notes.turned_away;
        if list.is_empty() || ctx.session.is_some_and(|s| unasked(s.notes)) {
            return;
        }
        let braces = matches!(self, Self::RequestHeaders | Self::ResponseHeaders);
        if braces {
            let mut inner = Vec::new();
            inner.push(b'{');
            for (n, value) in list.iter().enumerate() {
                if n > 0 {
                    inner.push(b'|');
                }
                trafficlog::push_captured(&mut inner, value.as_deref().unwrap_or_default());
            }
            inner.push(b'}');
            return quoted(&inner, flags, out);
        }
        for (n, value) in list.iter().enumerate() {
            if n > 0 {
                out.push(b' ');
            }
            let mut shown = Vec::new();
            trafficlog::push_captured(&mut shown, value.as_deref().unwrap_or_default());
            if shown.is_empty() && !flags.quote {
                shown.push(b'-');
            }
            quoted(&shown, flags, out);
        }
    }
}
