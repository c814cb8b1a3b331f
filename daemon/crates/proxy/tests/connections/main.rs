//! How connections begin, become tunnels and end: the same scripts on both sides of Debian's haproxy
//! and of ours; what client and server got and what the log says must be equal.

mod cases;
mod exchanges;
mod ours;
mod peers;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod unix;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use cases::Case;
use exchanges::EXCHANGES;
use ours::OURS;
use peers::{Server, follow};
use sessions::SESSIONS;
use support::haproxy::Haproxy;
use support::{Proxy, WAIT, free_port};

/// Whether a time was reached matters, how long it was does not; `%B` counts other things in http mode
/// (docs/logs.md).
const HTTP_LOG: &str = "%b st=%ST ts=%tsc %TR/%Tw/%Tc/%Tr rc=%rc %HM";
const TCP_LOG: &str = "%b ts=%ts %Tw/%Tc rc=%rc in=%U out=%B";

/// One proxy with a section for each case.
struct Side<'a> {
    cases: &'a [&'static Case],
    servers: Vec<Server>,
    ports: Vec<u16>,
    log: UdpSocket,
}

impl<'a> Side<'a> {
    fn new(cases: &'a [&'static Case]) -> Self {
        let log = UdpSocket::bind("127.0.0.1:0").unwrap();
        log.set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        Self {
            cases,
            servers: cases
                .iter()
                .map(|case| Server::start(case.servers))
                .collect(),
            ports: cases.iter().map(|_| free_port()).collect(),
            log,
        }
    }

    fn config(&self) -> String {
        let log = self.log.local_addr().unwrap().port();
        let mut text = format!(
            "global\n    nbthread 1\n    log 127.0.0.1:{log} local0\ndefaults\n    log global\n    timeout client 20s\n    timeout server 20s\n    timeout connect 2s\n    timeout http-keep-alive 200ms\n    retries 0\n"
        );
        for ((case, server), port) in self.cases.iter().zip(&self.servers).zip(&self.ports) {
            let (mode, format) = if case.tcp {
                ("tcp", TCP_LOG)
            } else {
                ("http", HTTP_LOG)
            };
            let (name, lines, to) = (case.name, case.lines, server.port);
            write!(
                text,
                "listen {name}\n    mode {mode}\n    bind 127.0.0.1:{port}\n    log-format \"{format}\"\n{lines}    server s 127.0.0.1:{to}\n"
            ).unwrap();
        }
        text
    }

    /// What came of each case.
    fn run(&self) -> BTreeMap<&'static str, Came> {
        let clients: Vec<String> = std::thread::scope(|scope| {
            let all: Vec<_> = self
                .cases
                .iter()
                .zip(self.servers.iter().zip(&self.ports))
                .map(|(case, (server, port))| {
                    scope.spawn(move || {
                        let stream = TcpStream::connect(("127.0.0.1", *port)).unwrap();
                        follow(stream, case.client, "client", &server.signs)
                    })
                })
                .collect();
            all.into_iter()
                .map(|client| client.join().unwrap())
                .collect()
        });
        let mut logged = self.logged();
        let came = |((case, server), client): ((&&Case, &Server), String)| {
            let servers = server.told().iter().map(|got| seen(case, got)).collect();
            let client = seen(case, &client);
            let log = logged.remove(case.name).unwrap_or_default();
            (
                case.name,
                Came {
                    client,
                    servers,
                    log,
                },
            )
        };
        self.cases
            .iter()
            .zip(&self.servers)
            .zip(clients)
            .map(came)
            .collect()
    }

    /// The lines of each case, when all have come.
    fn logged(&self) -> BTreeMap<String, Vec<String>> {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let wanted: usize = self.cases.iter().map(|case| case.lines_of_log()).sum();
        let end = Instant::now() + WAIT;
        let mut buffer = [0; 4096];
        while lines.values().map(Vec::len).sum::<usize>() < wanted && Instant::now() < end {
            let Ok(n) = self.log.recv(&mut buffer) else {
                continue;
            };
            let text = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
            let (_, text) = text.split_once("]: ").unwrap();
            let (name, rest) = text.split_once(' ').unwrap();
            // Only sessions, not starts of proxies, nor who looked whether somebody listens.
            if self.cases.iter().any(|case| case.name == name) && !rest.contains("<BADREQ>") {
                lines
                    .entry(name.to_owned())
                    .or_default()
                    .push(without_times(rest));
            }
        }
        lines
    }
}

#[derive(Debug, PartialEq)]
struct Came {
    client: String,
    servers: Vec<String>,
    log: Vec<String>,
}

/// Names of fields in small letters, fields in order; answers of the proxy itself by their status alone.
fn seen(case: &Case, got: &str) -> String {
    if case.tcp {
        return got.to_owned();
    }
    let Some((head, rest)) = got.split_once("\r\n\r\n") else {
        return got.to_owned();
    };
    let (line, fields) = head.split_once("\r\n").unwrap_or((head, ""));
    if rest.contains("<html") {
        let end = if rest.ends_with("<end>") { "<end>" } else { "" };
        return format!("{} …{end}", &line[..12]);
    }
    let mut fields: Vec<String> = fields.split("\r\n").map(str::to_ascii_lowercase).collect();
    fields.sort();
    format!("{line}|{}|{}", fields.join("|"), rest.to_ascii_lowercase())
}

fn without_times(line: &str) -> String {
    let word = |word: &str| {
        let times = word.contains('/') && !word.contains('=');
        let one = |time: &str| if time == "-1" { "-1" } else { "N" }.to_owned();
        if times {
            word.split('/').map(one).collect::<Vec<_>>().join("/")
        } else {
            word.to_owned()
        }
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn connections_begin_and_end_as_through_haproxy() {
    let cases: Vec<&Case> = SESSIONS.iter().chain(EXCHANGES).collect();
    let theirs = Side::new(&cases);
    // It is asked whether it listens: a connection that a case in tcp mode would take for its own.
    let http = cases.iter().position(|case| !case.tcp).unwrap();
    let Some(haproxy) = Haproxy::start(&theirs.config(), theirs.ports[http]) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let expected = theirs.run();
    drop(haproxy);
    let ours = Side::new(&cases);
    let _proxy = Proxy::start(&ours.config());
    let got = ours.run();
    let mut differences = String::new();
    for case in &cases {
        let (theirs, ours) = (&expected[case.name], &got[case.name]);
        if theirs != ours {
            let name = case.name;
            writeln!(
                differences,
                "{name}\n  haproxy: {theirs:?}\n     ours: {ours:?}"
            )
            .unwrap();
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn who_ended_a_connection_is_known_where_haproxy_waits_for_a_timeout() {
    let cases: Vec<&Case> = OURS.iter().map(|(case, ..)| case).collect();
    let side = Side::new(&cases);
    let _proxy = Proxy::start(&side.config());
    let got = side.run();
    for (case, log, client) in OURS {
        let came = &got[case.name];
        assert_eq!(
            (came.log.concat().as_str(), came.client.as_str()),
            (*log, *client),
            "{}",
            case.name
        );
    }
}
