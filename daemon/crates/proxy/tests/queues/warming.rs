//! Servers that came back and warm up: what they are shown to get, and what they do get. It takes so
//! long that the time a scene takes makes no difference.

use super::scene::Do::*;
use super::scene::{Do, Scene, scene};
use super::stage::compare;

const BACK: &[Do] = &[
    Shows("s", "check_status", "L7OK"),
    Ask('z'),
    Taken('z'),
    Done('z'),
    Checks(500),
    Shows("s", "status", "DOWN"),
    Checks(200),
    Shows("s", "status", "UP"),
    Ask('a'),
    Taken('a'),
    Ask('b'),
    Taken('b'),
    Ask('c'),
    Taken('c'),
    Done('a'),
    Done('b'),
    Done('c'),
];

macro_rules! warm {
    ($name:literal, $balance:literal) => {
        scene(
            $name,
            "",
            concat!(
                "balance ",
                $balance,
                "\n server s CHECKED weight 100 slowstart 1h\n server t ORIGIN weight 100"
            ),
            BACK,
        )
    };
}

const SCENES: &[Scene] = &[
    warm!("warm", "roundrobin"),
    warm!("warm-static", "static-rr"),
    warm!("warm-least", "leastconn"),
    warm!("warm-first", "first"),
    warm!("warm-hash", "hdr(host)"),
    warm!("warm-consistent", "hdr(host)\n hash-type consistent"),
    scene(
        "warm-places",
        "",
        "server s CHECKED weight 100 slowstart 1h maxconn 1000",
        &[
            Checks(500),
            Shows("s", "status", "DOWN"),
            Checks(200),
            Shows("s", "status", "UP"),
            Line("ab"),
            Done('a'),
            Done('b'),
        ],
    ),
];

#[test]
fn servers_that_warm_up_get_what_they_get_through_haproxy() {
    compare(SCENES);
}
