//! Checks that compose what they send and expect, beside haproxy: variables, format strings,
//! headers, codes and words of their own. Compared is what servers were asked and what is logged.

#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use support::checked::first_results;
use support::haproxy::Haproxy;
use support::{Origin, Proxy, free_port};

const HTTP: &str = include_str!("http.cfg");
const BYTES: &str = include_str!("bytes.cfg");

/// What a server was asked.
type Asked = Arc<Mutex<Vec<String>>>;

struct Servers {
    pages: u16,
    greets: u16,
    echoes: u16,
    asked: Asked,
}

impl Servers {
    fn start() -> Self {
        let asked = Asked::default();
        let (of_pages, of_echo) = (asked.clone(), asked.clone());
        let pages = Origin::start(move |stream, _| page(stream, &of_pages));
        let greets = Origin::start(|mut stream, _| {
            let _ = stream.write_all(b"hello world\n");
            while stream.read(&mut [0; 100]).is_ok_and(|n| n > 0) {}
        });
        let echoes = Origin::start(move |mut stream, _| {
            let mut buf = [0; 4096];
            if let Ok(n @ 1..) = stream.read(&mut buf) {
                of_echo
                    .lock()
                    .unwrap()
                    .push(String::from_utf8_lossy(&buf[..n]).into_owned());
                let _ = stream.write_all(&[b"+", &buf[..n]].concat());
                while stream.read(&mut buf).is_ok_and(|n| n > 0) {}
            }
        });
        let (pages, greets, echoes) = (pages.port, greets.port, echoes.port);
        Self {
            pages,
            greets,
            echoes,
            asked,
        }
    }

    /// Each thing once, without the ports that differ from side to side.
    fn asked(&self) -> Vec<String> {
        let mut asked: Vec<String> = self.asked.lock().unwrap().clone();
        for text in &mut asked {
            *text = text.replace(&self.pages.to_string(), "PORT");
        }
        asked.sort();
        asked.dedup();
        asked
    }
}

/// Answers as the path says, with headers to look at.
fn page(mut stream: TcpStream, asked: &Asked) {
    let Some(head) = support::read_head(&mut stream) else {
        return;
    };
    let mut body = vec![0; support::content_length(&head)];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked
        .lock()
        .unwrap()
        .push(head + &String::from_utf8_lossy(&body));
    let status = match path.as_str() {
        "/bad" => "500 Bad",
        "/404" => "404 Gone",
        _ => "200 OK",
    };
    let answer = format!(
        "HTTP/1.0 {status}\r\nContent-Length: 5\r\nX-List: one, two,three\r\nX-Other: Value\r\nSet-Cookie: sessid=abc; path=/\r\n\r\nhello"
    );
    let _ = stream.write_all(answer.as_bytes());
}

fn config(listen: u16, log: &UdpSocket, servers: &Servers) -> String {
    let log = log.local_addr().unwrap().port();
    let mut text = format!(
        "global\n node mynode\n set-var proc.color str(blue)\n max-spread-checks 50ms\n log 127.0.0.1:{log} local0\ndefaults\n timeout connect 20s\n timeout client 1s\n timeout server 1s\n timeout check 20s\nlisten x\n bind 127.0.0.1:{listen}\n"
    );
    for (list, lines) in [(HTTP, "mode http"), (BYTES, "mode tcp\n option tcp-check")] {
        for (name, steps) in backends(list) {
            let (name, echoes) = match name.split_once(" # ") {
                Some((name, _)) => (name, true),
                None => (name, false),
            };
            let port = match (name.starts_with("http"), echoes) {
                (true, _) => servers.pages,
                (_, true) => servers.echoes,
                _ => servers.greets,
            };
            let asks = name.starts_with("http") && !steps.contains("option httpchk");
            let option = if asks { "\n option httpchk" } else { "" };
            let inter = if steps.contains("timeout check") {
                "500ms"
            } else {
                "20s"
            };
            let _ = writeln!(
                text,
                "backend {name}\n {lines}{option}\n log global\n option log-health-checks\n{steps}\n server s 127.0.0.1:{port} check inter {inter} fall 1 rise 1"
            );
        }
    }
    text
}

/// Name and lines of each.
fn backends(list: &str) -> impl Iterator<Item = (&str, &str)> {
    let sections = list.split("backend ").skip(1);
    sections.filter_map(|section| section.trim_end().split_once('\n'))
}

#[test]
fn composed_checks_are_asked_and_told_as_by_haproxy() {
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (theirs, ours) = (log(), log());
    let (one, two) = (Servers::start(), Servers::start());
    let count = backends(HTTP).count() + backends(BYTES).count();
    let listen = free_port();
    let Some(haproxy) = Haproxy::start(&config(listen, &theirs, &one), listen) else {
        panic!("haproxy is not installed");
    };
    let wanted = first_results(&theirs, count);
    drop(haproxy);
    assert_eq!(wanted.len(), count, "haproxy told of all: {wanted:?}");
    let _proxy = Proxy::start(&config(free_port(), &ours, &two));
    let found = first_results(&ours, count);
    let differ: Vec<_> = wanted
        .iter()
        .filter(|(name, told)| found.get(*name) != Some(*told))
        .map(|(name, told)| format!("{name}:\n  {told}\n  {:?}", found.get(name)))
        .collect();
    assert!(differ.is_empty(), "haproxy's first:\n{}", differ.join("\n"));
    assert_eq!(one.asked(), two.asked(), "haproxy's on the left");
}
