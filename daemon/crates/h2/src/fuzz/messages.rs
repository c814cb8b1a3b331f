//! Messages of HTTP/1.1 as HTTP/2 and back: what is sent is never malformed, and says at the other
//! end what it said here, however its text is cut.

use crate::connection::{Connection, Event, Role, Step};
use crate::translate::response::{Request, to_http1};
use crate::translate::{Inward, Outward, request};
use http1::response::Asked;
use http1::{Body, Field, Limits, Method, parse_request, parse_response};

/// No window is larger.
const MOST: usize = 60_000;

const ASKED: Asked = Asked {
    method: Method::Get,
    upgrade: false,
};

/// What a message says: its heads' first lines (methods or statuses), and its data.
type Said = (Vec<Vec<u8>>, Vec<u8>);

/// The first byte says where the text is cut.
pub fn messages(data: &[u8]) {
    let Some((cut, text)) = data.split_first().filter(|_| data.len() < MOST) else {
        return;
    };
    let cut = usize::from(*cut).min(text.len());
    for role in [Role::Server, Role::Client] {
        let Some((lines, body, at)) = heads(role, text) else {
            continue;
        };
        let said = whole(body, &text[at..]).map(|data| (lines, data));
        assert_eq!(carried(role, &[text]), said, "it says something else");
        let parts = [&text[..cut], &text[cut..]];
        assert_eq!(carried(role, &parts), said, "cut at {cut}");
    }
}

/// First lines, what follows them and where, if a client or a server may send it.
fn heads(role: Role, text: &[u8]) -> Option<(Vec<Vec<u8>>, Body, usize)> {
    let (mut text, mut fields, mut lines) = (text.to_vec(), Vec::new(), Vec::new());
    let limits = Limits {
        head: usize::MAX,
        fields: usize::MAX,
        ..Limits::default()
    };
    let mut at = 0;
    loop {
        let rest = &mut text[at..];
        if role == Role::Client {
            let asked = parse_request(rest, limits, &mut fields).ok()??;
            if asked.upgrade || asked.method == Method::Connect || !is_path(&asked, rest) {
                return None;
            }
            lines.push(asked.method_span.of(rest).to_vec());
            return Some((lines, asked.body, asked.head_len));
        }
        let answer = parse_response(rest, ASKED, limits, &mut fields).ok()??;
        lines.push(answer.status.to_string().into_bytes());
        at += answer.head_len;
        if !answer.is_interim() {
            return Some((lines, answer.body, at));
        }
    }
}

/// The data, if all of it is there.
fn whole(mut body: Body, text: &[u8]) -> Option<Vec<u8>> {
    let (mut data, mut at) = (Vec::new(), 0);
    while !body.is_done() && at < text.len() {
        let step = body.step(&text[at..]).ok()?;
        data.extend_from_slice(&text[at + step.data.start..at + step.data.end]);
        at += step.used;
    }
    (body.is_done() || matches!(body, Body::UntilClose)).then_some(data)
}

/// A request for a path of a host, which every server understands.
fn is_path(asked: &http1::Request, text: &[u8]) -> bool {
    let host = asked.host.map_or(&b""[..], |span| span.of(text));
    let target = asked.target.of(text);
    target.starts_with(b"/")
        && target.iter().all(u8::is_ascii_graphic)
        && crate::translate::authority::check(host).is_ok()
}

/// What the other end is told; `None`: not the whole of it.
fn carried(role: Role, parts: &[&[u8]]) -> Option<Said> {
    let mut near = Connection::new(role, super::limits());
    let mut far = Connection::new(other(role), super::limits());
    let mut there = There::default();
    greet(&mut near, &mut far, &mut there);
    let stream = match role {
        Role::Client => near.open(0)?,
        Role::Server => 1,
    };
    let mut outward = match role {
        Role::Client => Outward::request(false),
        Role::Server => Outward::response(ASKED.method, ASKED.upgrade),
    };
    let (mut held, mut fields) = (Vec::new(), Vec::<Field>::new());
    for (n, part) in parts.iter().enumerate() {
        held.extend_from_slice(part);
        let ended = n + 1 == parts.len();
        let moved = outward.pump(&mut near, stream, &mut held, ended, &mut fields);
        let used = moved.ok()?.used;
        held.drain(..used);
    }
    take(&mut far, near.out(), &mut there);
    assert_eq!(there.ended, outward.is_done(), "another end");
    there.ended.then_some((there.lines, there.data))
}

fn other(role: Role) -> Role {
    match role {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    }
}

/// Settings of both, and where an answer is to be sent a request.
fn greet(near: &mut Connection, far: &mut Connection, there: &mut There) {
    if let Some(stream) = far.open(0) {
        far.send_headers(stream, true, |field| {
            field(b":method", b"GET");
            field(b":scheme", b"http");
            field(b":path", b"/");
        });
    }
    for _ in 0..3 {
        take(near, far.out(), &mut There::default());
        take(far, near.out(), there);
    }
    *there = There::default();
}

/// What has come to the other end.
#[derive(Debug, Default)]
struct There {
    lines: Vec<Vec<u8>>,
    inward: Inward,
    data: Vec<u8>,
    ended: bool,
}

fn take(connection: &mut Connection, frames: &mut Vec<u8>, there: &mut There) {
    let mut at = 0;
    while let Ok(Step::Done(used, event)) = connection.step(&frames[at..]) {
        at += used;
        match event {
            Some(Event::Opened { stream, end }) => {
                let length = there.opened(connection, end);
                there.announced(connection, stream, length, end);
            }
            Some(Event::Headers {
                stream,
                end,
                trailers: false,
                ..
            }) => {
                let length = there.answered(connection, end);
                there.announced(connection, stream, length, end);
            }
            Some(Event::Headers { .. }) => {
                let told = there.inward.trailers(connection.headers(), &mut Vec::new());
                assert_eq!(told, Ok(()), "our own trailer is malformed");
                there.ended = true;
            }
            Some(Event::Data { bytes, end, .. }) => {
                there.data.extend_from_slice(bytes);
                there.ended |= end;
            }
            Some(Event::Reset { code, .. }) => panic!("our own stream is broken: {code:?}"),
            _ => {}
        }
    }
    assert_eq!(at, frames.len(), "our own frames are refused");
    frames.clear();
}

impl There {
    fn announced(&mut self, connection: &mut Connection, id: u32, length: Option<u64>, end: bool) {
        assert!(connection.expect(id, length, end), "another length");
        self.ended |= end;
    }

    /// The length that the head announces.
    fn opened(&mut self, connection: &Connection, end: bool) -> Option<u64> {
        let list = connection.headers();
        let told = request::to_http1(list, end, 7, &mut Vec::new());
        let told = told.unwrap_or_else(|e| panic!("our own request is malformed: {e:?}: {list:?}"));
        let method = list.iter().find(|(name, _)| *name == b":method");
        self.lines.extend(method.map(|(_, value)| value.to_vec()));
        self.inward = Inward::new(told.framing);
        told.length
    }

    fn answered(&mut self, connection: &Connection, end: bool) -> Option<u64> {
        let asked = Request {
            method: ASKED.method,
            websocket: None,
        };
        let list = connection.headers();
        let told = to_http1(list, end, asked, |_| "", &mut Vec::new());
        let told = told.unwrap_or_else(|e| panic!("our own answer is malformed: {e:?}: {list:?}"));
        self.lines.push(told.status.to_string().into_bytes());
        self.inward = Inward::new(told.framing);
        told.length
    }
}
