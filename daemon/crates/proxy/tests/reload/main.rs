//! Reload and stop: nobody is refused, nobody is cut.

mod carried;
mod draining;
mod large;
mod refused;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of};

#[test]
fn reloads_under_load_lose_nothing_with_new_and_with_kept_connections() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let config = |origin: &Origin| {
        http_config(port, "", &format!("    server s 127.0.0.1:{}", origin.port))
            .replace("nbthread 1", "nbthread 2")
    };
    let mut proxy = Proxy::start(&config(&a));
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..8)
        .map(|n| {
            let (stop, done) = (stop.clone(), done.clone());
            std::thread::spawn(move || {
                let mut kept = Client::connect(port);
                while !stop.load(Ordering::SeqCst) {
                    let (head, _) = if n % 2 == 0 {
                        kept.get("/")
                    } else {
                        Client::connect(port).get("/")
                    };
                    assert_eq!(status_of(&head), 200);
                    done.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for n in 0..30 {
        let before = done.load(Ordering::SeqCst);
        proxy
            .configure(&config(if n % 2 == 0 { &b } else { &a }))
            .unwrap();
        let end = Instant::now() + support::WAIT;
        while done.load(Ordering::SeqCst) < before + 20 {
            assert!(Instant::now() < end, "traffic stopped");
            std::thread::yield_now();
        }
    }
    stop.store(true, Ordering::SeqCst);
    for c in clients {
        c.join().unwrap();
    }
    let counted = proxy.status()["frontends"][0]["requests"].as_u64().unwrap();
    assert!(counted >= done.load(Ordering::SeqCst) as u64);
}

#[test]
fn a_kept_connection_takes_up_the_new_configuration_at_its_next_request() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let config =
        |origin: &Origin| http_config(port, "", &format!("    server s 127.0.0.1:{}", origin.port));
    let mut proxy = Proxy::start(&config(&a));
    let mut client = Client::connect(port);
    assert_eq!(client.get("/").1, b"a");
    proxy.configure(&config(&b)).unwrap();
    assert_eq!(client.get("/").1, b"b");
}

#[test]
fn a_response_under_way_survives_a_reload() {
    let origin = Origin::start(|mut stream, _| {
        read_head(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            .unwrap();
        for _ in 0..100 {
            stream.write_all(&[b'x'; 10]).unwrap();
            std::thread::sleep(Duration::from_millis(3));
        }
    });
    let other = Origin::named("other");
    let port = free_port();
    let mut proxy = Proxy::start(&http_config(
        port,
        "",
        &format!("    server s 127.0.0.1:{}", origin.port),
    ));
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    let head = read_head(&mut client.0).unwrap();
    assert_eq!(status_of(&head), 200);
    proxy
        .configure(&http_config(
            port,
            "",
            &format!("    server t 127.0.0.1:{}", other.port),
        ))
        .unwrap();
    let mut body = [0; 1000];
    std::io::Read::read_exact(&mut client.0, &mut body).unwrap();
    assert_eq!(client.get("/").1, b"other");
}

#[test]
fn a_removed_frontend_serves_who_is_connected_and_refuses_newcomers() {
    let origin = Origin::named("x");
    let (keep, gone) = (free_port(), free_port());
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let one = http_config(keep, "", &servers);
    let two = format!("{one}frontend old\n    bind 127.0.0.1:{gone}\n    default_backend app\n");
    let mut proxy = Proxy::start(&two);
    let mut client = Client::connect(gone);
    assert_eq!(client.get("/").1, b"x");
    proxy.configure(&one).unwrap();
    let (head, body) = client.get("/");
    assert_eq!(body, b"x");
    assert!(head.contains("Connection: close"), "{head}");
    assert!(std::net::TcpStream::connect(("127.0.0.1", gone)).is_err());
    assert_eq!(Client::connect(keep).get("/").1, b"x");
}

#[test]
fn a_configuration_that_cannot_be_taken_up_changes_nothing() {
    let origin = Origin::named("x");
    let port = free_port();
    let config = http_config(port, "", &format!("    server s 127.0.0.1:{}", origin.port));
    let mut proxy = Proxy::start(&config);
    let bad = config.replace(
        "default_backend app",
        "default_backend app\n    errorfile 503 /nowhere/503.http",
    );
    let reasons = proxy.configure(&bad).unwrap_err();
    assert!(
        reasons.iter().any(|r| r.contains("/nowhere/503.http")),
        "{reasons:?}"
    );
    assert_eq!(Client::connect(port).get("/").1, b"x");
}

#[test]
fn a_stop_finishes_what_is_under_way_and_tells_clients_to_leave() {
    let origin = Origin::start(|mut stream, _| {
        while read_head(&mut stream).is_some() {
            std::thread::sleep(Duration::from_millis(300));
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .unwrap();
        }
    });
    let port = free_port();
    let mut proxy = Proxy::start(&http_config(
        port,
        "",
        &format!("    server s 127.0.0.1:{}", origin.port),
    ));
    let mut idle = Client::connect(port);
    idle.get("/");
    let mut busy = Client::connect(port);
    busy.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    let waiter = std::thread::spawn(move || busy.response());
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    proxy.stop(5000);
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "the stop waited for an idle client"
    );
    let (head, body) = waiter.join().unwrap();
    assert_eq!(body, b"ok");
    assert!(head.contains("Connection: close"), "{head}");
    assert!(idle.rest().is_empty());
}
