//! What the log says of those who wait when a server goes or comes.

use super::scene::Do::*;
use super::scene::{Scene, scene};
use super::stage::compare;

/// A log without places in the queue: haproxy doesn't count up for those who go to a server that comes.
const PLACELESS: &str = "log-format '%f %b/%s %ST T=%Tw'";

const SCENES: &[Scene] = &[
    scene(
        "told-sent-on",
        "",
        "cookie SRV\n option redispatch\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN maxconn 1 cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("abc"),
            Checks(500),
            Says("DOWN"),
            Taken('b'),
            Done('b'),
            Taken('c'),
            Done('c'),
            Done('a'),
            Checks(200),
            Says("UP"),
        ],
    ),
    scene(
        "told-insists",
        "",
        "cookie SRV\n option persist\n option redispatch\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("ab"),
            Checks(500),
            Says("DOWN"),
            Checks(200),
            Says("UP"),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "told-comes",
        PLACELESS,
        "server s CHECKED maxconn 1\n server t ORIGIN maxconn 1",
        &[
            Shows("s", "check_status", "L7OK"),
            Checks(500),
            Says("DOWN"),
            Line("abcd"),
            Checks(200),
            Says("UP"),
            Taken('b'),
            Done('a'),
            Taken('c'),
            Done('b'),
            Done('c'),
            Done('d'),
        ],
    ),
    scene(
        "told-without-limit",
        "",
        "server s CHECKED\n server t ORIGIN maxconn 1",
        &[
            Shows("s", "check_status", "L7OK"),
            Checks(500),
            Says("DOWN"),
            Line("ab"),
            Checks(200),
            Says("UP"),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "told-ordered",
        "",
        "cookie SRV\n option redispatch\n server s ORIGIN maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Behind("ab"),
            Order("set server BE/s state drain"),
            Says("drain"),
            Done('b'),
            // Who belongs there comes all the same.
            AskWith('c', "Cookie: SRV=s\r\n"),
            Shows("s", "qcur", "1"),
            Order("set server BE/s state ready"),
            Says("leaving"),
            Shows("s", "qcur", "1"),
            Order("set server BE/s state maint"),
            Says("maintenance"),
            Done('c'),
            Done('a'),
        ],
    ),
    scene(
        "told-stops",
        "",
        "cookie SRV\n option redispatch\n http-check disable-on-404\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("ab"),
            Checks(404),
            Says("stopping"),
            Checks(200),
            Says("UP"),
            Done('a'),
            Done('b'),
        ],
    ),
];

#[test]
fn the_log_counts_who_waits_as_haproxy_does() {
    compare(SCENES);
}
