//! Connections that end without an answer, and how long answers are held back: what the log says of
//! it, and when.

use super::clients::Speaks;
use super::frames::Frames;
use super::origin;
use super::plain::Plain;
use super::scene::Request;
use super::support::beside::Side;
use super::support::{Beside, Client};
use std::io::Read;
use std::time::{Duration, Instant};

const BASE: &str = "global\n nbthread 1\ndefaults\n mode http\n log 127.0.0.1:LOG local0\n option dontlognull\n log-format '%f %b/%s %ST %ts %{+Q}r'\n timeout client 5s\n timeout server 5s\n timeout connect 3s\n";

/// Sections at `PORT` whose requests for `/gone` get no answer.
const SILENT: &[&str] = &[
    "http-request silent-drop if { path /gone }\n default_backend app",
    "use_backend gone if { path /gone }\n default_backend app",
];

/// Nothing comes to the client before the log has told of its end; whether it learns of that is the
/// network's affair (haproxy's kernel may be told to forget a connection, ours resets it with packets
/// that no router passes on).
fn ask_in_vain(side: &Side) -> (String, String) {
    let mut client = Client::connect(side.port);
    client.get("/served");
    let served = side.logged();
    client.send("GET /gone HTTP/1.1\r\nHost: h\r\n\r\n");
    let gone = side.logged();
    client
        .0
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    assert_eq!(client.0.read(&mut [0]).unwrap_or(0), 0);
    (served, gone)
}

#[test]
fn requests_that_are_dropped_in_silence_are_logged_as_by_haproxy() {
    let origin = origin::start();
    for section in SILENT {
        let text = format!(
            "{BASE}frontend web\n bind 127.0.0.1:PORT\n {section}\nbackend app\n server s 127.0.0.1:{}\nbackend gone\n http-request silent-drop\n",
            origin.port
        );
        let Some(both) = Beside::start(&text) else {
            return;
        };
        assert_eq!(
            ask_in_vain(&both.theirs),
            ask_in_vain(&both.ours),
            "{section}: haproxy's on the left"
        );
    }
}

/// Whose time a tarpit takes: lines of the frontend, of the backend, and whether it is a short one.
const HELD: &[(&str, &str, bool)] = &[
    ("timeout tarpit 60ms\n http-request tarpit", "", true),
    (
        "timeout connect 60ms\n http-request tarpit",
        "timeout tarpit 3s",
        true,
    ),
    (
        "timeout tarpit 3s",
        "timeout tarpit 60ms\n http-request tarpit",
        true,
    ),
    (
        "timeout tarpit 60ms",
        "timeout tarpit 2s\n http-request tarpit",
        false,
    ),
];

fn asked<C: Speaks>(port: u16) -> (String, Duration) {
    let (mut client, request) = (C::connect(port), Request::of("GET /a"));
    let begin = Instant::now();
    client.ask(&request);
    let answer = client.answer(&request);
    (answer, begin.elapsed())
}

#[test]
fn answers_are_held_back_as_long_as_by_haproxy() {
    for (front, back, short) in HELD {
        let text = format!(
            "{BASE}frontend web\n bind 127.0.0.1:PORT\n {front}\n default_backend app\nbackend app\n {back}\n"
        );
        let Some(both) = Beside::start(&text) else {
            return;
        };
        for (who, port) in [("haproxy", both.theirs.port), ("ours", both.ours.port)] {
            for (answer, took) in [asked::<Plain>(port), asked::<Frames>(port)] {
                assert!(answer.contains("500"), "{answer}");
                let held = took >= Duration::from_millis(1500);
                assert!(
                    took >= Duration::from_millis(55) && held != *short,
                    "{who}: {front} | {back}: {took:?}"
                );
            }
        }
        assert_eq!(both.theirs.lines(2).len(), 2);
    }
}
