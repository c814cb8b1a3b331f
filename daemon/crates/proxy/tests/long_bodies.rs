//! Bodies long enough to pass inside the kernel, among short ones, both ways; and what becomes of
//! them when a side has no more to say.

mod support;

use std::io::{Read, Write};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of};

fn proxy(origin: &Origin) -> (Proxy, u16) {
    let port = free_port();
    let server = format!("    server s1 127.0.0.1:{}", origin.port);
    (Proxy::start(&http_config(port, "", &server)), port)
}

/// Bytes of which no two neighbours at any distance are alike for long.
fn bytes(length: usize) -> Vec<u8> {
    let byte = |n: usize| ((n * n) >> 8 ^ n).to_le_bytes()[0];
    (0..length).map(byte).collect()
}

#[test]
fn bodies_of_all_lengths_pass_unchanged_on_one_connection() {
    let origin = Origin::echo();
    let (_proxy, port) = proxy(&origin);
    let mut client = Client::connect(port);
    let lengths = [
        3,
        1 << 20,
        0,
        4_000,
        15_000,
        16_385,
        33_000,
        20_000,
        64 << 10,
        200_000,
        5,
        70_000,
        1,
    ];
    for length in lengths {
        let body = bytes(length);
        let mut request =
            format!("POST /{length} HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\n\r\n")
                .into_bytes();
        request.extend_from_slice(&body);
        let mut writer = client.0.try_clone().unwrap();
        let sender = std::thread::spawn(move || writer.write_all(&request).unwrap());
        let (head, echoed) = client.response();
        sender.join().unwrap();
        assert_eq!(status_of(&head), 200);
        assert!(echoed.starts_with(format!("POST /{length} ").as_bytes()));
        assert!(echoed.ends_with(&body), "{length} bytes came back changed");
    }
}

#[test]
fn the_beginning_of_a_long_answer_does_not_wait_for_the_rest() {
    const ALL: usize = 100_000;
    let (go_on, gone_on) = mpsc::channel::<()>();
    let gone_on = std::sync::Mutex::new(gone_on);
    let origin = Origin::start(move |mut stream, _| {
        let body = bytes(ALL);
        while read_head(&mut stream).is_some() {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {ALL}\r\n\r\n");
            // More than is looked at for a head, and then nothing that could be spliced.
            let start = [head.as_bytes(), &body[..4096 - head.len()]].concat();
            stream.write_all(&start).unwrap();
            gone_on.lock().unwrap().recv().unwrap();
            stream.write_all(&body[4096 - head.len()..]).unwrap();
        }
    });
    let (_proxy, port) = proxy(&origin);
    let mut client = Client::connect(port);
    let mut shortest = Duration::MAX;
    // The kernel lets bytes go by itself that wait for others, after 200 ms.
    for n in 0..8 {
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
        let asked = Instant::now();
        read_head(&mut client.0).unwrap();
        let mut body = vec![0; ALL];
        client.0.read_exact(&mut body[..3_000]).unwrap();
        // Only from then on is a long answer expected.
        if n > 0 {
            shortest = shortest.min(asked.elapsed());
        }
        go_on.send(()).unwrap();
        client.0.read_exact(&mut body[3_000..]).unwrap();
        assert!(body == bytes(ALL), "the body came changed");
    }
    assert!(shortest < Duration::from_millis(150), "{shortest:?}");
}

#[test]
fn an_answer_before_the_end_of_a_long_request_comes_through() {
    let origin = Origin::start(|mut stream, _| {
        let _ = read_head(&mut stream);
        let mut some = vec![0; 50_000];
        stream.read_exact(&mut some).unwrap();
        stream
            .write_all(
                b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
            )
            .unwrap();
        // Without a reset, which could overtake the answer.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        while stream.read(&mut some).is_ok_and(|n| n > 0) {}
    });
    let (_proxy, port) = proxy(&origin);
    let mut client = Client::connect(port);
    let mut writer = client.0.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let head = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n";
        let _ = writer.write_all(head.as_bytes());
        let some = bytes(65_536);
        while writer.write_all(&some).is_ok() {}
    });
    let (head, body) = client.response();
    assert_eq!((status_of(&head), &body[..]), (413, &b"no"[..]), "{head}");
    drop(client);
    sender.join().unwrap();
}

#[test]
fn a_client_that_leaves_takes_its_request_to_the_server_with_it() {
    let (told, seen) = mpsc::channel();
    let origin = Origin::start(move |mut stream, _| {
        let _ = read_head(&mut stream);
        let mut body = Vec::new();
        let _ = stream.read_to_end(&mut body);
        let _ = told.send(body.len());
    });
    let (_proxy, port) = proxy(&origin);
    let mut client = Client::connect(port);
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n");
    client.0.write_all(&bytes(300_000)).unwrap();
    drop(client);
    let came = seen.recv_timeout(support::WAIT).unwrap();
    assert!(came <= 300_000, "{came}");
}
