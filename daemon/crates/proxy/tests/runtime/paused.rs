//! Frontends that orders close, open again and end: the lines in the log, as in haproxy.

use crate::socket::{Place, ask};
use crate::support::haproxy::Haproxy;
use crate::support::told::lines;
use crate::support::{Client, Origin, Proxy, WAIT, free_port};
use std::net::UdpSocket;
use std::time::Instant;

struct Side {
    socket: Place,
    log: UdpSocket,
    ports: [u16; 3],
}

const ORDERS: [&str; 9] = [
    "disable frontend f",
    "disable frontend f",
    "enable frontend f",
    "disable frontend t",
    "enable frontend t",
    "disable frontend silent",
    "shutdown frontend silent",
    "disable frontend f",
    "shutdown frontend f",
];

impl Side {
    fn new(name: &str) -> Self {
        Self {
            socket: Place::new(name),
            log: UdpSocket::bind("127.0.0.1:0").unwrap(),
            ports: [free_port(), free_port(), free_port()],
        }
    }

    fn config(&self, origin: u16) -> String {
        let [f, silent, t] = self.ports;
        format!(
            "global\n nbthread 1\n log 127.0.0.1:{} local0\n {}\ndefaults\n mode http\n log global\n option dontlognull\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend f\n bind 127.0.0.1:{f}\n default_backend b\nfrontend silent\n no log\n bind 127.0.0.1:{silent}\n default_backend b\nlisten t\n bind 127.0.0.1:{t}\n server s 127.0.0.1:{origin}\nbackend b\n server s 127.0.0.1:{origin}\n",
            self.log.local_addr().unwrap().port(),
            self.socket.line("level admin")
        )
    }

    /// The lines that the order brings.
    fn told(&self, order: &str, count: usize) -> Vec<String> {
        ask(&self.socket.0, order);
        let end = Instant::now() + WAIT;
        let mut all = Vec::new();
        while all.len() < count && Instant::now() < end {
            all.extend(lines(&self.log));
            all.retain(|line| !line.contains("Connect from"));
        }
        all
    }

    /// Each request on a connection of its own.
    fn ask_pages(&self, at: usize, count: usize) {
        for _ in 0..count {
            let mut client = Client::connect(self.ports[at]);
            client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            assert!(!client.rest().is_empty());
        }
    }
}

/// Without the connections that only looked whether it listens.
fn counted(line: &str, looks: u64) -> String {
    let Some((before, rest)) = line.split_once("FE: ") else {
        return line.to_owned();
    };
    let (number, after) = rest.split_once(',').unwrap();
    let number: u64 = number.parse().unwrap();
    format!("{before}FE: {},{after}", number - looks)
}

#[test]
fn frontends_that_are_closed_and_opened_are_told_in_haproxys_words() {
    let origin = Origin::named("a");
    let (theirs, ours) = (Side::new("their-pause"), Side::new("our-pause"));
    let Some(_haproxy) = Haproxy::start(&theirs.config(origin.port), theirs.ports[0]) else {
        eprintln!("skipped: haproxy is not installed");
        return;
    };
    let _proxy = Proxy::start(&ours.config(origin.port));
    let looks = {
        let table = ask(&theirs.socket.0, "show stat f 1 -1");
        let names = table.lines().next().unwrap().split(',');
        let at = names.clone().position(|name| name == "conn_tot").unwrap();
        let row = table.lines().nth(1).unwrap();
        row.split(',').nth(at).unwrap().parse().unwrap()
    };
    for side in [&theirs, &ours] {
        side.ask_pages(0, 3);
        side.ask_pages(2, 2);
    }
    for order in ORDERS.into_iter().chain(["shutdown frontend t"]) {
        // What nobody is told of brings no line; the next order's comes alone.
        let silent = order.ends_with("silent");
        let count = usize::from(!silent);
        let repeated = order == ORDERS[1];
        let wanted = theirs.told(order, if repeated { 0 } else { count });
        let found = ours.told(order, wanted.len());
        let of_f = if order.ends_with(" f") { looks } else { 0 };
        let wanted: Vec<String> = wanted.iter().map(|line| counted(line, of_f)).collect();
        assert_eq!(wanted, found, "{order}: haproxy's on the left");
    }
}
