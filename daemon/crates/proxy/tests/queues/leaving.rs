//! Clients that leave while they wait.

use super::scene::Do::*;
use super::scene::{Do, Scene, TCP, scene};
use super::stage::compare;

const LEAVES: &[Do] = &[
    Line("abc"),
    Leave('b'),
    Serve('b'),
    Done('a'),
    Taken('c'),
    Done('c'),
];

const LEAVES_AT_ONCE: &[Do] = &[
    Line("ab"),
    Leave('b'),
    Shows("BACKEND", "qcur", "0"),
    Done('a'),
];

const SAYS_LAST: &[Do] = &[Line("ab"), Half('b'), Done('a'), Done('b')];

const SAYS_LAST_AT_ONCE: &[Do] = &[
    Line("ab"),
    Half('b'),
    Got('b'),
    Shows("BACKEND", "qcur", "0"),
    Done('a'),
];

const ONE: &str = "server s ORIGIN maxconn 1";
const CLOSING: &str = "option abortonclose\n server s ORIGIN maxconn 1";

const SCENES: &[Scene] = &[
    scene("left", "", ONE, LEAVES),
    scene("left-closing", "listen", CLOSING, LEAVES_AT_ONCE),
    scene("last", "", ONE, SAYS_LAST),
    scene("last-closing", "listen", CLOSING, SAYS_LAST_AT_ONCE),
    scene(
        "served-left",
        "listen",
        CLOSING,
        &[
            Ask('a'),
            Taken('a'),
            Leave('a'),
            Shows("s", "scur", "0"),
            Serve('a'),
        ],
    ),
    scene(
        "served-last",
        "listen",
        CLOSING,
        &[
            Ask('a'),
            Taken('a'),
            Half('a'),
            Got('a'),
            Shows("s", "scur", "0"),
            Serve('a'),
        ],
    ),
    scene(
        "left-tcp",
        TCP,
        "mode tcp\n server s ORIGIN maxconn 1",
        &[
            Line("ab"),
            Leave('b'),
            Serve('b'),
            Done('a'),
            Leave('a'),
            Taken('b'),
        ],
    ),
    scene(
        "left-tcp-closing",
        TCP,
        "mode tcp\n option abortonclose\n server s ORIGIN maxconn 1",
        &[
            Line("ab"),
            Leave('b'),
            Shows("BACKEND", "qcur", "0"),
            Done('a'),
            Leave('a'),
        ],
    ),
];

#[test]
fn clients_leave_the_queue_as_in_haproxy() {
    compare(SCENES);
}
