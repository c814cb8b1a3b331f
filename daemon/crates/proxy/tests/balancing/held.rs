//! Algorithms that look at the load or at chance: requests that stay at their servers, and many.

use super::support::{self, Beside, Client, Origin};
use super::{DECREASING, EQUAL, Farm, NAMES, PRIME, UNEVEN, WEIGHTED, ZERO, config};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

/// Cases in which servers keep what they got for a while.
const HELD: &[(&str, Farm)] = &[
    ("balance leastconn", EQUAL),
    ("balance leastconn", WEIGHTED),
    ("balance leastconn", UNEVEN),
    ("balance leastconn", PRIME),
    ("balance first", DECREASING),
    ("balance first", &["maxconn 2", "maxconn 3", "maxconn 20"]),
    (
        "balance hash int(5)\n hash-type consistent\n hash-balance-factor 150",
        EQUAL,
    ),
    (
        "balance hash int(5)\n hash-type consistent\n hash-balance-factor 110",
        EQUAL,
    ),
    (
        "balance hash path\n hash-type consistent djb2\n hash-balance-factor 200",
        UNEVEN,
    ),
    (
        "balance uri\n hash-type consistent\n hash-balance-factor 125",
        WEIGHTED,
    ),
];

/// Requests by number, and those whose answers may end.
#[derive(Default)]
struct Gate(Mutex<HashSet<String>>, Condvar);

impl Gate {
    fn open(&self, number: usize) {
        self.0.lock().unwrap().insert(number.to_string());
        self.1.notify_all();
    }

    fn wait(&self, number: &str) {
        let known = self.0.lock().unwrap();
        let closed = |open: &mut HashSet<String>| !open.contains(number);
        let result = self.1.wait_timeout_while(known, support::WAIT, closed);
        assert!(
            !result.unwrap().1.timed_out(),
            "nobody ends request {number}"
        );
    }
}

/// Begins an answer with its name and ends it when the gate says so.
fn holding(name: &'static str, gate: &Arc<Gate>) -> Origin {
    let gate = gate.clone();
    Origin::start(move |mut stream, _| {
        stream.set_nodelay(true).unwrap();
        while let Some(head) = support::read_head(&mut stream) {
            let number = head.split(['=', ' ']).nth(2).unwrap_or("");
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{name}");
            let _ = stream.write_all(answer.as_bytes());
            gate.wait(number);
            let _ = stream.write_all(b".");
        }
    })
}

/// Ten requests come and stay, some of them end, ten more come.
fn held(port: u16, case: usize, gate: &Gate, numbers: &AtomicUsize) -> String {
    let mut order = String::new();
    let mut come = |n: usize| {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let mut client = Client::connect(port);
        let path = n % 3;
        client.send(format!(
            "GET /{path}?number={number} HTTP/1.1\r\nHost: h\r\nX-To: h{case}\r\n\r\n"
        ));
        support::read_head(&mut client.0).expect("an answer");
        let mut name = [0];
        client.0.read_exact(&mut name).unwrap();
        order.push(char::from(name[0]));
        (number, client)
    };
    let end = |(number, mut client): (usize, Client)| {
        gate.open(number);
        client.0.read_exact(&mut [0]).unwrap();
        // What is answered after it shows that it is over there, too.
        assert_eq!(support::status_of(&client.get("/nowhere").0), 503);
    };
    let mut clients: Vec<_> = (0..10).map(&mut come).collect();
    for at in [7, 5, 4, 0] {
        end(clients.remove(at));
    }
    clients.extend((0..10).map(&mut come));
    clients.into_iter().for_each(end);
    order
}

#[test]
fn requests_that_stay_are_spread_as_through_haproxy() {
    let (gate, numbers) = (Arc::new(Gate::default()), AtomicUsize::new(0));
    let origins: Vec<Origin> = NAMES.iter().map(|name| holding(name, &gate)).collect();
    let Some(beside) = Beside::start(&config(&origins, 'h', HELD)) else {
        return;
    };
    for (n, (lines, farm)) in HELD.iter().enumerate() {
        beside.agree(&format!("{lines} {farm:?}"), |port| {
            held(port, n, &gate, &numbers)
        });
    }
}

/// How often each server answers.
fn shares(port: u16, case: usize, requests: usize) -> [u32; 5] {
    let mut counts = [0; 5];
    let mut client = Client::connect(port);
    for _ in 0..requests {
        client.send(format!(
            "GET / HTTP/1.1\r\nHost: h\r\nX-To: r{case}\r\n\r\n"
        ));
        let (_, body) = client.response();
        counts[usize::from(body[0] - b'a')] += 1;
    }
    counts
}

/// Weights, and the draws.
const RANDOM: &[(&str, Farm)] = &[
    ("balance random", EQUAL),
    ("balance random(1)", WEIGHTED),
    ("balance random", UNEVEN),
    ("balance random(5)", ZERO),
];

#[test]
fn random_draws_follow_the_weights_as_in_haproxy() {
    let origins: Vec<Origin> = NAMES.iter().map(|name| Origin::echo_named(name)).collect();
    let Some(beside) = Beside::start(&config(&origins, 'r', RANDOM)) else {
        return;
    };
    for (n, (lines, farm)) in RANDOM.iter().enumerate() {
        let (theirs, ours) = (
            shares(beside.theirs.port, n, 300),
            shares(beside.ours.port, n, 300),
        );
        for (a, b) in theirs.iter().zip(ours) {
            // Five standard deviations of the larger one, and what the ring of the original is
            // uneven by.
            let bound = 20.0 + 5.0 * f64::from((*a).max(b)).sqrt();
            let apart = f64::from(*a) - f64::from(b);
            assert!(apart.abs() < bound, "{lines} {farm:?}: {theirs:?} {ours:?}");
            assert_eq!(*a == 0, b == 0, "{lines} {farm:?}: {theirs:?} {ours:?}");
        }
    }
}
