//! What an administrator does to servers, to those that others follow and to those that are down,
//! is told in haproxy's lines and in its order.

use crate::support::haproxy::{Haproxy, ask};
use crate::support::told::{Page, lines};
use crate::support::{Proxy, free_port};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::SeqCst;

/// Orders; a number is what the checked page says from now on, quietly where nobody looks.
const STEPS: &[&str] = &[
    "500",
    "200",
    "set server b/s state drain",
    "set server b/s state maint",
    "set server b/s state drain",
    "set server b/s state ready",
    "disable server b/s",
    "enable server b/s",
    "set server c/t state drain",
    "set server c/t state maint",
    "set server c/t state ready",
    "500",
    "set server b/s state drain",
    "200",
    "set server b/s state ready",
    "500",
    "set server b/s state maint",
    "quietly 200",
    "set server b/s state ready",
    "set server b/unchecked health down",
    "set server b/unchecked health stopping",
    "set server b/unchecked health up",
];

/// Whoever comes out of maintenance counts before a check has found it.
const UNCHECKED_STEPS: &[&str] = &[
    "disable server b/s",
    "enable server b/s",
    "set server c/t state drain",
    "set server c/t state ready",
];

pub struct Side {
    pub page: Page,
    /// Is checked in place of the page, and takes the question without an answer.
    silent: Option<TcpListener>,
    pub log: UdpSocket,
    pub socket: PathBuf,
}

impl Side {
    pub fn new(name: &str) -> Self {
        let file = format!("tandem-logged-{}-{name}", std::process::id());
        Self {
            page: Page::start(),
            silent: None,
            log: UdpSocket::bind("127.0.0.1:0").unwrap(),
            socket: std::env::temp_dir().join(file),
        }
    }

    /// Checks that stay without an answer, so that none of them decides anything for a while.
    fn unanswered(name: &str) -> Self {
        let mut side = Self::new(name);
        side.silent = Some(TcpListener::bind("127.0.0.1:0").unwrap());
        side
    }

    fn port(&self) -> u16 {
        let silent = self.silent.as_ref().map(|l| l.local_addr().unwrap().port());
        silent.unwrap_or(self.page.port)
    }

    fn config(&self, port: u16) -> String {
        let (log, page) = (self.log.local_addr().unwrap().port(), self.port());
        let server = |name: &str, words: &str| format!(" server {name} 127.0.0.1:{page} {words}\n");
        let b = [
            server("s", "check weight 10"),
            server("follows", "track b/s"),
            server("unchecked", ""),
        ];
        let c = [
            server("t", "track b/s"),
            server("spare", "track b/s backup"),
            server("far", "track c/t"),
        ];
        format!(
            "global\n nbthread 1\n log 127.0.0.1:{log} local0\n stats socket {} level admin\ndefaults\n log global\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n timeout check 5s\n option httpchk\n default-server inter 20ms fall 1 rise 1\nlisten l\n bind 127.0.0.1:{port}\nbackend b\n{}backend c\n{}",
            self.socket.display(),
            b.concat(),
            c.concat()
        )
    }

    fn step(&self, step: &str, order: impl Fn(&str) -> String) {
        match step.trim_start_matches("quietly ").parse() {
            Ok(status) => self.page.status.store(status, SeqCst),
            Err(_) => drop(order(step)),
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Lines about servers until they are enough.
pub fn told(side: &Side, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
    let end = std::time::Instant::now() + crate::support::WAIT;
    let mut all = Vec::new();
    while !enough(&all) && std::time::Instant::now() < end {
        all.extend(lines(&side.log));
    }
    all.retain(|line| !line.contains("Connect from"));
    all
}

/// What ours answers at its socket.
pub fn ask_ours(socket: &Path, line: &str) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn orders_and_followers_are_told_in_haproxys_words() {
    compare(STEPS, [Side::new("theirs"), Side::new("ours")]);
}

#[test]
fn servers_that_were_not_checked_again_yet_count_as_up() {
    let sides = ["their-silent", "our-silent"].map(Side::unanswered);
    compare(UNCHECKED_STEPS, sides);
}

fn compare(steps: &[&str], [theirs, ours]: [Side; 2]) {
    let port = free_port();
    let Some(_haproxy) = Haproxy::start(&theirs.config(port), port) else {
        eprintln!("skipped: haproxy is not installed");
        return;
    };
    let _proxy = Proxy::start(&ours.config(free_port()));
    for (number, step) in steps.iter().enumerate() {
        theirs.step(step, |line| ask(&theirs.socket, line));
        // What is not about the other server of this section ends with the follower there.
        let last = match *step {
            line if line.contains("unchecked") => "unchecked",
            line if line.contains("c/t") => "c/far",
            _ => "b/follows",
        };
        let quiet = step.starts_with("quietly");
        let is_last = |line: &String| line.contains(last);
        let mut wanted = told(&theirs, |all| quiet || all.iter().any(is_last));
        // In drain state a second line tells that it stays there: one thread has written it
        // before it answers.
        ask(&theirs.socket, "show info");
        wanted.extend(lines(&theirs.log));
        ours.step(step, |line| ask_ours(&ours.socket, line));
        let found = told(&ours, |all| all.len() >= wanted.len());
        assert_eq!(
            wanted, found,
            "step {number} '{step}': haproxy's on the left"
        );
    }
}
