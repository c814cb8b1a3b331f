//! Answers from files that are empty, `/dev/null` above all: nothing is sent.

use super::clients::Speaks;
use super::frames::Frames;
use super::scene::Do::{Ask, Raw};
use super::scene::Request;
use super::scene::{Scene, front, scene};
use super::stage::compare;
use super::support::{Client, Proxy, free_port};

const SCENES: &[Scene] = &[
    front(
        "nothing-late",
        "timeout http-request 60ms\n errorfile 408 /dev/null",
        &[Raw("GET / HTTP/1.1\r\nHost: a\r\n")],
    ),
    front(
        "nothing-late-body",
        "timeout http-request 60ms\n option http-buffer-request\n errorfile 408 /dev/null",
        &[Raw(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
        )],
    ),
    front(
        "nothing-refused",
        "errorfile 403 /dev/null\n http-request deny if { path /no }",
        &[
            Ask("GET /a"),
            Ask("GET /no"),
            Ask("HEAD /no"),
            Ask("POST /no\n\nbody"),
            Ask("GET /a"),
        ],
    ),
    front(
        "nothing-malformed",
        "errorfile 400 /dev/null",
        &[Raw("GET / HTTP/1.1\r\nHost : a\r\n\r\n")],
    ),
    scene(
        "nothing-behind",
        "errorfile 503 /dev/null",
        "server s DEAD",
        &[Ask("GET /a"), Ask("POST /a\n\nbody")],
    ),
    scene(
        "nothing-nobody",
        "",
        "errorfile 503 /dev/null",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    scene(
        "nothing-instead",
        "",
        "errorfile 502 /dev/null\n http-response deny if { status 404 }\n server s ORIGIN",
        &[
            Raw("GET /a HTTP/1.1\r\nHost: a\r\nX-Reply: 404\r\n\r\n"),
            Raw("POST /a HTTP/1.1\r\nHost: a\r\nX-Reply: 404\r\nContent-Length: 1\r\n\r\nx"),
        ],
    ),
    front(
        "nothing-slow",
        "timeout tarpit 20ms\n errorfile 500 /dev/null\n http-request tarpit",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "nothing-ill",
        "errorfile 503 /dev/null\n monitor-uri /alive\n monitor fail if { req.hdr(x-ill) -m found }",
        &[Ask("GET /a"), Ask("GET /alive"), Ask("GET /b")],
    ),
    front(
        "nothing-returned",
        "http-request return status 200 errorfile /dev/null if { path /a }\n http-request deny deny_status 429 errorfile /dev/null if { path /b }\n http-request return status 503 errorfiles silent if { path /c }\n http-request deny deny_status 503 errorfiles silent if { path /d }",
        &[
            Ask("GET /a"),
            Ask("GET /b"),
            Ask("GET /c"),
            Ask("GET /d"),
            Ask("GET /e"),
        ],
    ),
    front(
        "nothing-section",
        "errorfiles silent\n http-request deny deny_status 503 if { path /a }",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "nothing-error",
        "http-error status 403 errorfile /dev/null\n http-request deny if { path /a }",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "nothing-after",
        "errorfile 403 /dev/null\n http-after-response set-header X-After %[status]\n http-after-response set-status 299\n http-request deny if { path /no }",
        &[Ask("GET /no"), Ask("GET /b")],
    ),
    scene(
        "nothing-late-server",
        "errorfile 504 /dev/null",
        "timeout server 200ms\n server s ORIGIN",
        &[Raw("GET /a HTTP/1.1\r\nHost: a\r\nX-Wait: 1000\r\n\r\n")],
    ),
];

#[test]
fn empty_answers_end_what_they_end_in_haproxy() {
    compare("http-errors silent\n errorfile 503 /dev/null\n", SCENES);
}

/// Where haproxy says that it has refused the stream, clients may send the request again.
#[test]
fn a_request_that_a_server_has_had_is_not_said_to_be_untouched() {
    let origin = super::origin::start();
    let port = free_port();
    let _proxy = Proxy::start(&format!(
        "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n errorfile 502 /dev/null\nfrontend web\n bind 127.0.0.1:{port}\n default_backend app\nbackend app\n http-response deny if {{ status 404 }}\n server s 127.0.0.1:{}\n",
        origin.port
    ));
    let request = Request::of("POST /a\nX-Reply: 404\n\nbody");
    let mut client = Frames::connect(port);
    client.ask(&request);
    assert_eq!(client.answer(&request), "(reset Some(2))");
}

/// haproxy falls over: a question without a head gets its field all the same.
#[test]
fn a_question_for_a_password_may_be_empty_as_well() {
    let port = free_port();
    let _proxy = Proxy::start(&format!(
        "defaults\n mode http\n timeout client 5s\n errorfile 401 /dev/null\nfrontend web\n bind 127.0.0.1:{port}\n http-request auth if {{ path /a }}\n http-request return status 200\n"
    ));
    for (path, answered) in [("/a", false), ("/b", true), ("/a", false)] {
        let mut client = Client::connect(port);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(!client.rest().is_empty(), answered, "{path}");
    }
}
