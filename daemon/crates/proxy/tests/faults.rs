//! Clients and servers that misbehave at random: whatever happens, nothing is left behind, and
//! those who behave are served.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Origin, Proxy, free_port, read_head, status_of, until};

/// A generator of its own for each thread, with a fixed seed: a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn reset(stream: &TcpStream) {
    let _ = sys::tcp::set_reset_on_close(stream);
}

/// Answers some requests, breaks others in every way there is.
fn bad_origin(mut stream: TcpStream, number: usize) {
    let mut dice = Dice(number as u64 + 1);
    while read_head(&mut stream).is_some() {
        let answer: &[u8] = match dice.roll(12) {
            0 => return,
            1 => return reset(&stream),
            2 => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                return;
            }
            3 => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
                return reset(&stream);
            }
            4 => {
                let _ = stream.write_all(b"HTTP/1.1 200 O");
                std::thread::sleep(Duration::from_millis(dice.roll(30)));
                let _ = stream.shutdown(Shutdown::Write);
                return;
            }
            5 => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and too much",
            6 => b"garbage\r\n\r\n",
            7 => {
                std::thread::sleep(Duration::from_millis(dice.roll(250)));
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            }
            8 => b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
            _ => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        };
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

fn bad_client(port: u16, dice: &mut Dice) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let mut buf = [0; 4096];
    for _ in 0..=dice.roll(4) {
        let text: &[u8] = match dice.roll(9) {
            0 => b"GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
            1 => b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\nonly this",
            2 => b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz",
            3 => b"GET /a HTT",
            4 => b"\0\xff nonsense\r\n\r\n",
            5 => b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            _ => b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        };
        if stream.write_all(text).is_err() {
            return;
        }
        match dice.roll(5) {
            0 => return,
            1 => return reset(&stream),
            2 => {
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.read(&mut buf);
            }
            _ => {
                let _ = stream.read(&mut buf);
            }
        }
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn nothing_is_left_behind_and_the_good_are_served() {
    let (good, bad) = (Origin::named("good"), Origin::start(bad_origin));
    let port = free_port();
    let config = |timeout: u32| {
        format!(
            "global\n    nbthread 2\ndefaults\n    mode http\n    timeout client 400ms\n    timeout server {timeout}ms\n    timeout connect 200ms\n    timeout http-request 300ms\n    timeout http-keep-alive 5s\n    timeout queue 300ms\n    retries 1\nfrontend web\n    bind 127.0.0.1:{port}\n    use_backend good if {{ path /good }}\n    default_backend bad\nbackend good\n    timeout server 5s\n    timeout connect 5s\n    timeout queue 5s\n    server g 127.0.0.1:{} maxconn 50\nbackend bad\n    balance leastconn\n    option redispatch\n    server b1 127.0.0.1:{} maxconn 3\n    server b2 127.0.0.1:{} maxconn 3\n",
            good.port, bad.port, bad.port
        )
    };
    let mut proxy = Proxy::start(&config(150));
    let before = open_files();
    let served = Arc::new(AtomicUsize::new(0));
    let until_when = Instant::now() + Duration::from_secs(4);
    let vandals = (0..12u64).map(|n| {
        std::thread::spawn(move || {
            let mut dice = Dice(n * 7919 + 13);
            while Instant::now() < until_when {
                bad_client(port, &mut dice);
            }
        })
    });
    let guests = (0..2).map(|_| {
        let served = served.clone();
        std::thread::spawn(move || {
            let mut client = Client::connect(port);
            while Instant::now() < until_when {
                let (head, body) = client.get("/good");
                assert_eq!((status_of(&head), &body[..]), (200, &b"good"[..]), "{head}");
                served.fetch_add(1, Ordering::SeqCst);
            }
        })
    });
    let all: Vec<_> = vandals.chain(guests).collect();
    let mut reloads = 0;
    while Instant::now() < until_when {
        reloads += 1;
        proxy.configure(&config(150 + reloads % 2)).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    for thread in all {
        thread.join().unwrap();
    }
    assert!(
        served.load(Ordering::SeqCst) > 50,
        "only {} were served",
        served.load(Ordering::SeqCst)
    );
    until("all connections and places are given back", || {
        let status = proxy.status();
        let zero = |v: &serde_json::Value| v["connections"] == 0;
        let servers = |b: &serde_json::Value| b["servers"].as_array().unwrap().iter().all(zero);
        status["frontends"].as_array().unwrap().iter().all(zero)
            && status["backends"].as_array().unwrap().iter().all(servers)
    });
    // Idle connections to servers are closed after five seconds.
    until("all descriptors are given back", || {
        open_files() <= before + 4
    });
    assert_eq!(Client::connect(port).get("/good").1, b"good");
}
