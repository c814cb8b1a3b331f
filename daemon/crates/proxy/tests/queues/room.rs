//! How much room there is at servers and in the lines before them.

use super::scene::Do::*;
use super::scene::{Scene, scene};
use super::stage::compare;

const SCENES: &[Scene] = &[
    scene(
        "no-room",
        "",
        "server s ORIGIN maxconn 1 maxqueue 1",
        &[
            Line("abc"),
            Serve('a'),
            Serve('b'),
            Serve('c'),
            Got('a'),
            Got('b'),
            Got('c'),
        ],
    ),
    scene(
        "no-room-kept",
        "",
        "cookie SRV\n server s ORIGIN maxconn 1 maxqueue 1 cookie s\n server t ORIGIN cookie t",
        &[
            Behind("ab"),
            AskWith('c', "Cookie: SRV=s\r\n"),
            Done('c'),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "raised",
        "",
        "server s ORIGIN maxconn 1",
        &[
            Line("abc"),
            Order("set server BE/s maxconn 2"),
            Done('a'),
            Taken('b'),
            Taken('c'),
            Done('b'),
            Done('c'),
            Shows("s", "slim", "2"),
        ],
    ),
    scene(
        "by-load",
        "",
        "fullconn 2\n server s ORIGIN minconn 1 maxconn 2",
        &[
            Ask('a'),
            Taken('a'),
            Ask('b'),
            Shows("BACKEND", "scur", "2"),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "no-room-elsewhere",
        "",
        "cookie SRV\n option redispatch\n server s ORIGIN maxconn 1 maxqueue 1 cookie s\n server t ORIGIN cookie t",
        &[
            Behind("ab"),
            AskWith('c', "Cookie: SRV=s\r\n"),
            Done('c'),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "no-room-hashed",
        "",
        "balance hdr(x-key)\n option redispatch\n server s ORIGIN maxconn 1 maxqueue 1\n server t ORIGIN maxconn 1 maxqueue 1",
        &[
            AskWith('a', "X-Key: 1\r\n"),
            Taken('a'),
            AskWith('b', "X-Key: 1\r\n"),
            Shows("BACKEND", "scur", "2"),
            AskWith('c', "X-Key: 1\r\n"),
            Done('c'),
            Done('a'),
            Done('b'),
        ],
    ),
    scene(
        "least",
        "",
        "balance leastconn\n server s ORIGIN maxconn 1 maxqueue 1\n server t ORIGIN maxconn 1 maxqueue 1",
        &[
            Ask('a'),
            Taken('a'),
            Ask('b'),
            Taken('b'),
            Ask('c'),
            Shows("BACKEND", "scur", "3"),
            Ask('d'),
            Shows("BACKEND", "scur", "4"),
            Ask('e'),
            Shows("BACKEND", "scur", "5"),
            Done('a'),
            Taken('c'),
            Done('b'),
            Taken('d'),
            Done('c'),
            Taken('e'),
            Done('d'),
            Done('e'),
        ],
    ),
];

#[test]
fn lines_have_as_much_room_as_in_haproxy() {
    compare(SCENES);
}
