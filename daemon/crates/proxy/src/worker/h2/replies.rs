//! Responses of servers: heads as text, and streams that servers end.

use super::events::tube_of;
use super::{Stream, Worker};
use crate::plan::reason;
use crate::rules::convert::encoding::base64_encode;
use crate::rules::convert::sha1::sha1;
use crate::worker::broken::Nonsense;
use crate::worker::slab::NONE;
use h2::Code;
use h2::translate::response::{Request, to_http1};
use h2::translate::{Inward, Malformed, broken};
use http1::{Fault, Field, Limits, Method, parse_request};

/// What a response's meaning hangs on, and when it was asked for.
#[derive(Debug)]
pub struct Asked {
    pub method: Method,
    /// A websocket is asked for, whose client expects this to accept it.
    pub websocket: Option<Vec<u8>>,
    pub at: u64,
    /// The final head has come.
    pub answered: bool,
    /// The server ended the stream, or takes no more of it.
    pub over: bool,
}

/// In the place of a head that is malformed: it is refused where every response is read.
const NONSENSE: &[u8] = b"malformed\r\n\r\n";

/// Bytes of interim heads that may wait to be read: no window bounds them.
const UNREAD: usize = 64 << 10;

impl Default for Asked {
    fn default() -> Self {
        Self::new(Method::Get, None, 0)
    }
}

impl Asked {
    pub fn new(method: Method, websocket: Option<Vec<u8>>, at: u64) -> Self {
        Self {
            method,
            websocket,
            at,
            answered: false,
            over: false,
        }
    }
}

/// What accepts the websocket that this request asks for (RFC 6455 §4.2.2); `None`: it asks for none.
pub fn acceptance(request: &[u8], fields: &mut Vec<Field>) -> Option<Vec<u8>> {
    let mut head = request.to_vec();
    let limits = Limits {
        head: head.len() + 1,
        ..Limits::default()
    };
    let asked = parse_request(&mut head, limits, fields).ok()??;
    let value = |name: &[u8]| {
        let found = fields
            .iter()
            .find(|f| f.name.of(&head).eq_ignore_ascii_case(name));
        found.map(|f| f.value.of(&head))
    };
    if !asked.upgrade || !value(b"upgrade")?.eq_ignore_ascii_case(b"websocket") {
        return None;
    }
    let mut key = value(b"sec-websocket-key").unwrap_or_default().to_vec();
    key.extend_from_slice(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    Some(base64_encode(&sha1(&key), false))
}

impl Worker {
    pub(super) fn has_answered(&self, h: u32, key: u32) -> bool {
        let stream = self.carriers.list[h].streams.get(key);
        stream.is_some_and(|s| s.asked.answered)
    }

    /// The head of a response, an interim or the final one.
    pub(super) fn take_reply_fields(&mut self, h: u32, (id, key): (u32, u32), end: bool) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        let whose = (carrier.holder, stream.user);
        let Some(tube) = tube_of(whose, &mut self.clients, &mut self.ups) else {
            return;
        };
        if tube.input.capacity() == 0 {
            tube.input = self.buffers.take();
        }
        let before = tube.input.len();
        let list = carrier.core.headers();
        let asked = Request {
            method: stream.asked.method,
            websocket: stream.asked.websocket.as_deref(),
        };
        let read = if list.is_too_large() {
            Err(None)
        } else {
            to_http1(list, end, asked, reason, &mut tube.input).map_err(Some)
        };
        let read = match read {
            Ok(told) if told.is_interim() && before >= UNREAD => Err(None),
            Ok(told) if !carrier.core.expect(id, told.length, end) => Err(Some(Malformed::Length)),
            read => read,
        };
        let told = match read {
            Ok(told) => told,
            Err(why) => {
                tube.input.truncate(before);
                tube.input.extend_from_slice(NONSENSE);
                let broken = broken::tell(carrier.core.headers(), why, broken::OF_RESPONSES);
                let rule = why.map_or_else(|| Fault::HeadTooLarge.rule(), Malformed::rule);
                tube.nonsense = Some(Box::new(Nonsense { broken, rule }));
                stream.asked.over = true;
                carrier.core.reset(id, Code::Protocol);
                self.due(h);
                return self.wake_stream(whose);
            }
        };
        if !told.is_interim() {
            stream.asked.answered = true;
            stream.inward = Inward::new(told.framing);
            tube.input_ended = end;
        }
        self.wake_stream(whose);
    }

    /// The server ended the stream before its time, or broke it.
    pub(super) fn reset_by_server(&mut self, h: u32, key: u32, code: Code) {
        if code == Code::RefusedStream {
            self.refused(h, key);
        } else {
            self.break_request(h, key);
        }
    }

    /// Nothing more comes on the stream, nor goes; what came is still read.
    pub(super) fn break_request(&mut self, h: u32, key: u32) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        stream.asked.over = true;
        let whose = (carrier.holder, stream.user);
        let Some(tube) = tube_of(whose, &mut self.clients, &mut self.ups) else {
            return;
        };
        tube.output.clear();
        tube.broken |= !tube.input_ended;
        // It is no idle connection that was closed just now.
        self.ups[whose.1].reused = false;
        self.wake_stream(whose);
    }

    /// The server has not looked at the request and never will: it may be asked again, whatever
    /// the method (RFC 9113 §8.7).
    pub(super) fn refused(&mut self, h: u32, key: u32) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        if stream.id == 0 && !stream.asked.over {
            carrier.trunk.unopened -= 1;
        }
        stream.asked.over = true;
        let Stream { user, .. } = *stream;
        if user == NONE {
            return;
        }
        let i = self.ups[user].client;
        if !self.ask_again(i) {
            self.break_request(h, key);
        }
    }

    /// The server takes no streams beyond this one.
    pub(super) fn server_leaves(&mut self, h: u32, last: u32) {
        for key in self.carriers.list[h].streams.indexes() {
            let carrier = &mut self.carriers.list[h];
            let Some(stream) = carrier.streams.get(key) else {
                continue;
            };
            let id = stream.id;
            if (id == 0 || id > last) && !stream.asked.over {
                carrier.core.forget(id);
                self.refused(h, key);
            }
        }
        self.due(h);
    }
}
