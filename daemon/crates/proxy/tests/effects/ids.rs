//! Names of requests that rules answer, as the log has them.

use super::scene::Do::{self, Ask};
use super::scene::{Scene, front};
use super::stage::compare;

const ANSWERED: &[Do] = &[Ask("GET /no\nX-Id: given"), Ask("GET /yes"), Ask("GET /no")];

/// Made of the request, of the connection, of the session, and of both.
macro_rules! named {
    ($name:literal, $rule:literal) => {
        front(
            $name,
            concat!(
                "unique-id-format %HM|%HP|%[path]|%[req.hdr(x-id)]|%[src]|%f|%[var(sess.v)]\n http-request set-var(sess.v) str(kept)\n ",
                $rule,
                " if { path /no }"
            ),
            ANSWERED,
        )
    };
}

const SCENES: &[Scene] = &[
    named!("denied", "http-request deny"),
    named!(
        "returned",
        "http-request return status 200 content-type text/plain string x"
    ),
    named!("redirected", "http-request redirect location /x"),
    named!("tarpitted", "timeout tarpit 20ms\n http-request tarpit"),
    named!("asked", "http-request auth"),
    named!("answered", "http-response deny"),
    named!("answered-otherwise", "http-response return status 200"),
    named!(
        "seen",
        "http-request set-header X-Own %[unique-id]\n http-request deny"
    ),
    named!("headed", "unique-id-header X-Unique\n http-request deny"),
    named!(
        "after",
        "http-after-response set-header X-Own %[unique-id]\n http-request deny"
    ),
];

#[test]
fn requests_that_rules_answer_are_named_as_by_haproxy() {
    compare("", SCENES);
}
