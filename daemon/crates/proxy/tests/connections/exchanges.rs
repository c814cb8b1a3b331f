//! Requests and answers that end early, half or never.

use super::cases::{Case, EXPECT, GET, GET_LAST, HEAD_END, HELLO, POST_HALF, http};
use super::peers::Do::{Await, End, Hear, Reset, Say, Shut, Tell};

pub const EXCHANGES: &[Case] = &[
    // Half-closed clients.
    http(
        "half-closed-client-is-answered",
        "",
        &[GET, Shut, Tell, End],
        &[&[HEAD_END, Await, HELLO]],
    ),
    http(
        "half-closed-client-gives-up",
        "    option abortonclose\n",
        &[GET, Await, Shut, End],
        &[&[HEAD_END, Tell, End]],
    ),
    http(
        "client-leaves-in-the-body",
        "",
        &[POST_HALF, Await, Reset],
        &[&[Hear(b"half-"), Tell, End]],
    ),
    http(
        "client-ends-in-the-body",
        "",
        &[POST_HALF, Await, Shut, End],
        &[&[Hear(b"half-"), Tell, End]],
    ),
    // Servers that fail.
    http("server-ends-unasked", "", &[GET, End], &[&[HEAD_END]]),
    http(
        "server-resets-unasked",
        "",
        &[GET, End],
        &[&[HEAD_END, Reset]],
    ),
    http(
        "server-ends-in-the-head",
        "",
        &[GET, End],
        &[&[HEAD_END, Say(b"HTTP/1.1 200 OK\r\nCont")]],
    ),
    http(
        "server-ends-in-the-body",
        "",
        &[GET, End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
        ]],
    ),
    http(
        "server-resets-in-the-body",
        "",
        &[GET, Hear(b"hello"), Tell, End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
            Await,
            Reset,
        ]],
    ),
    http(
        "server-never-answers",
        "    timeout server 300ms\n",
        &[GET, End],
        &[&[HEAD_END, End]],
    ),
    http(
        "server-stalls-in-the-body",
        "    timeout server 300ms\n",
        &[GET, End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
            End,
        ]],
    ),
    http(
        "body-up-to-the-end",
        "",
        &[GET, End],
        &[&[HEAD_END, Say(b"HTTP/1.1 200 OK\r\n\r\nhello")]],
    ),
    // The server hangs up between two requests of one client.
    http(
        "reused-connection-was-closed",
        "    timeout http-keep-alive 5s\n",
        &[GET, Hear(b"hello"), Await, GET_LAST, End],
        &[&[HEAD_END, HELLO, Shut, End, Tell], &[HEAD_END, HELLO]],
    ),
    // Expect: 100-continue.
    http(
        "continue",
        "",
        &[EXPECT, Hear(b"100 Continue"), Say(b"body"), End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 100 Continue\r\n\r\n"),
            Hear(b"body"),
            HELLO,
        ]],
    ),
    http(
        "continue-not-awaited",
        "",
        &[EXPECT, Say(b"body"), End],
        &[&[Hear(b"body"), HELLO]],
    ),
];
