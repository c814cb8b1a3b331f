//! Clients sent elsewhere: every code and word of `redirect`, `errorloc` and `errorfile`.

use super::scene::Do::{Anew, Ask, Raw};
use super::scene::{SERVER, Scene, front, scene};
use super::stage::compare;

const ALL: &[super::scene::Do] = &[
    Ask("GET /a/b?c=d"),
    Ask("HEAD /a/b/?c=d"),
    Ask("GET /"),
    Ask("GET /a?"),
    Ask("POST /a?c"),
    Ask("PUT /a"),
    Ask("GET /yes"),
];

const SCENES: &[Scene] = &[
    front(
        "location",
        "http-request redirect location /x unless { path /yes }",
        ALL,
    ),
    front(
        "code-301",
        "http-request redirect location /x code 301 unless { path /yes }",
        ALL,
    ),
    front(
        "code-302",
        "http-request redirect prefix /x code 302 unless { path /yes }",
        ALL,
    ),
    front(
        "code-303",
        "http-request redirect prefix http://g code 303 unless { path /yes }",
        ALL,
    ),
    front(
        "code-307",
        "http-request redirect scheme https code 307 unless { path /yes }",
        ALL,
    ),
    front(
        "code-308",
        "http-request redirect scheme https code 308 unless { path /yes }",
        ALL,
    ),
    front(
        "older",
        "redirect scheme https code 301 unless { path /yes }",
        ALL,
    ),
    front(
        "dropped",
        "http-request redirect prefix http://g drop-query unless { path /yes }",
        ALL,
    ),
    front(
        "slash",
        "http-request redirect prefix http://g drop-query append-slash unless { path /yes }",
        ALL,
    ),
    front(
        "no-path",
        "http-request redirect scheme https if { path_beg / }\n http-request redirect prefix /x",
        &[Raw(
            "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    front(
        "no-path-scheme",
        "http-request redirect scheme https",
        &[Raw(
            "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    front(
        "no-path-absolute",
        "http-request redirect prefix /x",
        &[Raw(
            "GET http://h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    front(
        "slash-code",
        "redirect prefix / drop-query append-slash code 301 set-cookie S=1 unless { path_end / } or { path /yes }",
        ALL,
    ),
    front(
        "scheme-dropped",
        "http-request redirect scheme https drop-query append-slash unless { path /yes }",
        ALL,
    ),
    front(
        "location-dropped",
        "http-request redirect location http://g/?q drop-query append-slash unless { path /yes }",
        ALL,
    ),
    front(
        "cookie",
        "http-request redirect location / set-cookie SEEN=1 unless { path /yes }",
        ALL,
    ),
    front(
        "cookie-bare",
        "http-request redirect location / set-cookie SEEN unless { path /yes }",
        ALL,
    ),
    front(
        "cookie-gone",
        "http-request redirect location / clear-cookie SEEN= unless { path /yes }",
        ALL,
    ),
    front(
        "cookie-gone-bare",
        "http-request redirect location / clear-cookie SEEN unless { path /yes }",
        ALL,
    ),
    front(
        "empty",
        "http-request redirect location %[query] ignore-empty\n http-request set-header X-Empty 1",
        ALL,
    ),
    front(
        "empty-prefix",
        "http-request redirect prefix %[req.hdr(x-none)] ignore-empty unless { path /yes }",
        ALL,
    ),
    front(
        "nowhere",
        "http-request redirect location %[req.hdr(x-none)] unless { path /yes }",
        ALL,
    ),
    front(
        "prefix-nothing",
        "http-request redirect prefix %[req.hdr(x-none)] unless { path /yes }",
        ALL,
    ),
    front(
        "in-order",
        "http-request set-path /moved%[path]\n redirect prefix /late if { path_beg /moved/a }\n http-request redirect prefix /early if { path_beg /moved/a/b }",
        ALL,
    ),
    scene(
        "behind",
        "http-request set-header X-Front 1",
        "redirect prefix https://g code 301 if { path_beg /a }\n server s ORIGIN",
        ALL,
    ),
    scene(
        "answer",
        "",
        "http-response redirect location https://g/ code 303 if { status 404 }\n http-response redirect location /s-%[status] if { status 500 }\n server s ORIGIN",
        &[
            Ask("GET /a?b\nX-Reply: 404"),
            Ask("GET /a\nX-Reply: 500"),
            Ask("HEAD /a\nX-Reply: 404"),
            Ask("POST /a\nX-Reply: 404\n\nbody"),
            Ask("GET /a\nX-Reply: 204"),
            Anew("GET /a\nX-Reply: 404|Set-Cookie: a=1"),
        ],
    ),
    scene(
        "answer-front",
        "http-response redirect location https://g/?q drop-query append-slash set-cookie A=b if { status 404 }",
        SERVER,
        &[
            Ask("GET /a?b\nX-Reply: 404"),
            Ask("GET /a/?b\nX-Reply: 404"),
            Ask("GET /a"),
        ],
    ),
    front(
        "values",
        "http-request redirect location \"/%[path,url_enc]?%[req.hdr(x-a)]\" if { req.hdr(x-a) -m found }",
        &[
            Ask("GET /a%20b\nX-A: \"q\" é"),
            Ask("GET /a//b\nX-A: a b"),
            Ask("GET /a\nX-A: "),
        ],
    ),
    front(
        "hosts",
        "http-request redirect scheme https if { path_beg /a }\n http-request redirect prefix https://%[req.hdr(host),field(1,:),lower]",
        &[
            Ask("GET /a\nHost: Name.Example:8080"),
            Ask("GET /b?c\nHost: Name.Example:8080"),
            Ask("GET /a\nHost: [::1]:8080"),
            Ask("GET /a\nHost: 1.2.3.4"),
        ],
    ),
    front(
        "loc",
        "errorloc 403 /gone\n errorloc303 404 http://g/%[path]\n http-request deny if { path /a }\n http-request deny deny_status 404 if { path /b }",
        &[
            Ask("GET /a?x"),
            Ask("GET /b?x"),
            Ask("POST /a"),
            Ask("HEAD /b"),
            Ask("GET /c"),
        ],
    ),
    scene(
        "loc-behind",
        "errorloc302 403 /front",
        "errorloc302 503 http://g/sorry\n errorloc303 403 /behind\n http-request deny if { path /a }\n server s DEAD",
        &[Ask("GET /a"), Ask("GET /c"), Ask("POST /c"), Ask("HEAD /c")],
    ),
    scene(
        "loc-answer",
        "",
        "errorloc 502 /deny\n http-response deny if { status 404 }\n server s ORIGIN",
        &[
            Ask("GET /a\nX-Reply: 404"),
            Ask("POST /a\nX-Reply: 404\n\nbody"),
            Ask("GET /a\nX-Reply: 502"),
        ],
    ),
    scene(
        "loc-nobody",
        "errorloc303 503 /nobody",
        "",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "loc-tarpit",
        "timeout tarpit 20ms\n errorloc 500 /slow\n http-request tarpit",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "loc-monitor",
        "errorloc 503 /ill\n errorloc 200 /well\n monitor-uri /alive\n monitor fail if { req.hdr(x-ill) -m found }",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
];

#[test]
fn clients_are_sent_elsewhere_as_by_haproxy() {
    compare("", SCENES);
}
