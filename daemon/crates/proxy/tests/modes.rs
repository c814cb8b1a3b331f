//! What happens to connections between requests: keep-alive, server-close, close, reuse.

mod support;

use std::io::Write;
use std::sync::atomic::Ordering;
use support::{Client, Origin, Proxy, free_port, http_config, status_of};

/// Three requests of each of two clients; how many connections the origin saw, and one head that
/// it received.
fn run(option: &str) -> (usize, String, String) {
    let origin = Origin::echo();
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(port, option, &servers));
    let (mut a, mut b) = (Client::connect(port), Client::connect(port));
    let mut last = (String::new(), Vec::new());
    for _ in 0..3 {
        for client in [&mut a, &mut b] {
            last = client.get("/");
            assert_eq!(status_of(&last.0), 200);
        }
    }
    (
        origin.connections.load(Ordering::SeqCst),
        last.0,
        String::from_utf8(last.1).unwrap(),
    )
}

#[test]
fn keep_alive_shares_connections_between_clients() {
    // The first request of a client goes over a connection of its own where the server has not
    // shown that it serves more than one.
    for (option, wanted) in [
        ("", 2),
        ("    http-reuse always", 1),
        ("    http-reuse aggressive", 2),
        ("    option http-keep-alive", 2),
    ] {
        let (connections, _, seen) = run(option);
        assert_eq!(connections, wanted, "{option}");
        assert!(!seen.to_ascii_lowercase().contains("connection:"), "{seen}");
    }
}

#[test]
fn reuse_never_gives_each_client_a_connection_of_its_own() {
    assert_eq!(run("    http-reuse never").0, 2);
}

#[test]
fn server_close_ends_the_servers_side_only() {
    let (connections, head, seen) = run("    option http-server-close");
    assert_eq!(connections, 6);
    assert!(seen.contains("Connection: close\r\n"), "{seen}");
    assert!(!head.contains("Connection: close"), "{head}");
}

#[test]
fn httpclose_ends_both_sides() {
    let origin = Origin::echo();
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(port, "    option httpclose", &servers));
    let mut client = Client::connect(port);
    let all = String::from_utf8(client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").rest()).unwrap();
    assert_eq!(
        all.matches("Connection: close\r\n").count(),
        2,
        "told to both sides: {all}"
    );
}

#[test]
fn a_post_is_not_sent_twice_when_the_server_hangs_up() {
    // Takes each request and hangs up without an answer: it may have acted on it.
    let origin = Origin::start(|mut stream, number| {
        while let Some(head) = support::read_head(&mut stream) {
            let mut body = vec![0; support::content_length(&head)];
            let _ = std::io::Read::read_exact(&mut stream, &mut body);
            if head.starts_with("POST") {
                return;
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}",
                number.min(9)
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let mut client = Client::connect(port);
    assert_eq!(client.get("/").1, b"0");
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(status_of(&client.response().0), 502);
    assert_eq!(
        origin.connections.load(Ordering::SeqCst),
        1,
        "it was sent again"
    );
    // A GET that meets the same on a reused connection is safe to send again.
    assert_eq!(client.get("/").1, b"1");
}

#[test]
fn requests_beyond_the_process_limit_wait_for_a_place() {
    let origin = Origin::named("x");
    let port = free_port();
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let config = http_config(port, "", &servers).replace("nbthread 1", "nbthread 2\n    maxconn 1");
    let _proxy = Proxy::start(&config);
    let mut first = Client::connect(port);
    assert_eq!(first.get("/").1, b"x");
    let second = std::thread::spawn(move || Client::connect(port).get("/").1);
    assert_eq!(first.get("/").1, b"x");
    assert!(!second.is_finished());
    drop(first);
    assert_eq!(second.join().unwrap(), b"x");
}
