//! What a check under way composes, looks up and remembers.

use super::prober::Place;
use crate::plan::Phrase;
use crate::rules::context::{BodySeen, Context, Payload};
use crate::rules::effects::Effect;
use crate::rules::memory::Memory;
use crate::rules::{Edits, Message};
use health::{Author, Seen};
use http1::method::Method;
use http1::response::Asked;
use http1::{Limits, parse_response};
use std::cell::RefCell;

/// Whose check it is.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    pub place: &'a Place,
    /// How the server is seen, where it is told.
    pub state: &'a str,
    /// Milliseconds of the monotonic clock.
    pub now: u64,
    pub memory: &'a RefCell<Memory>,
}

impl Voice<'_> {
    fn phrase(&self, number: usize) -> Option<&Phrase> {
        self.place.both()?.0.check.phrases.get(number)
    }

    fn context(&self) -> Context<'_> {
        Context {
            // There is no frontend.
            frontend: usize::MAX,
            backend: Some(self.place.backend),
            server: self.place.both().map(|(_, server)| server.name.as_str()),
            now: self.now,
            random: u32::try_from(self.now & 0xffff_ffff).unwrap_or_default(),
            memory: Some(self.memory),
            ..Context::nowhere(&self.place.plan)
        }
    }

    /// Hands over what the phrase can look at.
    fn look<R>(&self, seen: Seen<'_>, use_it: impl FnOnce(&Context<'_>) -> R) -> R {
        if !seen.http {
            let payload = Payload {
                bytes: seen.bytes,
                response: true,
                pending: None,
            };
            return use_it(&Context {
                payload: Some(payload),
                ..self.context()
            });
        }
        let (mut head, mut fields) = (seen.bytes.to_vec(), Vec::new());
        let asked = Asked {
            method: Method::Get,
            upgrade: false,
        };
        let Ok(Some(response)) = parse_response(&mut head, asked, Limits::default(), &mut fields)
        else {
            return use_it(&self.context());
        };
        let body = &seen.bytes[response.head_len.min(seen.bytes.len())..];
        use_it(&Context {
            response: Some(Message {
                buf: &head,
                fields: &fields,
                edits: &Edits::default(),
            }),
            status: response.status,
            body: Some(BodySeen {
                bytes: body,
                size: body.len() as u64,
                whole: false,
            }),
            ..self.context()
        })
    }
}

impl Author for Voice<'_> {
    fn text(&mut self, number: usize, seen: Seen<'_>) -> Vec<u8> {
        match self.phrase(number) {
            Some(Phrase::Format(format)) => self.look(seen, |ctx| format.text(ctx)),
            Some(Phrase::State) => self.state.as_bytes().to_vec(),
            _ => Vec::new(),
        }
    }

    fn integer(&mut self, number: usize, seen: Seen<'_>) -> Option<i64> {
        match self.phrase(number) {
            Some(Phrase::Sample(sample)) => self.look(seen, |ctx| sample.value(ctx)?.int()),
            _ => None,
        }
    }

    fn carry_out(&mut self, number: usize, seen: Seen<'_>) {
        if let Some(Phrase::Effect(effect)) = self.phrase(number) {
            self.look(seen, |ctx| Effect::apply(effect, ctx));
        }
    }
}
