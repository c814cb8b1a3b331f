//! What the server of the tests does to requests, by their paths.

use crate::origin::{At, Peer, Request, Seen};
use h2::Code;

/// Does what the path asks for.
pub fn script(peer: &mut Peer, stream: u32, at: At) {
    let path = peer.requests[&stream].field(":path").unwrap_or_default();
    let path = path.to_owned();
    let ok = (":status", "200");
    let first = |seen: &Seen| {
        let told = |r: &&Request| r.field(":path") == Some(&path);
        seen.lock().unwrap().iter().filter(told).count() == 0
    };
    match (path.as_str(), at) {
        (_, At::Head) => {}
        ("/trailers", _) => {
            peer.head(stream, &[ok], false);
            peer.core.send_data(stream, b"body", false);
            peer.head(stream, &[("x-sum", "1"), ("content-length", "7")], true);
            peer.done(stream);
        }
        ("/hints", _) => {
            peer.head(stream, &[(":status", "103"), ("link", "</a>")], false);
            peer.answer(stream, "hinted");
        }
        ("/refuse", _) => peer.reset(stream, Code::RefusedStream),
        ("/refuse-once", _) if first(peer.seen()) => peer.reset(stream, Code::RefusedStream),
        ("/cancel", _) => peer.reset(stream, Code::Cancel),
        ("/half", _) => {
            peer.head(stream, &[ok, ("content-length", "10")], false);
            peer.core.send_data(stream, b"half", false);
            peer.reset(stream, Code::Internal);
        }
        ("/half-chunked", _) => {
            peer.head(stream, &[ok], false);
            peer.core.send_data(stream, b"half", false);
            peer.reset(stream, Code::Internal);
        }
        ("/short" | "/long", _) => {
            let announced = if path == "/long" { "2" } else { "10" };
            peer.head(stream, &[ok, ("content-length", announced)], false);
            peer.core.send_data(stream, b"four", true);
            peer.done(stream);
        }
        ("/capital", _) => bad(peer, stream, &[ok, ("X-Capital", "1")]),
        ("/connection", _) => bad(peer, stream, &[ok, ("connection", "close")]),
        ("/statusless", _) => bad(peer, stream, &[("x-no", "status")]),
        ("/status", _) => bad(peer, stream, &[(":status", "abc")]),
        ("/switch", _) => bad(peer, stream, &[(":status", "101")]),
        ("/empty", _) => bad(peer, stream, &[(":status", "204")]),
        ("/unmodified", _) => bad(peer, stream, &[(":status", "304"), ("etag", "x")]),
        ("/bare", _) => bad(peer, stream, &[ok]),
        ("/goaway", _) => {
            // Not looked at, as is said.
            peer.go_away(0);
            peer.close();
        }
        ("/goaway-once", _) if first(peer.seen()) => {
            peer.done(stream);
            peer.go_away(0);
            peer.close();
        }
        ("/last", _) => {
            peer.go_away(stream);
            peer.answer(stream, "last");
        }
        ("/close", _) => peer.close(),
        _ => {
            let request = &peer.requests[&stream];
            let mut lines = request.fields.clone();
            lines.sort();
            lines.push(format!("body: {}", String::from_utf8_lossy(&request.body)));
            lines.extend(request.trailers.clone());
            peer.answer(stream, &lines.join("\n"));
        }
    }
}

fn bad(peer: &mut Peer, stream: u32, fields: &[(&str, &str)]) {
    peer.head(stream, fields, true);
    peer.done(stream);
}
