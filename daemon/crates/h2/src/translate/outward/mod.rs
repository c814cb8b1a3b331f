//! Messages of our own HTTP/1.1 text as frames (RFC 9113 §8.1).

mod head;
mod pieces;

use crate::connection::Connection;
use http1::response::Asked;
use http1::{Body, Field, Limits, Manner, Method};
use pieces::{Pieces, send_trailers};

/// A message on its way out, as far as it has come.
#[derive(Debug)]
pub struct Outward {
    stage: Stage,
    what: What,
}

#[derive(Debug)]
enum Stage {
    Head,
    Body(Body),
    /// Bytes of a tunnel.
    Raw,
    Done,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Response { asked: Asked },
    Request { https: bool },
}

/// Why it goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The text ended too early, or is none.
    Broken,
    /// An upgrade that the peer does not know of.
    NoTunnel,
}

/// What a look at the text came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Bytes of the text that are dealt with.
    pub used: usize,
    /// The message has ended.
    pub done: bool,
}

const LIMITS: Limits = Limits {
    head: usize::MAX,
    fields: usize::MAX,
    manner: Manner::Lenient,
};

impl Outward {
    /// The response to a request of this method; `websocket`: to an extended CONNECT.
    #[must_use]
    pub fn response(method: Method, websocket: bool) -> Self {
        let asked = Asked {
            method,
            upgrade: websocket,
        };
        Self {
            stage: Stage::Head,
            what: What::Response { asked },
        }
    }

    #[must_use]
    pub fn request(https: bool) -> Self {
        Self {
            stage: Stage::Head,
            what: What::Request { https },
        }
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// The final head has gone out.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !matches!(self.stage, Stage::Head)
    }

    /// Makes frames of as much of the text as the windows take. `ended`: no more text comes.
    pub fn pump(
        &mut self,
        connection: &mut Connection,
        stream: u32,
        text: &mut [u8],
        ended: bool,
        fields: &mut Vec<Field>,
    ) -> Result<Moved, Stopped> {
        let mut used = 0;
        while matches!(self.stage, Stage::Head) {
            match self.head(connection, stream, &mut text[used..], fields)? {
                0 if ended => return Err(Stopped::Broken),
                0 => return Ok(Moved { used, done: false }),
                n => used += n,
            }
        }
        used += self.body(connection, stream, &text[used..], ended)?;
        Ok(Moved {
            used,
            done: self.is_done(),
        })
    }

    fn head(
        &mut self,
        connection: &mut Connection,
        stream: u32,
        text: &mut [u8],
        fields: &mut Vec<Field>,
    ) -> Result<usize, Stopped> {
        match self.what {
            What::Response { asked } => self.response_head(connection, stream, text, asked, fields),
            What::Request { https } => self.request_head(connection, stream, text, https, fields),
        }
    }

    /// Data, as much as the windows take.
    fn body(
        &mut self,
        connection: &mut Connection,
        stream: u32,
        text: &[u8],
        ended: bool,
    ) -> Result<usize, Stopped> {
        let body = match &mut self.stage {
            Stage::Head | Stage::Done => return Ok(0),
            Stage::Raw => {
                let sent = connection.send_data(stream, text, ended);
                if ended && sent.whole {
                    self.stage = Stage::Done;
                }
                return Ok(sent.taken);
            }
            Stage::Body(body) => body,
        };
        let mut pieces = Pieces::new(connection, stream);
        let mut at = 0;
        while !body.is_done() && at < text.len() {
            let room = pieces.room();
            // Without room a look ahead shows whether there is data at all.
            let step = if room == 0 {
                let mut ahead = body.clone();
                let step = ahead.step(&text[at..]).map_err(|_| Stopped::Broken)?;
                if !step.data.is_empty() {
                    pieces.stall();
                    break;
                }
                *body = ahead;
                step
            } else {
                let most = text.len().min(at + room);
                body.step(&text[at..most]).map_err(|_| Stopped::Broken)?
            };
            pieces.add(&text[at + step.data.start..at + step.data.end]);
            at += step.used;
        }
        let until_close = matches!(body, Body::UntilClose) && ended && at == text.len();
        let done = body.is_done() || until_close;
        let trailers = match body {
            Body::Chunked(decoder) if done => decoder.trailers(),
            _ => Vec::new(),
        };
        pieces.finish(done && trailers.is_empty());
        if !trailers.is_empty() {
            send_trailers(connection, stream, &trailers);
        }
        if done {
            self.stage = Stage::Done;
        } else if ended && at == text.len() {
            return Err(Stopped::Broken);
        }
        Ok(at)
    }
}
