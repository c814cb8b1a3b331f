//! Hostile bytes through the whole proxy: whatever clients send, the origin gets whole, strictly
//! framed requests, the proxy goes on, and its memory stays bounded.

#[path = "../recorder/mod.rs"]
mod recorder;
#[path = "../support/mod.rs"]
mod support;

mod framing;
mod framing_of_answers;
mod framing_of_bodies;
mod framing_of_requests;

use recorder::Recorder;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Client, Proxy, free_port, status_of};
use testkit::random::Random;

/// Messages of each thread; `TANDEM_FUZZ_SECONDS` goes on for that long instead.
const MESSAGES: usize = 400;
const THREADS: u64 = 4;

fn config(port: u16, origin: u16, more: &str) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 1s\n    timeout server 1s\n    \
         timeout connect 1s\n    timeout http-request 500ms\n    timeout http-keep-alive 500ms\n    \
         http-reuse always\n    option forwardfor\n{more}frontend web\n    bind 127.0.0.1:{port}\n    \
         http-request set-header X-Seen yes\n    default_backend app\nbackend app\n    \
         server s1 127.0.0.1:{origin}\n"
    )
}

/// The kept corpus of the parser, responses left out: a client may send those too, but they end at
/// their first line.
fn corpus() -> Vec<Vec<u8>> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../http1/tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(root)
        .expect("the corpus of http1")
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let heads = files.iter().filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        !name.starts_with("response")
    });
    heads
        .map(|path| {
            let bytes = std::fs::read(path).unwrap();
            if path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("chunks")
            {
                let head = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
                return [head.as_slice(), &bytes].concat();
            }
            bytes
        })
        .collect()
}

/// Some messages behind each other, and a few bytes of them changed.
fn message(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    const BYTES: &[u8] = b"\r\n\0 \t:;,\"/?0123456789abfxHCTP.\x0b\x7f\xff";
    let mut bytes = Vec::new();
    for _ in 0..=random.next(3) {
        bytes.extend_from_slice(&corpus[random.next(corpus.len())]);
    }
    for _ in 0..random.next(4) {
        let at = random.next(bytes.len());
        let end = (at + random.next(8)).min(bytes.len());
        match random.next(3) {
            0 => bytes[at] = BYTES[random.next(BYTES.len())],
            1 => bytes.insert(at, BYTES[random.next(BYTES.len())]),
            _ => drop(bytes.drain(at..end)),
        }
    }
    bytes
}

/// Sends the bytes in some pieces and waits until the proxy is done with them.
fn send(port: u16, bytes: &[u8], random: &mut Random) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(1 + random.next(rest.len()));
        // A refused message is not read to its end.
        if stream.write_all(piece).is_err() {
            break;
        }
        rest = behind;
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!(
                    "the proxy neither answers nor closes: {:?}",
                    String::from_utf8_lossy(bytes)
                )
            }
            Err(_) => return,
        }
    }
}

fn attack(more: &str, seed: u64) {
    let recorder = Arc::new(Recorder::start());
    let port = free_port();
    let mut proxy = Proxy::start(&config(port, recorder.port, more));
    let corpus = Arc::new(corpus());
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let longer = seconds.map(|text| Duration::from_secs(text.parse().expect("seconds")));
    let begin = Instant::now();
    let threads: Vec<_> = (0..THREADS)
        .map(|n| {
            let corpus = corpus.clone();
            std::thread::spawn(move || {
                let mut random = Random(seed + n);
                let mut sent = 0;
                while longer.map_or(sent < MESSAGES, |limit| begin.elapsed() < limit) {
                    send(port, &message(&corpus, &mut random), &mut random);
                    sent += 1;
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let (requests, violations) = recorder.seen();
    assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    assert!(requests > 100, "only {requests} requests came through");
    let (head, _) = Client::connect(port).get("/after");
    assert_eq!(status_of(&head), 200, "the proxy serves on");
    proxy.stop(0);
}

#[test]
fn an_origin_gets_nothing_but_whole_strictly_framed_requests() {
    attack("", 1);
}

#[test]
fn and_so_it_does_on_connections_of_its_own() {
    attack("    http-reuse never\n    option http-server-close\n", 1000);
}

/// Were it blind, the tests above would prove nothing.
#[test]
fn the_recorder_sees_what_is_out_of_place() {
    let bad: [&[u8]; 6] = [
        b"GET / HTTP/1.1\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd",
    ];
    for bytes in bad {
        let recorder = Recorder::start();
        let mut stream = TcpStream::connect(("127.0.0.1", recorder.port)).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        // It closes when it has seen enough.
        let _ = stream.read_to_end(&mut Vec::new());
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(recorder.seen().1.len(), 1, "{shown:?}");
    }
}

/// Resident memory of this process, in bytes; the proxy runs in it.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[test]
fn messages_without_an_end_take_no_memory() {
    const CLIENTS: usize = 40;
    const EACH: usize = 4 << 20;
    let recorder = Recorder::start();
    let port = free_port();
    let _proxy = Proxy::start(&config(port, recorder.port, ""));
    let heads: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        b"GET /",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000000000000",
    ];
    let before = resident();
    let endless = vec![b'0'; 64 << 10];
    let mut streams: Vec<(TcpStream, usize)> = Vec::new();
    for n in 0..CLIENTS {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(heads[n % heads.len()]).unwrap();
        stream.set_nonblocking(true).unwrap();
        streams.push((stream, 0));
    }
    let end = Instant::now() + Duration::from_secs(10);
    let mut most = 0;
    // Each client sends until it has sent enough or is refused.
    while !streams.is_empty() && Instant::now() < end {
        streams.retain_mut(|(stream, sent)| match stream.write(&endless) {
            Ok(n) => {
                *sent += n;
                *sent < EACH
            }
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        });
        most = most.max(resident());
    }
    assert!(streams.is_empty(), "{} clients still wait", streams.len());
    let grown = most.saturating_sub(before);
    assert!(
        grown < CLIENTS * (128 << 10),
        "{grown} bytes for {CLIENTS} clients"
    );
    let (_, violations) = recorder.seen();
    assert!(violations.is_empty(), "{violations:#?}");
}
