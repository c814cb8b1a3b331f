//! Servers that go and come back while requests wait.

use super::scene::Do::*;
use super::scene::{Scene, scene};
use super::stage::compare;

const SCENES: &[Scene] = &[
    scene(
        "gone-alone",
        "",
        "timeout queue 400ms\n server s CHECKED maxconn 1",
        &[
            Shows("s", "check_status", "L7OK"),
            Line("ab"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Done('a'),
            Got('b'),
        ],
    ),
    scene(
        "gone-kept",
        "",
        "cookie SRV\n option redispatch\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("ab"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Done('b'),
            Done('a'),
        ],
    ),
    scene(
        "gone-bound",
        "",
        "cookie SRV\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("ab"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "gone-insists",
        "",
        "cookie SRV\n option persist\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            Behind("ab"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "comes-back",
        "",
        "server s CHECKED maxconn 1",
        &[
            Shows("s", "check_status", "L7OK"),
            Line("ab"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Ask('c'),
            Got('c'),
            Done('a'),
            Checks(200),
            Shows("s", "status", "UP"),
            Taken('b'),
            Done('b'),
        ],
    ),
    scene(
        "maintained",
        "",
        "option redispatch\n server s ORIGIN maxconn 1\n server t ORIGIN maxconn 1 disabled",
        &[
            Line("ab"),
            Order("set server BE/s state maint"),
            Shows("s", "status", "MAINT"),
            Order("set server BE/t state ready"),
            Serve('b'),
            Taken('b'),
            Got('b'),
            Done('a'),
        ],
    ),
    scene(
        "drained",
        "",
        "server s ORIGIN maxconn 1\n server t ORIGIN maxconn 1 disabled",
        &[
            Line("ab"),
            Order("set server BE/s state drain"),
            Serve('b'),
            Done('a'),
            Order("set server BE/t state ready"),
            Taken('b'),
            Got('b'),
        ],
    ),
    scene(
        "gone-both",
        "",
        "cookie SRV\n option redispatch\n server s CHECKED maxconn 1 cookie s\n server t ORIGIN maxconn 1 cookie t",
        &[
            Shows("s", "check_status", "L7OK"),
            AskWith('a', "Cookie: SRV=s\r\n"),
            Taken('a'),
            AskWith('b', "Cookie: SRV=t\r\n"),
            Taken('b'),
            AskWith('c', "Cookie: SRV=s\r\n"),
            Shows("s", "qcur", "1"),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Shows("s", "qcur", "0"),
            Shows("BACKEND", "qcur", "1"),
            Done('a'),
            Done('b'),
            Done('c'),
        ],
    ),
];

#[test]
fn servers_go_and_come_back_as_in_haproxy() {
    compare(SCENES);
}
