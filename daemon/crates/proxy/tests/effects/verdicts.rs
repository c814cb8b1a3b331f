//! What rules decide: what they let pass, and what the log and the counters say of it.

use super::scene::Do::{self, Anew, Ask, Raw};
use super::scene::{SERVER, Scene, front, scene};
use super::stage::compare;

const BOTH: &[super::scene::Do] = &[
    Ask("GET /a"),
    Ask("GET /b"),
    Ask("PUT /a"),
    Ask("POST /b\n\nx"),
];

const SCENES: &[Scene] = &[
    front(
        "allowed-redirect",
        "http-request allow if { path /a }\n redirect location /x\n http-request deny",
        BOTH,
    ),
    front(
        "allowed-page",
        "stats enable\n stats uri /a\n stats http-request deny if { method PUT }\n stats http-request allow\n redirect location /x\n http-request allow if { path /a }\n http-request deny",
        &[Ask("GET /b"), Anew("PUT /a"), Anew("GET /c")],
    ),
    front(
        "asked-page",
        "log-format \"%f %b %tsc T=%Tr %{+Q}r\"\n stats enable\n stats uri /a\n stats auth u:p",
        &[
            Anew("GET /a"),
            Anew("GET /a\nAuthorization: Basic dTp4"),
            Anew("GET /b"),
        ],
    ),
    front(
        "asked-page-by-rule",
        "log-format \"%f %b %tsc T=%Tr %{+Q}r\"\n stats enable\n stats uri /a\n stats http-request auth realm mine unless { req.hdr(x-a) 1 }\n stats http-request deny",
        &[Anew("GET /a"), Anew("GET /a\nX-A: 1"), Anew("GET /b")],
    ),
    front(
        "asked-page-whole",
        "log-format \"%f %b %tsc T=%Tr %{+Q}r\"\n stats enable\n stats uri /a\n stats auth u:p",
        &[Raw(
            "GET http://h/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    front(
        "asked-counted",
        "stick-table type ip size 10 store http_err_cnt,http_req_cnt\n http-request track-sc0 src\n http-request auth if { path /a }\n http-request deny if { path /b }\n http-request reject if { path /c }\n http-request set-header X-Count %[sc0_http_err_cnt]",
        &[
            Anew("GET /d"),
            Anew("GET /a"),
            Anew("GET /d"),
            Anew("GET /b"),
            Anew("GET /d"),
            Anew("GET /c"),
            Anew("GET /d"),
        ],
    ),
    front(
        "asked-whole",
        "http-request auth",
        &[Raw(
            "GET http://h/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        )],
    ),
    scene(
        "allowed-behind",
        "http-request allow\n http-request deny",
        "redirect location /y if { path /b }\n http-request allow if { path /a }\n http-request deny\n server s ORIGIN",
        BOTH,
    ),
    scene(
        "allowed-answer",
        "http-response set-header X-Front 1\n http-after-response set-header X-After-Front 1",
        "http-response allow if { status 404 }\n http-response set-header X-Back 1\n http-after-response allow if { status 404 }\n http-after-response set-header X-After-Back 1\n server s ORIGIN",
        &[Ask("GET /a"), Ask("GET /a\nX-Reply: 404")],
    ),
    scene(
        "status-front",
        "http-response set-status 202 reason Fine if { status 404 }",
        SERVER,
        &[
            Ask("GET /a"),
            Ask("GET /a\nX-Reply: 404"),
            Ask("GET /a\nX-Reply: 500"),
        ],
    ),
    scene(
        "status-behind",
        "",
        "http-response set-status 503 if { status 404 }\n server s ORIGIN",
        &[
            Ask("GET /a"),
            Ask("GET /a\nX-Reply: 404"),
            Ask("GET /a\nX-Reply: 500"),
        ],
    ),
    scene(
        "status-after",
        "http-request deny if { path /no }\n http-after-response set-status 299 if { status ge 400 }",
        SERVER,
        &[
            Ask("GET /a"),
            Ask("GET /a\nX-Reply: 404"),
            Ask("GET /no"),
            Ask("GET /a\nX-Reply: 500"),
        ],
    ),
    front("asked", "http-request auth if { path /a }", BOTH),
    scene(
        "asked-behind",
        "",
        "http-request auth if { path /a }\n server s ORIGIN",
        BOTH,
    ),
    scene(
        "rejected-behind",
        "capture cookie C len 20\n capture request header X-A len 10\n unique-id-format %ci\n unique-id-header X-Id\n log-format \"%f %b/%s %ST %tsc T=%TR/%Tw/%Tc [%ID] %CC %CS {%hrl} %{+Q}r\"",
        "tcp-request content reject if { path /b }\n http-request reject if { path /c }\n http-request deny if { path /d }\n server s ORIGIN",
        &[
            Ask("GET /a\nCookie: C=d\nX-A: a"),
            Ask("GET /b\nCookie: C=d\nX-A: a"),
            Ask("GET /c\nCookie: C=d\nX-A: a"),
            Ask("GET /a"),
            Ask("GET /d\nX-A: a"),
        ],
    ),
    front(
        "status-logged",
        "log-format \"%f %ST %[status]\"\n http-response set-status 202 if { status 404 }\n http-after-response set-status 299 if { status 403 }\n http-request deny if { path /no }",
        &[
            Ask("GET /a"),
            Ask("GET /a\nX-Reply: 404|X-C: d"),
            Ask("GET /no"),
        ],
    ),
    front(
        "rejected",
        "unique-id-format %[path]\n unique-id-header X-Id\n tcp-request content reject if { path /b }",
        &[Ask("GET /a"), Ask("GET /b")],
    ),
    front(
        "named-denied",
        "unique-id-format %ci-%[fc_http_major]\n unique-id-header X-Id\n http-request deny if { path /b }\n http-request reject if { path /c }\n http-request redirect location /x if { path /d }",
        &[
            Ask("GET /a"),
            Ask("GET /b"),
            Ask("GET /c"),
            Anew("GET /d"),
            Ask("GET /a\nX-Id: given"),
        ],
    ),
    scene(
        "answered-instead",
        "",
        "http-response return status 200 content-type text/plain string instead if { status 404 }\n http-response deny if { status 500 }\n server s ORIGIN",
        &[
            Ask("GET /a"),
            Ask("GET /a\nX-Reply: 404"),
            Ask("GET /a\nX-Reply: 500"),
            Ask("GET /b"),
        ],
    ),
    scene(
        "answered-instead-front",
        "http-response return status 200 content-type text/plain string instead if { status 404 }",
        SERVER,
        &[Ask("GET /a"), Ask("GET /a\nX-Reply: 404")],
    ),
    scene(
        "reply-looked-at",
        "",
        "tcp-response inspect-delay 2s\n tcp-response content reject if { res.hdr(x-bad) -m found }\n tcp-response content close if { res.hdr(x-close) -m found }\n tcp-response content accept if { res.hdr(x-good) -m found }\n tcp-response content reject if { res.hdr(x-late) -m found }\n server s ORIGIN",
        LOOKED_AT,
    ),
    scene(
        "reply-not-waited-for",
        "",
        "tcp-response content reject if { res.hdr(x-bad) -m found }\n tcp-response content close if { res.hdr(x-close) -m found }\n tcp-response content accept if { res.hdr(x-good) -m found }\n tcp-response content reject if { res.hdr(x-late) -m found }\n server s ORIGIN",
        LOOKED_AT,
    ),
    scene(
        "reply-status",
        "",
        "tcp-response inspect-delay 2s\n tcp-response content reject if { status 200 } { res.hdr(x-late) -m found }\n server s ORIGIN",
        LOOKED_AT,
    ),
    scene(
        "reply-refused",
        "",
        "tcp-response content reject\n server s ORIGIN",
        LOOKED_AT,
    ),
    scene(
        "reply-dropped",
        "",
        "tcp-response inspect-delay 2s\n tcp-response content close if { status 404 }\n server s ORIGIN",
        LOOKED_AT,
    ),
];

const LOOKED_AT: &[Do] = &[
    Raw("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Reply: 200|X-Bad: 1\r\n\r\n"),
    Raw("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Reply: 200|X-Close: 1\r\n\r\n"),
    Raw(
        "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Reply: 200|X-Good: 1|X-Late: 1\r\n\r\n",
    ),
    Raw("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Reply: 200|X-Late: 1\r\n\r\n"),
    Raw("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
];

#[test]
fn what_rules_decide_is_told_as_by_haproxy() {
    compare("", SCENES);
}
