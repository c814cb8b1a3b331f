//! The action `capture EXPR len N | id N`: what the log is to show.

use super::http_rules::sample;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Capture, Effect};
use crate::haproxy::section::Section;
use crate::source::Spanned;

/// Which rules a `capture` stands among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureSide {
    HttpRequest,
    /// Answers have no slots but those that are declared.
    Response,
    /// `tcp-request content` makes its own slot and fills no other.
    TcpRequest,
}

pub fn capture(
    cx: &mut Context<'_>,
    section: &mut Section,
    args: &mut Args<'_>,
    side: CaptureSide,
) -> Option<Effect> {
    let example = match side {
        CaptureSide::Response => "capture res.hdr(Server) id 0",
        _ => "capture req.hdr(User-Agent) len 64",
    };
    let value = sample(cx, args)?;
    let Some(word) = args.take() else {
        let what = match side {
            CaptureSide::HttpRequest => "'len' or 'id'",
            CaptureSide::Response => "'id'",
            CaptureSide::TcpRequest => "'len'",
        };
        cx.missing(args, what, example);
        return None;
    };
    let slot = match (word.text.as_ref(), side) {
        ("len", CaptureSide::HttpRequest | CaptureSide::TcpRequest) => {
            own_slot(cx, section, args, example)?
        }
        ("id", CaptureSide::HttpRequest | CaptureSide::Response) => {
            *cx.number(args, 0..=65535, "the number of the slot", example)?
        }
        _ => {
            cx.bad(
                word,
                "what says where this is captured to",
                &format!("write e.g. '{example}'"),
            );
            args.skip_all();
            return None;
        }
    };
    Some(Effect::Capture { value, slot })
}

/// `len N`: a slot that nothing else fills.
fn own_slot(
    cx: &mut Context<'_>,
    section: &mut Section,
    args: &mut Args<'_>,
    example: &str,
) -> Option<u32> {
    let word = args.previous()?;
    let len = *cx.number(args, 1..=65535, "the length", example)?;
    if section.place == crate::registry::Places::BACKEND {
        let message = "a backend has no log of its own to capture for".to_owned();
        cx.error("haproxy/wrong-section", word.span, message)
            .suggest("write 'declare capture request len N' in the frontend and 'id 0' here");
        return None;
    }
    let slots = &mut section.proxy.request_captures;
    slots.push(Capture {
        name: Spanned::new(String::new(), word.span),
        len,
    });
    Some(u32::try_from(slots.len() - 1).unwrap_or(u32::MAX))
}
