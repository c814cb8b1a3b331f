//! Servers and agents that answer as they are told, and states of servers as haproxy and ours give
//! them.

use super::{Origin, Proxy, haproxy};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Says the same line to everybody until it is told another one.
pub struct Agent {
    pub port: u16,
    line: Arc<Mutex<String>>,
    said: Arc<AtomicUsize>,
    /// What it was sent.
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl Agent {
    /// `listens`: it reads before it speaks.
    pub fn start(listens: bool) -> Self {
        let line = Arc::new(Mutex::new("\n".to_owned()));
        let said = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (next, count, ear) = (line.clone(), said.clone(), heard.clone());
        let origin = Origin::start(move |mut stream, _| {
            if listens {
                let mut buffer = [0; 100];
                let n = stream.read(&mut buffer).unwrap_or(0);
                let text = String::from_utf8_lossy(&buffer[..n]).into_owned();
                ear.lock().unwrap().push(text);
            }
            let line = next.lock().unwrap().clone();
            let _ = stream.write_all(line.as_bytes());
            count.fetch_add(1, SeqCst);
        });
        Self {
            port: origin.port,
            line,
            said,
            heard,
        }
    }

    pub fn say(&self, line: &str) {
        line.clone_into(&mut self.line.lock().unwrap());
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.said.load(SeqCst)
    }

    /// Waits until it was asked so often: an answer is taken up before the next question.
    pub fn wait_asked(&self, wanted: usize) {
        wait_count("the agent", wanted, || self.asked());
    }
}

/// An HTTP server whose status is set.
pub struct Page {
    pub port: u16,
    pub status: Arc<AtomicUsize>,
    /// Heads of requests.
    pub heads: Arc<Mutex<Vec<String>>>,
}

impl Page {
    pub fn start() -> Self {
        let status = Arc::new(AtomicUsize::new(200));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (now, seen) = (status.clone(), heads.clone());
        let origin = Origin::start(move |mut stream, _| {
            while let Some(head) = super::read_head(&mut stream) {
                seen.lock().unwrap().push(head);
                let status = now.load(SeqCst);
                let answer = format!("HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n\r\n");
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        });
        Self {
            port: origin.port,
            status,
            heads,
        }
    }
}

impl Page {
    /// What it answers from now on.
    pub fn set(&self, status: usize) {
        self.status.store(status, SeqCst);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    /// Waits until it was asked so often.
    pub fn wait_asked(&self, wanted: usize) {
        wait_count("the page", wanted, || self.asked());
    }
}

fn wait_count(what: &str, wanted: usize, count: impl Fn() -> usize) {
    let end = Instant::now() + super::WAIT;
    while count() < wanted {
        assert!(Instant::now() < end, "{what} is not asked");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Of each server: operational state, administrative state, weight, limit, status.
pub type States = BTreeMap<String, (u64, u64, u64, String, String)>;

pub fn of_haproxy(socket: &Path) -> States {
    let dump = haproxy::ask(socket, "show servers state");
    let mut states = States::new();
    for line in dump.lines().skip(2) {
        let fields: Vec<&str> = line.split(' ').collect();
        if let [_, backend, _, server, _, operation, orders, weight, ..] = fields[..] {
            let number = |text: &str| text.parse().unwrap();
            let name = format!("{backend}/{server}");
            let (operation, orders, weight) = (number(operation), number(orders), number(weight));
            states.insert(
                name,
                (operation, orders, weight, String::new(), String::new()),
            );
        }
    }
    let csv = haproxy::ask(socket, "show stat");
    for line in csv.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        if let [backend, server, _, _, _, _, limit, ..] = fields[..]
            && let Some(state) = states.get_mut(&format!("{backend}/{server}"))
        {
            (state.3, state.4) = (limit.to_owned(), fields[17].to_owned());
        }
    }
    states
}

pub fn of_ours(proxy: &mut Proxy) -> States {
    const ORDERS: [&str; 6] = [
        "maintenance",
        "inherited maintenance",
        "disabled by configuration",
        "drain",
        "inherited drain",
        "unresolved",
    ];
    let status = proxy.status();
    let mut states = States::new();
    let list = |value: &Value| value.as_array().unwrap().clone();
    for backend in list(&status["backends"]) {
        for server in list(&backend["servers"]) {
            let text = |name: &str| server[name].as_str().unwrap().to_owned();
            let operation = match text("operation").as_str() {
                "stopped" => 0,
                "starting" => 1,
                "running" => 2,
                _ => 3,
            };
            let bit = |order: &Value| {
                let at = ORDERS.iter().position(|name| order == name).unwrap();
                1 << at
            };
            let orders = list(&server["orders"]).iter().map(bit).sum();
            let limit = server["maxconn"].as_u64();
            let name = format!("{}/{}", backend["name"].as_str().unwrap(), text("name"));
            let state = (
                operation,
                orders,
                server["weight"].as_u64().unwrap(),
                limit.map_or(String::new(), |limit| limit.to_string()),
                text("state"),
            );
            states.insert(name, state);
        }
    }
    states
}

/// Lines of a log about servers, with their priority; durations are left out.
pub fn lines(log: &UdpSocket) -> Vec<String> {
    let mut lines = Vec::new();
    let mut buffer = [0; 4096];
    log.set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    while let Ok(n) = log.recv(&mut buffer) {
        let line = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
        let priority = line[..=line.find('>').unwrap()].to_owned();
        let Some((_, text)) = line.split_once("]: ") else {
            continue;
        };
        let text = match text.split_once(", check duration: ") {
            Some((before, rest)) => {
                let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                format!("{before}{}", after.trim_start_matches("ms"))
            }
            None => text.to_owned(),
        };
        lines.push(format!("{priority} {text}"));
    }
    lines
}

/// A line of the log whose word `T=` has times; of those only whether they are known.
pub fn without_times(line: &str) -> String {
    let word = |word: &str| match word.strip_prefix("T=") {
        Some(times) => {
            let known = |time| if time == "-1" { "-1" } else { "N" };
            times.split('/').map(known).collect::<Vec<_>>().join("/")
        }
        None => word.to_owned(),
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
