//! Which requests share connections to a server, as through haproxy.

use crate::origin::start;
use crate::peer::Peer as Client;
use crate::script::script;
use crate::servers::config;
use crate::support::{Beside, Client as Old};
use h2::Settings;
use std::sync::atomic::Ordering::SeqCst;

/// Connections that the server sees of each step: two requests of one client, one of another, and
/// three of a client of HTTP/2, one after the other.
fn connections(words: &str, more: &str) {
    let (origin, _) = start(Settings::default(), script);
    let server = format!("127.0.0.1:{} proto h2 {words}", origin.port);
    let Some(both) = Beside::start(&config(&server, more)) else {
        return;
    };
    let seen = both.agree(&format!("{words} {more}"), |port| {
        let mut counts = Vec::new();
        let mut last = origin.connections.load(SeqCst);
        let mut note = || {
            let now = origin.connections.load(SeqCst);
            counts.push(now - std::mem::replace(&mut last, now));
        };
        let mut one = Old::connect(port);
        for path in ["/1", "/2"] {
            one.get(path);
            note();
        }
        let mut two = Old::connect(port);
        two.get("/3");
        note();
        let mut three = Client::connect(port);
        for path in ["/4", "/5", "/6"] {
            assert_eq!(three.get(path).status(), 200);
            note();
        }
        counts
    });
    assert_eq!(seen[0], 1);
}

#[test]
fn http_reuse_decides_who_shares() {
    for mode in ["never", "safe", "aggressive", "always"] {
        connections("", &format!("http-reuse {mode}"));
    }
}

#[test]
fn connections_carry_as_many_requests_as_they_may() {
    for words in [
        "max-reuse 0",
        "max-reuse 1",
        "max-reuse 2",
        "pool-max-conn 0",
    ] {
        connections(words, "http-reuse always");
    }
}

/// A server that takes few streams at once gets more connections.
#[test]
fn streams_beyond_what_the_server_takes_go_elsewhere() {
    let settings = Settings {
        max_streams: Some(2),
        ..Settings::default()
    };
    let (send, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let (origin, seen) = start(settings, move |peer, stream, at| {
        if at == crate::origin::At::End {
            if peer.requests[&stream].field(":path") == Some("/hold") {
                // Until all have come, which they do on other connections.
                let _ = wait.lock().unwrap().recv();
            }
            peer.answer(stream, "ok");
        }
    });
    let (_proxy, port) = crate::servers::started(
        &origin,
        "proto h2",
        "http-reuse always\n    timeout server 20s",
    );
    let mut client = Client::connect(port);
    assert_eq!(client.get("/first").text(), "ok");
    let ask = |client: &mut Client, path: &str| {
        let fields = [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "a"),
            (":path", path),
        ];
        client.ask(&fields, true)
    };
    let held = ask(&mut client, "/hold");
    let streams: Vec<u32> = (0..5).map(|_| ask(&mut client, "/go")).collect();
    // One of them shares the connection with the one that is held, and waits with it.
    client.wait(|c| streams.iter().filter(|s| c.answers[s].ended).count() >= 4);
    send.send(()).unwrap();
    for stream in streams.into_iter().chain([held]) {
        assert_eq!(client.answer(stream).text(), "ok");
    }
    assert!(origin.connections.load(SeqCst) >= 2);
    assert_eq!(seen.lock().unwrap().len(), 7);
}
