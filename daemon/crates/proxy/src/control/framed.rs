//! A check's exchange in HTTP/2: what is asked and answered in the text of HTTP/1.1, as frames.

use crate::plan::reason;
use h2::connection::{Connection, Event, Limits, Role, Step};
use h2::translate::response::{Request, to_http1};
use h2::translate::{Inward, Outward};
use http1::{Field, Method};
use std::io;

/// One connection with one stream on it.
#[derive(Debug)]
pub struct Framed {
    core: Connection,
    stream: u32,
    outward: Outward,
    inward: Inward,
    fields: Vec<Field>,
    method: Method,
    answered: bool,
    /// Of the request, what is no frame yet.
    asking: Vec<u8>,
    /// Frames that are not whole.
    held: Vec<u8>,
    /// The answer, as far as nobody has read it.
    answer: Vec<u8>,
    ended: bool,
}

impl Framed {
    pub fn new(limits: Limits, https: bool) -> Self {
        let mut core = Connection::new(Role::Client, limits);
        Self {
            stream: core.open(0).unwrap_or_default(),
            core,
            outward: Outward::request(https),
            inward: Inward::default(),
            fields: Vec::new(),
            method: Method::Get,
            answered: false,
            asking: Vec::new(),
            held: Vec::new(),
            answer: Vec::new(),
            ended: false,
        }
    }

    /// Text of the request becomes frames.
    pub fn ask(&mut self, text: &[u8]) {
        if self.asking.is_empty() && !self.outward.has_begun() {
            let name = text.split(|b| *b == b' ').next().unwrap_or_default();
            self.method = Method::of(name);
        }
        self.asking.extend_from_slice(text);
        self.pump();
    }

    fn pump(&mut self) {
        let moved = self.outward.pump(
            &mut self.core,
            self.stream,
            &mut self.asking,
            false,
            &mut self.fields,
        );
        match moved {
            Ok(moved) => drop(self.asking.drain(..moved.used)),
            Err(_) => self.ended = true,
        }
    }

    /// Frames that are to be sent; whoever sends takes them out.
    pub fn out(&mut self) -> &mut Vec<u8> {
        self.core.out()
    }

    /// The answer's text so far.
    pub fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.answer.len().min(buf.len());
        if n == 0 && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        buf[..n].copy_from_slice(&self.answer[..n]);
        self.answer.drain(..n);
        Ok(n)
    }

    /// Bytes came; none: the server has closed.
    pub fn take(&mut self, bytes: &[u8]) {
        self.ended |= bytes.is_empty();
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut at = 0;
        while !self.ended {
            match self.core.step(&held[at..]) {
                Ok(Step::Done(used, event)) => {
                    at += used;
                    if let Some(event) = event {
                        self.on(event);
                    }
                }
                Ok(Step::More) => break,
                Err(_) => self.ended = true,
            }
        }
        self.held = held[at..].to_vec();
    }

    fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Headers { end, .. } if !self.answered => self.head(end),
            Event::Headers { end, .. } => {
                let told = self.inward.trailers(self.core.headers(), &mut self.answer);
                self.ended |= end || told.is_err();
            }
            Event::Data { bytes, end, .. } => {
                self.inward.data(bytes, end, &mut self.answer);
                self.core.release(self.stream, bytes.len());
                self.ended |= end;
            }
            Event::Reset { .. } => self.ended = true,
            Event::GoneAway { last, .. } => self.ended |= last < self.stream,
            Event::Room { .. } | Event::RoomForAll => self.pump(),
            Event::Settings | Event::Opened { .. } => {}
        }
    }

    fn head(&mut self, end: bool) {
        let asked = Request {
            method: self.method,
            websocket: None,
        };
        let list = self.core.headers();
        match to_http1(list, end, asked, reason, &mut self.answer) {
            Ok(told) if told.is_interim() => {}
            Ok(told) => {
                self.answered = true;
                self.inward = Inward::new(told.framing);
                self.core.expect(self.stream, told.length, end);
                self.ended |= end;
            }
            Err(_) => self.ended = true,
        }
    }
}
