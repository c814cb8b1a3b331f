//! Clients that leave while they wait.

use super::scene::Do::*;
use super::scene::{Do, Scene, scene};
use super::stage::compare;

const LEAVES: &[Do] = &[
    Ask('a'),
    Taken('a'),
    Ask('b'),
    Shows("BACKEND", "qcur", "1"),
    Ask('c'),
    Shows("BACKEND", "qcur", "2"),
    Leave('b'),
    Serve('b'),
    Serve('a'),
    Got('a'),
    Taken('c'),
    Serve('c'),
    Got('c'),
];

const LEAVES_AT_ONCE: &[Do] = &[
    Ask('a'),
    Taken('a'),
    Ask('b'),
    Shows("BACKEND", "qcur", "1"),
    Leave('b'),
    Shows("BACKEND", "qcur", "0"),
    Serve('a'),
    Got('a'),
];

const SAYS_LAST: &[Do] = &[
    Ask('a'),
    Taken('a'),
    Ask('b'),
    Shows("BACKEND", "qcur", "1"),
    Half('b'),
    Serve('a'),
    Got('a'),
    Serve('b'),
    Got('b'),
];

const SAYS_LAST_AT_ONCE: &[Do] = &[
    Ask('a'),
    Taken('a'),
    Ask('b'),
    Shows("BACKEND", "qcur", "1"),
    Half('b'),
    Got('b'),
    Shows("BACKEND", "qcur", "0"),
    Serve('a'),
    Got('a'),
];

const ONE: &str = "server s ORIGIN maxconn 1";
const CLOSING: &str = "option abortonclose\n server s ORIGIN maxconn 1";
const TCP: &str = "mode tcp\n log-format '%f %b/%s %ts %rc %sq/%bq %fc/%bc/%sc T=%Tw/%Tc/%Tt'";

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
            Ask('a'),
            Taken('a'),
            Ask('b'),
            Shows("BACKEND", "qcur", "1"),
            Leave('b'),
            Serve('b'),
            Serve('a'),
            Got('a'),
            Leave('a'),
            Taken('b'),
        ],
    ),
    scene(
        "left-tcp-closing",
        TCP,
        "mode tcp\n option abortonclose\n server s ORIGIN maxconn 1",
        &[
            Ask('a'),
            Taken('a'),
            Ask('b'),
            Shows("BACKEND", "qcur", "1"),
            Leave('b'),
            Shows("BACKEND", "qcur", "0"),
            Serve('a'),
            Got('a'),
            Leave('a'),
        ],
    ),
];

#[test]
fn clients_leave_the_queue_as_in_haproxy() {
    compare(SCENES);
}
