//! Who the client is: `forwardfor`, `originalto`, addresses set by rules and told by others.

use super::scene::Do::{Anew, Ask};
use super::scene::{SERVER, Scene, front, scene};
use super::stage::compare;

const ALL: &[super::scene::Do] = &[
    Ask("GET /a"),
    Ask("GET /a\nX-Forwarded-For: 9.9.9.9"),
    Ask("GET /a\nX-Forwarded-For: 9.9.9.9\nX-Forwarded-For: 8.8.8.8"),
    Ask("GET /a\nX-Forwarded-For: "),
    Ask("GET /a\nX-Client: 7.7.7.7\nX-Original-To: 6.6.6.6"),
    Ask("GET /set\nX-Src: 10.1.2.3"),
    Ask("GET /set\nX-Src: 2001:db8::1"),
    Ask("GET /set\nX-Src: nonsense"),
    Ask("GET /set\nX-Src: 127.0.0.7\nX-Forwarded-For: 9.9.9.9"),
    Ask("GET /a"),
    Anew("GET /a\nX-Src: 10.1.2.3"),
];

const SET: &str = "http-request set-src req.hdr(x-src) if { path /set }\n option forwardfor\n option originalto\n http-request set-header X-Said %[src]|%[dst]|%[fc_src]|%[src_is_local]|%[src,ipmask(24)]";

const SCENES: &[Scene] = &[
    front("plain", "option forwardfor", ALL),
    front("except", "option forwardfor except 127.0.0.0/8", ALL),
    front(
        "except-other",
        "option forwardfor except 10.0.0.0/8 header X-Client",
        ALL,
    ),
    front("header", "option forwardfor header X-Client", ALL),
    front("if-none", "option forwardfor if-none", ALL),
    front(
        "if-none-header",
        "option forwardfor header X-Client if-none",
        ALL,
    ),
    scene("behind", "", "option forwardfor\n server s ORIGIN", ALL),
    scene(
        "behind-other",
        "option forwardfor header X-Client",
        "option forwardfor\n server s ORIGIN",
        ALL,
    ),
    scene(
        "behind-header",
        "option forwardfor",
        "option forwardfor header X-Client\n server s ORIGIN",
        ALL,
    ),
    scene(
        "behind-if-none",
        "option forwardfor",
        "option forwardfor if-none\n server s ORIGIN",
        ALL,
    ),
    scene(
        "front-if-none",
        "option forwardfor if-none",
        "option forwardfor\n server s ORIGIN",
        ALL,
    ),
    scene(
        "behind-except",
        "option forwardfor except 10.0.0.0/8",
        "option forwardfor except 127.0.0.0/8\n server s ORIGIN",
        ALL,
    ),
    scene(
        "front-except",
        "option forwardfor except 127.0.0.0/8",
        "option forwardfor\n server s ORIGIN",
        ALL,
    ),
    front("to", "option originalto", ALL),
    front("to-except", "option originalto except 127.0.0.1", ALL),
    front("to-header", "option originalto header X-Original-Dst", ALL),
    scene(
        "to-behind",
        "option originalto except 127.0.0.1",
        "option originalto header X-To\n server s ORIGIN",
        ALL,
    ),
    front("set", SET, ALL),
    front(
        "set-except",
        "http-request set-src req.hdr(x-src) if { path /set }\n option forwardfor except 127.0.0.0/8",
        ALL,
    ),
    scene(
        "set-behind",
        "option forwardfor",
        "http-request set-src req.hdr(x-src) if { path /set }\n http-request set-header X-Said %[src]\n server s ORIGIN",
        ALL,
    ),
    front(
        "set-port",
        "http-request set-src-port int(4321) if { path /set }\n http-request set-header X-Said %[src_port]",
        &[
            Ask("GET /set"),
            Ask("GET /set\nX-Src: 1.2.3.4"),
            Anew("GET /set"),
        ],
    ),
    front(
        "set-both",
        "http-request set-src req.hdr(x-src)\n http-request set-src-port int(4321)\n http-request set-header X-Said %[src]:%[src_port]",
        &[
            Ask("GET /set\nX-Src: 1.2.3.4"),
            Ask("GET /set\nX-Src: ::2"),
            Ask("GET /set"),
        ],
    ),
    front(
        "from-field",
        "http-request set-src hdr_ip(x-forwarded-for,-1)\n option forwardfor\n http-request set-header X-Said %[src]\n http-request deny if { src 9.9.9.0/24 }",
        ALL,
    ),
    front(
        "session",
        "tcp-request session set-src str(10.9.9.9)\n option forwardfor\n http-request set-header X-Said %[src]|%[fc_src]\n http-request set-src req.hdr(x-src) if { path /set }",
        ALL,
    ),
    front(
        "connection",
        "tcp-request connection set-src str(10.9.9.9)\n tcp-request connection set-src-port int(99)\n option forwardfor\n http-request set-header X-Said %[src]:%[src_port]",
        &[Ask("GET /a"), Ask("GET /a")],
    ),
    front(
        "content",
        "tcp-request content set-src req.hdr(x-src) if { path /set }\n option forwardfor\n http-request set-header X-Said %[src]|%[fc_src]",
        ALL,
    ),
    scene(
        "stick-by-src",
        "http-request set-src req.hdr(x-src) if { path /set }\n http-request track-sc0 src table seen\n http-request set-header X-Said %[sc0_http_req_cnt]|%[src_http_req_cnt(seen)]|%[table_cnt(seen)]",
        SERVER,
        ALL,
    ),
];

#[test]
fn the_client_is_who_it_is_to_haproxy() {
    let seen = "backend seen\n stick-table type ip size 100 expire 1m store http_req_cnt\n";
    compare(seen, SCENES);
}
