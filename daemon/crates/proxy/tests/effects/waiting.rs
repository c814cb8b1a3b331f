//! Requests that wait: for a place, for a server, for their own end. And marks that tell them apart.

use super::scene::Do::{self, Anew, Ask, Raw};
use super::scene::{SERVER, Scene, front, scene};
use super::stage::compare;

const TWICE: &[Do] = &[Ask("GET /a"), Ask("GET /b"), Anew("GET /c")];

/// Names that requests get.
const IDS: &[Do] = &[
    Ask("GET /a\nX-Id: given"),
    Ask("GET /b"),
    Ask("GET /no"),
    Ask("GET /dead"),
    Ask("POST /a\nX-Reply: 404\n\nbody"),
    Anew("HEAD /a\nX-Reply: 204"),
];

const RULES: &str = "unique-id-format %ci-%{+X}o-%HM-%[path]-%[req.hdr(x-id)]\n http-request deny if { path /no }\n http-request set-header X-Own %[unique-id]\n http-after-response set-header X-Answer %[unique-id]\n use_backend dead if { path /dead }";

const SCENES: &[Scene] = &[
    front("id", RULES, IDS),
    front(
        "id-header",
        "unique-id-header X-Id\n unique-id-format %[path]-%[fc_http_major]",
        IDS,
    ),
    front(
        "id-changed",
        "unique-id-header X-Unique\n unique-id-format %[path]\n http-request set-path /moved\n http-request set-header X-Own %[unique-id]\n http-request set-header X-Id %ID",
        IDS,
    ),
    scene(
        "id-behind",
        "unique-id-header X-Unique\n unique-id-format %[path]-%[src]\n http-request set-src str(9.9.9.9)",
        "http-request set-path /moved\n http-request set-header X-Own %[unique-id]\n http-response set-header X-Back %[unique-id]\n server s ORIGIN",
        IDS,
    ),
    front(
        "id-without-format",
        "unique-id-header X-Unique\n http-request set-header X-Own [%[unique-id]]",
        IDS,
    ),
    front(
        "id-early",
        "unique-id-format %[path]\n tcp-request content set-var(sess.id) unique-id\n http-request set-header X-Own %[var(sess.id)]|%[unique-id]",
        IDS,
    ),
    front(
        "id-empty",
        "unique-id-header X-Unique\n unique-id-format %[req.hdr(x-id)]\n http-request set-header X-Own [%[unique-id]]",
        IDS,
    ),
    front(
        "buffered",
        "option http-buffer-request\n http-request set-header X-Body %[req.body]|%[req.body_len]|%[req.body_param(a)]",
        &[
            Ask("POST /a\nContent-Type: application/x-www-form-urlencoded\n\na=1&b=2"),
            Ask("GET /a"),
            Ask("POST /b\n\nx"),
        ],
    ),
    front(
        "late",
        "timeout http-request 60ms",
        &[Raw("GET / HTTP/1.1\r\nHost: a\r\n")],
    ),
    front(
        "late-body",
        "timeout http-request 60ms\n option http-buffer-request",
        &[Raw(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
        )],
    ),
    front(
        "late-idle",
        "timeout http-request 60ms\n timeout http-keep-alive 40ms",
        &[Raw("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")],
    ),
    front(
        "late-second",
        "timeout http-request 60ms\n timeout http-keep-alive 4s\n log-format \"%f %ST %tsc\"",
        &[Raw("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n")],
    ),
    scene(
        "late-server",
        "",
        "timeout server 500ms\n server s ORIGIN",
        &[
            Ask("GET /a\nX-Wait: 2000"),
            Ask("GET /a"),
            Ask("GET /a\nX-Wait: 2000"),
        ],
    ),
    scene(
        "dead",
        "",
        "timeout connect 30ms\n retries 2\n server s DEAD",
        TWICE,
    ),
    scene(
        "dead-redispatched",
        "",
        "timeout connect 30ms\n retries 3\n option redispatch 2\n balance first\n server d DEAD\n server s ORIGIN",
        TWICE,
    ),
    scene(
        "dead-back",
        "",
        "timeout connect 30ms\n retries 3\n option redispatch -1\n balance first\n server d DEAD\n server s ORIGIN",
        TWICE,
    ),
    scene(
        "dead-first",
        "",
        "timeout connect 30ms\n retries 3\n option redispatch -3\n balance first\n server d DEAD\n server s ORIGIN",
        TWICE,
    ),
    scene(
        "dead-often",
        "",
        "timeout connect 30ms\n retries 5\n option redispatch 3\n balance roundrobin\n server d DEAD\n server e DEAD\n server s ORIGIN",
        TWICE,
    ),
    scene(
        "dead-backup",
        "",
        "timeout connect 30ms\n retries 1\n option redispatch\n server d DEAD\n server s ORIGIN backup",
        TWICE,
    ),
    scene("no-server", "", "", TWICE),
    scene("disabled", "", "server s ORIGIN disabled", TWICE),
    scene("no-weight", "", "server s ORIGIN weight 0", TWICE),
    scene(
        "used-weightless",
        "",
        "use-server s if { path /b }\n server s ORIGIN weight 0",
        TWICE,
    ),
    front("rate", "rate-limit sessions 1000", TWICE),
    scene(
        "tracked",
        "http-request track-sc0 path table paths\n http-request set-header X-Count %[sc_inc_gpc0(0)]|%[sc0_http_req_cnt]|%[sc_get_gpc0(0)]\n http-request deny deny_status 429 if { sc0_get_gpc0 gt 5 }",
        SERVER,
        &[
            Ask("GET /a"),
            Ask("GET /a"),
            Ask("GET /b"),
            Anew("GET /a"),
            Ask("GET /a\nX-Reply: 404"),
        ],
    ),
    scene(
        "tracked-twice",
        "tcp-request connection track-sc0 src table sources\n http-request track-sc1 req.hdr(x-key) table paths\n http-request track-sc1 path table paths\n http-request set-header X-Count %[sc0_conn_cnt]|%[sc0_conn_cur]|%[sc1_http_req_cnt]|%[sc1_tracked]|%[sc0_http_req_cnt]",
        SERVER,
        &[
            Ask("GET /t1"),
            Ask("GET /t1\nX-Key: one"),
            Ask("GET /t1\nX-Key: one"),
            Anew("GET /t2\nX-Key: "),
            Ask("GET /t2\nX-Reply: 500"),
            Ask("GET /t2\nX-Reply: 401"),
        ],
    ),
    scene(
        "stuck-by-answer",
        "",
        "balance roundrobin\n stick-table type string len 20 size 10\n stick match req.hdr(x-key)\n stick store-response res.hdr(x-key)\n server a ORIGIN\n server b ORIGIN\n server c ORIGIN",
        &[
            Ask("GET /a\nX-Reply: 200|X-Key: one"),
            Ask("GET /a\nX-Reply: 200|X-Key: two"),
            Ask("GET /a\nX-Key: one"),
            Ask("GET /a\nX-Key: two"),
            Anew("GET /a\nX-Key: one"),
            Anew("GET /a\nX-Key: three"),
            Anew("GET /a\nX-Key: "),
        ],
    ),
];

#[test]
fn requests_wait_and_are_named_as_in_haproxy() {
    let tables = "backend paths\n stick-table type string len 20 size 100 store gpc0,http_req_cnt,http_req_rate(10s),http_err_cnt\nbackend sources\n stick-table type ip size 100 store conn_cnt,conn_cur,http_req_cnt,http_err_cnt\nbackend dead\n server s DEAD\n";
    compare(tables, SCENES);
}
