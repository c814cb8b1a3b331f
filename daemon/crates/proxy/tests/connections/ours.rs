//! What ours does otherwise.

use super::cases::{Case, EXPECT, GET, HEAD_END, POST_HALF, http};
use super::peers::Do::{Await, End, Hear, Reset, Say, Shut, Tell};

/// Where ours does better on purpose (docs/logs.md), with what it logs and the client gets.
pub const OURS: &[(Case, &str, &str)] = &[
    // haproxy waits for the server until `timeout server`: 504, `sH--`.
    (
        http("client-stalls-in-the-body", "    timeout client 300ms\n", &[POST_HALF, End], &[&[Hear(b"half-"), End]]),
        "st=408 ts=cD-- N/N/N/-1 rc=0 POST",
        "HTTP/1.1 408 …<end>",
    ),
    // haproxy notices a client that is gone only when it has something for it: 504, `sH--`.
    (
        http("client-leaves-before-the-answer", "", &[GET, Await, Reset], &[&[HEAD_END, Tell, End]]),
        "st=-1 ts=CH-- N/N/N/-1 rc=0 GET",
        "",
    ),
    // The same in the middle of an answer: `sD--`.
    (
        http("client-leaves-in-the-answer", "", &[GET, Hear(b"hel"), Reset], &[&[HEAD_END, Say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), End]]),
        "st=200 ts=CD-- N/N/N/N rc=0 GET",
        "HTTP/1.1 200 OK|content-length: 5|hel",
    ),
    // haproxy waits for the body that nobody wants any more until `timeout client`: `cD--`.
    (
        http("expectation-failed", "", &[EXPECT, End], &[&[HEAD_END, Say(b"HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")]]),
        "st=417 ts=---- N/N/N/N rc=0 POST",
        "HTTP/1.1 417 Expectation Failed|connection: close|content-length: 2|no<end>",
    ),
    // Both came at once: haproxy connects and asks first, `CH--`.
    (
        http("request-and-end-together-give-up", "    option abortonclose\n", &[GET, Shut, End], &[]),
        "st=400 ts=CC-- N/N/-1/-1 rc=0 GET",
        "HTTP/1.1 400 …<end>",
    ),
];
