//! Fields that rules set about the connection, the host and the length.

use super::scene::Do::{self, Anew, Ask, Raw};
use super::scene::{SERVER, Scene, front, scene};
use super::stage::compare;

const TWICE: &[Do] = &[
    Ask("GET /a"),
    Ask("GET /b"),
    Ask("HEAD /a"),
    Ask("POST /b\n\nx"),
];

const SCENES: &[Scene] = &[
    front(
        "request-close",
        "http-request set-header Connection close if { path /a }",
        TWICE,
    ),
    front(
        "request-close-added",
        "http-request add-header Connection close if { path /a }",
        TWICE,
    ),
    front(
        "request-keep",
        "http-request set-header Connection keep-alive if { path /a }",
        TWICE,
    ),
    front(
        "request-other",
        "http-request set-header Connection X-Gone\n http-request set-header X-Gone 1",
        TWICE,
    ),
    front(
        "request-upgrade",
        "http-request set-header Connection Upgrade\n http-request set-header Upgrade raw",
        TWICE,
    ),
    front(
        "request-none",
        "http-request del-header Connection",
        &[Ask("GET /a"), Anew("GET /b")],
    ),
    front(
        "request-alive",
        "http-request set-header Keep-Alive timeout=5\n http-request set-header Proxy-Connection close",
        TWICE,
    ),
    front("request-te", "http-request set-header TE trailers", TWICE),
    front(
        "answer-close",
        "http-response set-header Connection close if { res.hdr(x-c) -m found }",
        &[
            Ask("GET /a\nX-Reply: 200|X-C: 1"),
            Ask("GET /b"),
            Ask("GET /c\nX-Reply: 404|X-C: 1"),
            Ask("GET /b"),
        ],
    ),
    front(
        "answer-close-added",
        "http-response add-header Connection close",
        TWICE,
    ),
    front(
        "answer-keep",
        "http-response set-header Connection keep-alive",
        TWICE,
    ),
    front(
        "answer-other",
        "http-response set-header Connection X-Gone\n http-response set-header X-Gone 1",
        &[Raw(
            "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    front(
        "answer-alive",
        "http-response set-header Keep-Alive timeout=5\n http-response set-header Proxy-Connection close",
        TWICE,
    ),
    front(
        "after-close",
        "http-after-response set-header Connection close\n http-request deny if { path /no }",
        &[Ask("GET /a"), Ask("GET /no"), Ask("GET /b")],
    ),
    front(
        "after-other",
        "http-after-response set-header Connection X-Gone\n http-request deny if { path /no }",
        &[Ask("GET /a"), Ask("GET /no"), Ask("GET /b")],
    ),
    front(
        "return-close",
        "http-request return status 200 content-type text/plain string x hdr Connection close",
        TWICE,
    ),
    front(
        "uri-whole",
        "http-request set-uri http://other.example:81/x%[path]?q if { path /a }\n http-request set-uri https://other.example if { path /b }",
        TWICE,
    ),
    front(
        "uri-host",
        "http-request set-header Host mine.example\n http-request set-uri http://other.example/x",
        TWICE,
    ),
    front(
        "uri-host-after",
        "http-request set-uri http://other.example/x\n http-request set-header Host mine.example",
        TWICE,
    ),
    front("uri-star", "http-request set-uri *", TWICE),
    front(
        "uri-seen",
        "http-request set-uri http://other.example/x\n http-request set-header X-Host \"%[req.hdr(host)] %[base] %[url] %[path]\"",
        TWICE,
    ),
    front(
        "uri-replaced",
        "http-request replace-uri ^/(.*) http://other.example/\\\\1",
        TWICE,
    ),
    front(
        "pathq-whole",
        "http-request set-pathq http://other.example/x",
        TWICE,
    ),
    front(
        "host-seen",
        "http-request set-header Host mine.example\n http-request set-header X-Seen \"%[url] %[base]\"",
        &[Ask("GET /a")],
    ),
    front(
        "denied-plain",
        "http-request deny deny_status 403 hdr X-A b if { path /a }\n http-request deny status 429 hdr X-A %[path]",
        TWICE,
    ),
    front(
        "denied-slow",
        "timeout tarpit 20ms\n http-request tarpit status 403 hdr X-A b if { path /a }\n http-request tarpit deny_status 429 hdr X-A c",
        TWICE,
    ),
    front(
        "denied-kind",
        "http-request deny status 403 content-type text/plain hdr X-A b",
        TWICE,
    ),
    front(
        "returned-plain",
        "http-request return status 403 hdr X-A b if { path /a }\n http-request return hdr X-A b",
        TWICE,
    ),
    scene(
        "answer-denied-plain",
        "",
        "http-response deny deny_status 403 hdr X-A b if { status 404 }\n http-response deny status 500 hdr X-A b if { status 500 }\n server s ORIGIN",
        &[
            Ask("GET /a\nX-Reply: 404"),
            Ask("GET /a\nX-Reply: 500"),
            Ask("GET /a"),
        ],
    ),
    scene(
        "error-plain",
        "http-error status 403 hdr X-A b\n http-request deny",
        SERVER,
        TWICE,
    ),
];

#[test]
fn fields_about_the_connection_act_as_in_haproxy() {
    compare("", SCENES);
}
