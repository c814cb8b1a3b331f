//! Stick tables that two hosts share: beside Debian's haproxy in both roles, and between two of ours.

mod beside;
mod hostile;
mod pair;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};
use support::{Client, Origin, free_port, haproxy, status_of};

/// Two hosts that know each other, as `a` and `b`.
struct Town {
    origin: Origin,
    a: u16,
    b: u16,
}

/// One of them.
struct House {
    name: &'static str,
    http: u16,
    socket: PathBuf,
}

impl Town {
    fn new() -> Self {
        Self {
            origin: Origin::named("origin"),
            a: free_port(),
            b: free_port(),
        }
    }

    /// A host with these tables and rules.
    fn config(&self, house: &House, rules: &str, tables: &str) -> String {
        let (name, socket, http) = (house.name, house.socket.display(), house.http);
        let (a, b, origin) = (self.a, self.b, self.origin.port);
        format!(
            "global
    localpeer {name}
    nbthread 1
    stats socket {socket} mode 600 level admin
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
peers pair
    peer a 127.0.0.1:{a}
    peer b 127.0.0.1:{b}
    table hits type integer size 1k expire 60s store gpc0
frontend web
    bind 127.0.0.1:{http}
{rules}    default_backend app
backend app
    stick-table type string len 20 size 1k expire 60s peers pair
    stick on path
    server s1 127.0.0.1:{origin} id 11
    server s2 127.0.0.1:{origin} id 12
{tables}"
        )
    }
}

impl House {
    fn new(name: &'static str) -> Self {
        let http = free_port();
        let file = format!("tandem-peers-{}-{http}-{name}", std::process::id());
        Self {
            name,
            http,
            socket: std::env::temp_dir().join(file),
        }
    }

    fn get(&self, path: &str) -> u16 {
        status_of(&Client::connect(self.http).get(path).0)
    }

    fn ask(&self, command: &str) -> String {
        haproxy::ask(&self.socket, command)
    }

    /// The lines of a table without what is each host's own: places, uses, connections of the moment.
    fn table(&self, name: &str) -> Vec<String> {
        let own = ["use=", "exp=", "conn_cur="];
        let line = |line: &str| {
            let (_, text) = line.split_once(": ")?;
            let words = text
                .split(' ')
                .filter(|word| !own.iter().any(|o| word.starts_with(o)));
            Some(words.collect::<Vec<_>>().join(" "))
        };
        let shown = self.ask(&format!("show table {name}"));
        let mut lines: Vec<String> = shown
            .lines()
            .filter(|line| line.starts_with("0x"))
            .filter_map(line)
            .collect();
        lines.sort();
        lines
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Waits until both say the same of a table, and that is what is wanted.
fn agree(
    one: &House,
    other: &House,
    table: &str,
    wanted: impl Fn(&[String]) -> bool,
) -> Vec<String> {
    await_that(|| {
        let (here, there) = (one.table(table), other.table(table));
        if here == there && wanted(&here) {
            Ok(here)
        } else {
            Err(format!(
                "{table}: {here:#?} {there:#?}\n{}\n{}",
                one.ask("show peers"),
                other.ask("show peers")
            ))
        }
    })
}

/// Waits until it succeeds; the last reason why it does not when it never does.
fn await_that<T>(look: impl Fn() -> Result<T, String>) -> T {
    let end = Instant::now() + 2 * support::WAIT;
    loop {
        match look() {
            Ok(found) => return found,
            Err(why) => assert!(Instant::now() < end, "{why}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
