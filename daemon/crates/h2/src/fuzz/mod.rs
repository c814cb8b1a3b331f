//! What a fuzzer of this crate does with its bytes, so that tests and fuzz targets run the same.
//!
//! Invariants: nothing panics; what is decoded and encoded again says the same; frames have the same
//! effect however their bytes are cut; a request that is accepted is one whole message of HTTP/1.1,
//! and nothing of it is left over.

mod messages;

pub use messages::messages;

use crate::connection::{Connection, Event, Limits, Role, Step};
use crate::error::Code;
use crate::frame::settings::Settings;
use crate::hpack::{Decoder, Encoder};
use crate::list::HeaderList;
use crate::translate::{Framing, Inward, request, response};
use http1::response::Asked;
use http1::{Body, Method, parse_request, parse_response};

/// Header blocks: the first byte says how long the first one is.
pub fn hpack(data: &[u8]) {
    let Some((cut, rest)) = data.split_first() else {
        return;
    };
    let (one, two) = rest.split_at(usize::from(*cut).min(rest.len()));
    let mut decoder = Decoder::new(4096);
    let mut encoder = Encoder::default();
    let mut mirror = Decoder::new(4096);
    for block in [one, two] {
        let mut list = HeaderList::default();
        if decoder.decode(block, 1 << 16, &mut list).is_err() {
            return;
        }
        assert!(decoder.held() <= 4096);
        if list.is_too_large() {
            continue;
        }
        let mut out = Vec::new();
        encoder.begin(&mut out);
        list.iter().for_each(|(n, v)| encoder.field(n, v, &mut out));
        let mut again = HeaderList::default();
        let read = mirror.decode(&out, usize::MAX, &mut again);
        assert_eq!(read, Ok(()), "our own block is refused");
        assert!(
            list.iter().eq(again.iter()),
            "our own block says something else"
        );
        to_text(&list);
        to_answers(&list);
    }
}

/// A response that is accepted is one message, whole, whatever was asked.
fn to_answers(list: &HeaderList) {
    let asked = |method, websocket| response::Request { method, websocket };
    for (asked, upgrade) in [
        (asked(Method::Get, None), false),
        (asked(Method::Head, None), false),
        (asked(Method::Connect, None), false),
        (asked(Method::Get, Some(&b"promised"[..])), true),
    ] {
        for end in [true, false] {
            let mut text = Vec::new();
            let Ok(told) = response::to_http1(list, end, asked, |_| "Why", &mut text) else {
                continue;
            };
            let request = Asked {
                method: asked.method,
                upgrade,
            };
            let limits = http1::Limits {
                head: usize::MAX,
                fields: usize::MAX,
                ..http1::Limits::default()
            };
            let (mut fields, head) = (Vec::new(), text.len());
            let parsed = parse_response(&mut text, request, limits, &mut fields);
            let parsed = parsed.expect("our own text").expect("a whole head");
            assert_eq!((parsed.head_len, parsed.status), (head, told.status));
            let fits = match told.framing {
                Framing::None | Framing::Raw => parsed.body.is_done(),
                Framing::Length => parsed.body.left() == told.length,
                Framing::Chunked => matches!(parsed.body, Body::Chunked(_)),
            };
            assert!(fits, "another framing: {told:?}, {:?}", parsed.body);
        }
    }
}

/// A request that is accepted is one message, whole.
fn to_text(list: &HeaderList) {
    for end in [true, false] {
        let mut text = Vec::new();
        let Ok(asked) = request::to_http1(list, end, 7, &mut text) else {
            continue;
        };
        let mut fields = Vec::new();
        let head = text.len();
        let mut copy = text.clone();
        let limits = http1::Limits {
            head: usize::MAX,
            fields: usize::MAX,
            ..http1::Limits::default()
        };
        let Ok(parsed) = parse_request(&mut copy, limits, &mut fields) else {
            // What HTTP/1 refuses in a target is refused there, with an answer.
            continue;
        };
        let parsed = parsed.expect("a whole head");
        assert_eq!(parsed.head_len, head, "the head ends elsewhere");
        let fits = match asked.framing {
            Framing::None | Framing::Raw => parsed.body.is_done(),
            Framing::Length => parsed.body.left() == asked.length,
            Framing::Chunked => matches!(parsed.body, Body::Chunked(_)),
        };
        assert!(fits, "another framing");
        let mut body = Vec::new();
        Inward::new(asked.framing).data(b"data", true, &mut body);
    }
}

/// Frames behind a preface, whole and cut.
pub fn frames(data: &[u8]) {
    let whole = run(&[data]);
    for cut in [1, 9, 17, data.len() / 2] {
        let cut = cut.min(data.len());
        assert_eq!(whole, run(&[&data[..cut], &data[cut..]]), "cut at {cut}");
    }
    // A client reads whatever a server sends.
    let mut client = Connection::new(Role::Client, limits());
    for key in 0..3 {
        if let Some(stream) = client.open(key) {
            client.send_headers(stream, true, |field| field(b":method", b"GET"));
        }
    }
    feed(&mut client, data, &mut Vec::new());
}

fn limits() -> Limits {
    Limits {
        settings: Settings {
            max_streams: Some(8),
            header_list: Some(16_384),
            ..Settings::default()
        },
        window: 1 << 17,
    }
}

/// What the frames led to: events in words, and what was answered.
fn run(parts: &[&[u8]]) -> (Vec<String>, Vec<u8>) {
    let mut connection = Connection::new(Role::Server, limits());
    let mut said = Vec::new();
    let mut held = crate::PREFACE.to_vec();
    for part in parts {
        held.extend_from_slice(part);
        let used = feed(&mut connection, &held, &mut said);
        held.drain(..used);
    }
    assert!(connection.streams() <= 8);
    (said, std::mem::take(connection.out()))
}

fn feed(connection: &mut Connection, input: &[u8], said: &mut Vec<String>) -> usize {
    let mut at = 0;
    loop {
        match connection.step(&input[at..]) {
            Ok(Step::Done(used, event)) => {
                at += used;
                said.extend(event.map(|event| format!("{event:?}")));
                if let Some(Event::Opened { stream, .. }) = event {
                    to_text(connection.headers());
                    connection.send_headers(stream, false, |field| field(b":status", b"200"));
                    connection.send_data(stream, &vec![0; 70_000], true);
                }
            }
            Ok(Step::More) => return at,
            Err(code) => {
                // It is told once.
                said.extend((code != Code::NoError).then(|| format!("{code:?}")));
                return input.len();
            }
        }
    }
}
