//! What a case is made of.

use super::peers::Do::{self, Hear, Say};

pub struct Case {
    pub name: &'static str,
    pub tcp: bool,
    /// Lines of its section.
    pub lines: &'static str,
    pub client: &'static [Do],
    /// One script for each connection to the server.
    pub servers: &'static [&'static [Do]],
}

impl Case {
    /// One for each session in tcp mode, one for each request in http mode.
    pub fn lines_of_log(&self) -> usize {
        let asks = |step: &&Do| matches!(step, Say(text) if text.windows(8).any(|part| part == b"HTTP/1.1"));
        if self.tcp {
            1
        } else {
            self.client.iter().filter(asks).count()
        }
    }
}

const fn case(
    tcp: bool,
    name: &'static str,
    lines: &'static str,
    client: &'static [Do],
    servers: &'static [&'static [Do]],
) -> Case {
    Case {
        name,
        tcp,
        lines,
        client,
        servers,
    }
}

pub const fn tcp(
    name: &'static str,
    lines: &'static str,
    client: &'static [Do],
    servers: &'static [&'static [Do]],
) -> Case {
    case(true, name, lines, client, servers)
}

pub const fn http(
    name: &'static str,
    lines: &'static str,
    client: &'static [Do],
    servers: &'static [&'static [Do]],
) -> Case {
    case(false, name, lines, client, servers)
}

pub const GET: Do = Say(b"GET /one HTTP/1.1\r\nHost: t\r\n\r\n");
pub const GET_LAST: Do =
    Say(b"GET /last HTTP/1.1\r\nHost: t\r\nConnection: close\r\nEnd: here\r\n\r\n");
pub const HEAD_END: Do = Hear(b"\r\n\r\n");
pub const HELLO: Do = Say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
pub const POST_HALF: Do = Say(b"POST /in HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf-");
pub const EXPECT: Do = Say(
    b"POST /in HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
);
