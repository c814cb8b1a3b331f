//! Sessions that are ended, because somebody orders it or their servers go or come.

use super::scene::Do::*;
use super::scene::{Scene, TCP, scene};
use super::stage::compare;

const SCENES: &[Scene] = &[
    scene(
        "ordered-out",
        "",
        "server s ORIGIN maxconn 1",
        &[
            Line("ab"),
            Order("shutdown sessions server BE/s"),
            Got('a'),
            Taken('b'),
            Begin('b'),
            Head('b'),
            Order("shutdown sessions server BE/s"),
            Ends('b'),
        ],
    ),
    scene(
        "marked-up-within",
        "",
        "server s CHECKED on-marked-up shutdown-backup-sessions\n server t ORIGIN backup",
        &[
            Checks(500),
            Shows("s", "status", "DOWN"),
            Ask('a'),
            Taken('a'),
            Begin('a'),
            Head('a'),
            Checks(200),
            Shows("s", "status", "UP"),
            Ends('a'),
        ],
    ),
    scene(
        "ordered-kept",
        "",
        "cookie SRV\n server s ORIGIN maxconn 1 cookie s",
        &[
            Behind("ab"),
            Order("shutdown sessions server BE/s"),
            Got('a'),
            Taken('b'),
            Done('b'),
        ],
    ),
    scene(
        "marked-down",
        "",
        "server s CHECKED maxconn 1 on-marked-down shutdown-sessions\n server t ORIGIN backup",
        &[
            Shows("s", "check_status", "L7OK"),
            Ask('a'),
            Taken('a'),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Got('a'),
            Ask('b'),
            Taken('b'),
            Done('b'),
        ],
    ),
    scene(
        "marked-down-tcp",
        TCP,
        "mode tcp\n server s CHECKED maxconn 1 on-marked-down shutdown-sessions",
        &[
            Shows("s", "check_status", "L7OK"),
            Ask('a'),
            Taken('a'),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Got('a'),
        ],
    ),
    scene(
        "marked-down-within",
        "",
        "server s CHECKED on-marked-down shutdown-sessions",
        &[
            Shows("s", "check_status", "L7OK"),
            Ask('a'),
            Taken('a'),
            Begin('a'),
            Head('a'),
            Checks(500),
            Shows("s", "status", "DOWN"),
            Ends('a'),
        ],
    ),
    scene(
        "marked-down-maint",
        "",
        "server s CHECKED maxconn 1 on-marked-down shutdown-sessions\n server t ORIGIN backup",
        &[
            Shows("s", "check_status", "L7OK"),
            Ask('a'),
            Taken('a'),
            Order("set server BE/s state maint"),
            Got('a'),
        ],
    ),
    scene(
        "marked-up",
        "",
        "server s CHECKED on-marked-up shutdown-backup-sessions\n server t ORIGIN backup\n server u ORIGIN backup",
        &[
            Checks(500),
            Shows("s", "status", "DOWN"),
            Ask('a'),
            Taken('a'),
            Checks(200),
            Shows("s", "status", "UP"),
            Got('a'),
            Ask('b'),
            Taken('b'),
            Done('b'),
        ],
    ),
    scene(
        "ordered-tcp",
        TCP,
        "mode tcp\n server s ORIGIN maxconn 1",
        &[
            Line("ab"),
            Order("shutdown sessions server BE/s"),
            Got('a'),
            Taken('b'),
            Done('b'),
            Leave('b'),
        ],
    ),
];

#[test]
fn sessions_are_ended_as_by_haproxy() {
    compare(SCENES);
}
