//! Sessions in tcp mode, and tunnels out of an exchange.

use super::cases::{Case, GET_LAST, HEAD_END, HELLO, http, tcp};
use super::peers::Do::{self, Await, End, Hear, Pause, Reset, Say, Shut, Tell};

const UPGRADE: Do = Say(
    b"GET /chat HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
);
/// RFC 6455 1.3: the answer to the key above.
const SWITCHED: Do = Say(
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
);
/// RFC 6455 5.7: "Hello" masked and unmasked; the closing frames.
const MASKED: &[u8] = b"\x81\x857\xfa!=\x7f\x9fMQX";
const UNMASKED: &[u8] = b"\x81\x05Hello";
const MASKED_CLOSE: &[u8] = b"\x88\x80\x01\x02\x03\x04";
const CLOSE: &[u8] = b"\x88\x00";
const CONNECT: Do = Say(b"CONNECT far.example:8443 HTTP/1.1\r\nHost: far.example:8443\r\n\r\n");

pub const SESSIONS: &[Case] = &[
    // Bytes both ways.
    tcp(
        "client-says-its-last-first",
        "",
        &[Say(b"hi"), Shut, End],
        &[&[Hear(b"hi"), End, Say(b"bye")]],
    ),
    tcp(
        "server-says-its-last-first",
        "",
        &[Hear(b"greeting"), End, Say(b"more")],
        &[&[Say(b"greeting"), Shut, Hear(b"more"), End]],
    ),
    tcp(
        "server-ends",
        "",
        &[Say(b"hi"), End],
        &[&[Hear(b"hi"), Say(b"bye")]],
    ),
    tcp(
        "client-resets",
        "",
        &[Say(b"hi"), Hear(b"there"), Reset],
        &[&[Hear(b"hi"), Say(b"there"), End]],
    ),
    tcp(
        "server-resets",
        "",
        &[Say(b"hi"), End],
        &[&[Hear(b"hi"), Reset]],
    ),
    tcp(
        "client-is-silent",
        "    timeout client 300ms\n",
        &[Say(b"hi"), Hear(b"there"), End],
        &[&[Hear(b"hi"), Say(b"there"), End]],
    ),
    tcp(
        "server-is-silent",
        "    timeout server 300ms\n",
        &[Say(b"hi"), End],
        &[&[Hear(b"hi"), End]],
    ),
    tcp(
        "tunnel-is-silent",
        "    timeout client 200ms\n    timeout server 200ms\n    timeout tunnel 500ms\n",
        &[Say(b"hi"), Hear(b"there"), End],
        &[&[Hear(b"hi"), Say(b"there"), End]],
    ),
    tcp(
        "half-closed-by-the-client-too-long",
        "    timeout server-fin 300ms\n",
        &[Say(b"hi"), Shut, End, Tell],
        &[&[Hear(b"hi"), End, Await]],
    ),
    tcp(
        "half-closed-by-the-server-too-long",
        "    timeout client-fin 300ms\n",
        &[Hear(b"bye"), End, Await],
        &[&[Say(b"bye"), Shut, End, Tell]],
    ),
    // The server's first bytes are looked at.
    tcp(
        "closed-by-a-rule",
        "    tcp-response inspect-delay 2s\n    tcp-response content close if { res.payload(0,5) -m str hello }\n",
        &[Say(b"hi"), Hear(b"hello"), End, Tell],
        &[&[Hear(b"hi"), Say(b"hello"), Await]],
    ),
    tcp(
        "not-closed-by-a-rule",
        "    tcp-response inspect-delay 2s\n    tcp-response content close if { res.payload(0,5) -m str other }\n",
        &[Say(b"hi"), Hear(b"hello"), Say(b"more"), Shut, End],
        &[&[Hear(b"hi"), Say(b"hello"), Hear(b"more"), End]],
    ),
    tcp(
        "looked-at-before-anything-came",
        "    tcp-response content reject if { res.payload(0,5) -m str hello }\n",
        &[Say(b"hi"), Hear(b"hello"), Shut, End],
        &[&[Hear(b"hi"), Say(b"hello"), End]],
    ),
    tcp(
        "rejected-by-a-rule",
        "    tcp-response inspect-delay 2s\n    tcp-response content reject if { res.payload(0,5) -m str hello }\n",
        &[Say(b"hi"), End, Tell],
        &[&[Hear(b"hi"), Say(b"hello"), Await]],
    ),
    // Tunnels out of an exchange.
    http(
        "websocket",
        "",
        &[
            UPGRADE,
            HEAD_END,
            Say(MASKED),
            Hear(UNMASKED),
            Say(MASKED_CLOSE),
            Hear(CLOSE),
            End,
        ],
        &[&[
            HEAD_END,
            SWITCHED,
            Hear(MASKED),
            Say(UNMASKED),
            Hear(MASKED_CLOSE),
            Say(CLOSE),
        ]],
    ),
    http(
        "websocket-server-speaks-at-once",
        "",
        &[UPGRADE, Hear(b"first words"), End],
        &[&[HEAD_END, SWITCHED, Say(b"first words")]],
    ),
    http(
        "upgrade-refused",
        "    timeout http-keep-alive 5s\n",
        &[UPGRADE, Hear(b"hello"), GET_LAST, End],
        &[&[HEAD_END, HELLO, Hear(b"here\r\n\r\n"), HELLO]],
    ),
    http(
        "tunnel-too-long-silent",
        "    timeout tunnel 300ms\n",
        &[UPGRADE, HEAD_END, End],
        &[&[HEAD_END, SWITCHED, End]],
    ),
    http(
        "tunnel-outlives-other-timeouts",
        "    timeout client 200ms\n    timeout server 200ms\n    timeout tunnel 5s\n",
        &[UPGRADE, HEAD_END, Await, Say(b"late"), Shut, End],
        &[&[
            HEAD_END,
            SWITCHED,
            Pause(500),
            Tell,
            Hear(b"late"),
            End,
            Say(b"later still"),
        ]],
    ),
    http(
        "tunnel-client-resets",
        "",
        &[UPGRADE, HEAD_END, Reset],
        &[&[HEAD_END, SWITCHED, End]],
    ),
    http(
        "tunnel-server-resets",
        "",
        &[UPGRADE, HEAD_END, Say(b"words"), End],
        &[&[HEAD_END, SWITCHED, Hear(b"words"), Reset]],
    ),
    http(
        "connect",
        "",
        &[CONNECT, HEAD_END, Say(b"forth"), Hear(b"back"), Shut, End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 200 OK\r\n\r\n"),
            Hear(b"forth"),
            Say(b"back"),
            End,
        ]],
    ),
    http(
        "connect-refused",
        "",
        &[CONNECT, Hear(b"hello"), End],
        &[&[
            HEAD_END,
            Say(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"),
        ]],
    ),
];
