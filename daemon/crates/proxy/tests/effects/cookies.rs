//! Persistence by cookie over kept connections and for clients of HTTP/2, which send each cookie in a
//! field of its own (RFC 9113 §8.2.3).

use super::scene::Do::{self, Anew, Ask};
use super::scene::{Scene, scene};
use super::stage::compare;

const ALL: &[Do] = &[
    Ask("GET /a"),
    Ask("GET /a\nCookie: SRV=b"),
    Ask("GET /a\nCookie: SRV=a"),
    Ask("GET /a\nCookie: x=1\nCookie: SRV=b\nCookie: y=2"),
    Ask("GET /a\nCookie: x=1; SRV=b; y=2"),
    Ask("GET /a\nCookie: SRV=b; SRV=a"),
    Ask("GET /a\nCookie: SRV=b\nCookie: SRV=a"),
    Ask("GET /a\nCookie: SRV=nobody"),
    Ask("GET /a\nCookie: x=1"),
    Ask("POST /a\nCookie: SRV=b\n\nbody"),
    Ask("POST /a\n\nbody"),
    Ask("GET /a\nCookie: SRV=b\nX-Reply: 200|Set-Cookie: SRV=own; path=/|Set-Cookie: other=1"),
    Ask("GET /a\nX-Reply: 200|Set-Cookie: other=1|Set-Cookie: SRV=own"),
    Ask("GET /a\nX-Reply: 200|Set-Cookie: SRV=own|Cache-Control: public, max-age=10"),
    Ask("GET /a\nCookie: SRV=b~own; z=3"),
    Ask("GET /a\nCookie: z=3\nCookie: SRV=b~own"),
    Ask("GET /a\nX-Reply: 304|ETag: a"),
    Ask("GET /a\nX-Reply: 404"),
    Ask("HEAD /a\nCookie: SRV=a"),
    Anew("GET /a\nCookie: srv=b"),
];

/// Both servers are the same one: which was chosen is in the log.
macro_rules! cookie {
    ($name:literal, $words:literal) => {
        scene($name, "", concat!("balance first\n cookie SRV ", $words, "\n server a ORIGIN cookie a\n server b ORIGIN cookie b\n server bare ORIGIN weight 0"), ALL)
    };
}

const SCENES: &[Scene] = &[
    cookie!("passive", ""),
    cookie!("insert", "insert"),
    cookie!("insert-indirect", "insert indirect"),
    cookie!("insert-postonly", "insert indirect postonly"),
    cookie!("insert-preserve", "insert indirect preserve"),
    cookie!(
        "insert-attributes",
        "insert indirect httponly secure domain .a.b attr SameSite=None attr Partitioned"
    ),
    cookie!("rewrite", "rewrite"),
    cookie!("rewrite-postonly", "rewrite postonly"),
    cookie!("prefix", "prefix"),
    cookie!("prefix-indirect", "prefix indirect"),
    scene(
        "ignored",
        "",
        "balance first\n cookie SRV insert indirect\n ignore-persist if { path_beg /a }\n server a ORIGIN cookie a\n server b ORIGIN cookie b",
        ALL,
    ),
    scene(
        "forced",
        "",
        "balance first\n cookie SRV insert indirect\n force-persist if { path_beg /a }\n server a ORIGIN cookie a\n server b ORIGIN cookie b disabled",
        ALL,
    ),
    scene(
        "gone",
        "",
        "balance first\n cookie SRV insert indirect\n server a ORIGIN cookie a\n server b ORIGIN cookie b disabled",
        ALL,
    ),
    scene(
        "dead",
        "",
        "balance first\n cookie SRV insert indirect\n option redispatch\n retries 1\n timeout connect 20ms\n server a ORIGIN cookie a\n server b DEAD cookie b",
        ALL,
    ),
    scene(
        "dead-kept",
        "",
        "balance first\n cookie SRV insert indirect\n retries 1\n timeout connect 20ms\n server a ORIGIN cookie a\n server b DEAD cookie b",
        ALL,
    ),
    scene(
        "backup",
        "",
        "balance first\n cookie SRV insert indirect\n server a ORIGIN cookie a\n server b ORIGIN cookie b backup",
        ALL,
    ),
    scene(
        "stuck",
        "",
        "balance first\n cookie SRV insert indirect\n stick-table type string len 20 size 10\n stick on req.cook(x)\n server a ORIGIN cookie a\n server b ORIGIN cookie b",
        ALL,
    ),
    scene(
        "changed-by-rules",
        "http-request set-header Cookie SRV=b if { req.cook(SRV) a }\n http-request del-header Cookie if { req.cook(SRV) nobody }",
        "balance first\n cookie SRV insert indirect\n http-response del-header Set-Cookie if { status 404 }\n http-response replace-header Set-Cookie (SRV=.*) \\1;\\ Changed if { status 200 }\n server a ORIGIN cookie a\n server b ORIGIN cookie b",
        ALL,
    ),
    scene(
        "captured",
        "capture cookie SRV len 20\n log-format \"%f %b/%s %ST %tsc %CC %CS\"",
        "balance first\n cookie SRV insert indirect\n server a ORIGIN cookie a\n server b ORIGIN cookie b",
        ALL,
    ),
];

#[test]
fn cookies_are_what_they_are_to_haproxy_over_connections_that_are_kept() {
    compare("", SCENES);
}
