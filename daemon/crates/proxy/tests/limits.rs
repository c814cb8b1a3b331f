//! Timeouts, limits, queues, retries.

mod support;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of};

fn timed<T>(f: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = f();
    (value, start.elapsed())
}

fn within(took: Duration, ms: std::ops::Range<u64>) {
    let got = u64::try_from(took.as_millis()).unwrap();
    assert!(ms.contains(&got), "took {got} ms, expected {ms:?}");
}

#[test]
fn a_silent_server_gives_504_after_timeout_server() {
    let origin = Origin::start(|mut stream, _| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let port = free_port();
    let servers = format!(
        "    timeout server 300ms\n    server s 127.0.0.1:{}",
        origin.port
    );
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let ((head, _), took) = timed(|| Client::connect(port).get("/"));
    assert_eq!(status_of(&head), 504);
    within(took, 290..2000);
}

#[test]
fn half_a_head_gives_408_after_timeout_http_request() {
    let origin = Origin::echo();
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(
        port,
        "    timeout http-request 300ms",
        &servers,
    ));
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHo");
    let (all, took) = timed(|| client.rest());
    assert_eq!(status_of(&String::from_utf8(all).unwrap()), 408);
    within(took, 250..2000);
}

#[test]
fn an_idle_connection_ends_silently_after_timeout_http_keep_alive() {
    let origin = Origin::echo();
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(
        port,
        "    timeout http-keep-alive 200ms",
        &servers,
    ));
    let mut client = Client::connect(port);
    client.get("/");
    let (rest, took) = timed(|| client.rest());
    assert!(rest.is_empty());
    within(took, 150..2000);
}

#[test]
fn a_refused_connection_is_tried_again_after_a_pause_then_503() {
    let dead = free_port();
    let port = free_port();
    let servers =
        format!("    timeout connect 200ms\n    retries 2\n    server s 127.0.0.1:{dead}");
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let ((head, _), took) = timed(|| Client::connect(port).get("/"));
    assert_eq!(status_of(&head), 503);
    // Two pauses of min(timeout connect, 1 s).
    within(took, 390..2000);
}

#[test]
fn redispatch_sends_the_last_retry_elsewhere() {
    let dead = free_port();
    let live = Origin::named("live");
    let port = free_port();
    let servers = format!(
        "    option redispatch\n    retries 1\n    server dead 127.0.0.1:{dead}\n    server live 127.0.0.1:{}",
        live.port
    );
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    for _ in 0..6 {
        let (head, body) = Client::connect(port).get("/");
        assert_eq!((status_of(&head), &body[..]), (200, &b"live"[..]));
    }
}

/// An origin that counts how many requests it works on at once.
fn counting(work: Duration) -> (Origin, Arc<AtomicUsize>) {
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let peak = most.clone();
    let origin = Origin::start(move |mut stream, _| {
        while read_head(&mut stream).is_some() {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(work);
            now.fetch_sub(1, Ordering::SeqCst);
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .is_err()
            {
                return;
            }
        }
    });
    (origin, most)
}

#[test]
fn maxconn_of_a_server_holds_and_the_queue_serves_everybody() {
    for threads in [1, 2] {
        let (origin, most) = counting(Duration::from_millis(20));
        let port = free_port();
        let servers = format!(
            "    timeout queue 5s\n    server s 127.0.0.1:{} maxconn 2",
            origin.port
        );
        let config =
            http_config(port, "", &servers).replace("nbthread 1", &format!("nbthread {threads}"));
        let mut proxy = Proxy::start(&config);
        let clients: Vec<_> = (0..16)
            .map(|_| std::thread::spawn(move || status_of(&Client::connect(port).get("/").0)))
            .collect();
        assert!(clients.into_iter().all(|c| c.join().unwrap() == 200));
        assert_eq!(most.load(Ordering::SeqCst), 2, "with {threads} threads");
        proxy.wait_status("/backends/0/servers/0/connections", &0.into());
    }
}

#[test]
fn who_waits_too_long_in_the_queue_gets_503() {
    let (origin, _) = counting(Duration::from_millis(1500));
    let port = free_port();
    let servers = format!(
        "    timeout queue 200ms\n    server s 127.0.0.1:{} maxconn 1",
        origin.port
    );
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let first = std::thread::spawn(move || status_of(&Client::connect(port).get("/").0));
    std::thread::sleep(Duration::from_millis(100));
    let ((head, _), took) = timed(|| Client::connect(port).get("/"));
    assert_eq!(status_of(&head), 503);
    within(took, 180..1300);
    assert_eq!(first.join().unwrap(), 200);
}

#[test]
fn connections_above_maxconn_of_a_frontend_wait_and_are_served() {
    let (origin, _) = counting(Duration::from_millis(10));
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let config = http_config(port, "    option httpclose\n    maxconn 2", &servers);
    let mut proxy = Proxy::start(&config);
    let clients: Vec<_> = (0..12)
        .map(|_| std::thread::spawn(move || status_of(&Client::connect(port).get("/").0)))
        .collect();
    assert!(clients.into_iter().all(|c| c.join().unwrap() == 200));
    proxy.wait_status("/frontends/0/connections", &0.into());
}

#[test]
fn a_full_queue_refuses_at_once() {
    let (origin, _) = counting(Duration::from_millis(800));
    let port = free_port();
    let servers = format!(
        "    timeout queue 5s\n    balance hdr(host)\n    server s 127.0.0.1:{} maxconn 1 maxqueue 1",
        origin.port
    );
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let client = std::thread::spawn(move || status_of(&Client::connect(port).get("/").0));
            std::thread::sleep(Duration::from_millis(100));
            client
        })
        .collect();
    let ((head, _), took) = timed(|| Client::connect(port).get("/"));
    assert_eq!(status_of(&head), 503);
    within(took, 0..500);
    assert!(waiting.into_iter().all(|c| c.join().unwrap() == 200));
}

#[test]
fn abortonclose_drops_the_request_of_a_client_that_left() {
    let (origin, _) = counting(Duration::from_millis(1200));
    let port = free_port();
    let servers = format!(
        "    option abortonclose\n    server s 127.0.0.1:{} maxconn 1",
        origin.port
    );
    let mut proxy = Proxy::start(&http_config(port, "", &servers));
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    client.0.shutdown(std::net::Shutdown::Write).unwrap();
    let (rest, took) = timed(|| client.rest());
    assert!(rest.starts_with(b"HTTP/1.1 400 "));
    within(took, 0..1000);
    proxy.wait_status("/backends/0/servers/0/connections", &0.into());
}
