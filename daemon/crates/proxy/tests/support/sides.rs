//! Servers given by name in Debian's haproxy and in ours, with the same name servers.

use super::haproxy::Haproxy;
use super::{Proxy, WAIT, free_port};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// `BACKEND` → `ADDRESS:PORT WEIGHT STATE` of its servers, in order of the text.
type Places = BTreeMap<String, Vec<String>>;

pub struct Sides {
    pub proxy: Proxy,
    ours: UdpSocket,
    theirs: Option<(Haproxy, UdpSocket, PathBuf)>,
}

const SECTION: &str = "
resolvers dns
    nameserver one 127.0.0.1:DNS
    nameserver two 127.0.0.1:OTHER
    resolve_retries 2
    timeout resolve 100ms
    timeout retry 100ms
    hold nx 200ms
    hold other 200ms
    hold refused 200ms
    hold timeout 200ms
    hold obsolete 50ms
defaults
    log global
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
    default-server init-addr none resolvers dns resolve-prefer ipv4
frontend web
    bind 127.0.0.1:PORT
    default_backend plain
";

impl Sides {
    pub fn start(dns: u16, backends: &str) -> Self {
        let config = |log: &UdpSocket, port: u16, global: &str| {
            let log = log.local_addr().unwrap().port();
            let text =
                format!("global\n    log 127.0.0.1:{log} local0\n{global}{SECTION}{backends}");
            text.replace("127.0.0.1:DNS", &format!("127.0.0.1:{dns}"))
                // Nobody is there: the other one is enough.
                .replace("127.0.0.1:OTHER", "127.0.0.99:9")
                .replace("PORT", &port.to_string())
        };
        let log = || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket
                .set_read_timeout(Some(Duration::from_millis(20)))
                .unwrap();
            socket
        };
        let (ours, theirs) = (log(), log());
        let port = free_port();
        let socket = std::env::temp_dir().join(format!("tandem-dns-{}-{port}", std::process::id()));
        let global = format!("    stats socket {} level admin\n", socket.display());
        let haproxy = Haproxy::start(&config(&theirs, port, &global), port);
        if haproxy.is_none() {
            eprintln!("not compared: the haproxy binary is not installed");
        }
        Self {
            proxy: Proxy::start(&config(&ours, free_port(), "")),
            ours,
            theirs: haproxy.map(|h| (h, theirs, socket)),
        }
    }

    /// Waits until both say this of their servers; which server has which place may differ.
    pub fn wait(&mut self, what: &str, wanted: &[(&str, &[&str])]) {
        let wanted: Places = wanted
            .iter()
            .map(|(backend, all)| ((*backend).to_owned(), sorted(all)))
            .collect();
        let end = Instant::now() + WAIT;
        loop {
            let ours = our_places(&self.proxy.status());
            let theirs = self
                .theirs
                .as_ref()
                .map(|(_, _, socket)| their_places(socket));
            if ours == wanted && theirs.as_ref().is_none_or(|t| *t == wanted) {
                return;
            }
            assert!(
                Instant::now() < end,
                "{what}\nwanted {wanted:#?}\nours {ours:#?}\nhaproxy's {theirs:#?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The lines that both wrote about this server or backend since the last time.
    pub fn lines(&self) -> (Vec<String>, Option<Vec<String>>) {
        let theirs = self.theirs.as_ref().map(|(_, log, _)| lines(log));
        (lines(&self.ours), theirs)
    }
}

impl Drop for Sides {
    fn drop(&mut self) {
        if let Some((_, _, socket)) = &self.theirs {
            let _ = std::fs::remove_file(socket);
        }
    }
}

fn sorted(all: &[impl ToString]) -> Vec<String> {
    let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.sort();
    all
}

fn lines(log: &UdpSocket) -> Vec<String> {
    let (mut all, mut buffer) = (Vec::new(), [0; 9000]);
    while let Ok(n) = log.recv(&mut buffer) {
        let line = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
        let (head, text) = line.split_once("]: ").unwrap_or(("", &line));
        let level = head.split('>').next().unwrap_or("");
        all.push(format!("{level}> {text}"));
    }
    all
}

fn our_places(status: &serde_json::Value) -> Places {
    let mut all = Places::new();
    for b in status["backends"].as_array().unwrap() {
        for s in b["servers"].as_array().unwrap() {
            let resolved = s["resolved"].as_str().unwrap_or("-");
            let state = match s["state"].as_str().unwrap() {
                "no check" | "UP" | "DRAIN" => "up",
                "MAINT (resolution)" => "lost",
                _ => "down",
            };
            let place = if state == "lost" {
                "lost".to_owned()
            } else {
                format!("{resolved} {} {state}", s["weight"])
            };
            let backend = b["name"].as_str().unwrap().to_owned();
            all.entry(backend).or_default().push(place);
        }
    }
    for list in all.values_mut() {
        list.sort();
    }
    all
}

fn their_places(socket: &PathBuf) -> Places {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(b"show servers state\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let mut all = Places::new();
    for line in text.lines().skip(2) {
        let f: Vec<&str> = line.split(' ').collect();
        if f.len() < 19 {
            continue;
        }
        // RMAINT: without an address.
        let lost = f[6].parse::<u32>().unwrap() & 0x20 != 0;
        let state = if f[5] == "2" { "up" } else { "down" };
        let place = if lost {
            "lost".to_owned()
        } else {
            let address = if f[4].contains(':') {
                format!("[{}]:{}", f[4], f[18])
            } else {
                format!("{}:{}", f[4], f[18])
            };
            format!("{address} {} {state}", f[7])
        };
        all.entry(f[1].to_owned()).or_default().push(place);
    }
    for list in all.values_mut() {
        list.sort();
    }
    all
}

/// What both say of these, in the same order for each.
pub fn same_lines(sides: &Sides, about: &[&str]) {
    let (ours, theirs) = sides.lines();
    for name in about {
        let of = |all: &[String]| -> Vec<String> {
            let (server, backend) = (format!(" {name}/"), format!(" backend {name} "));
            all.iter()
                .filter(|line| line.contains(&server) || line.contains(&backend))
                .cloned()
                .collect()
        };
        let own = of(&ours);
        assert!(!own.is_empty(), "no line about {name}: {ours:#?}");
        if let Some(theirs) = &theirs {
            assert_eq!(own, of(theirs), "ours on the left; {name}");
        }
    }
}
