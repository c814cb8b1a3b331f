//! Health checks, what they do to traffic, and what the supervisor is told.

mod support;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of, until};

/// An origin whose check page answers 200 or 503 as the switch says.
fn switched(name: &'static str) -> (Origin, Arc<AtomicBool>) {
    let good = Arc::new(AtomicBool::new(true));
    let switch = good.clone();
    let origin = Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let ok = !head.contains(" /health ") || switch.load(Ordering::SeqCst);
            let status = if ok {
                "200 OK"
            } else {
                "503 Service Unavailable"
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{name}",
                name.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    (origin, good)
}

const CHECKS: &str =
    "    option httpchk GET /health\n    default-server check inter 50ms rise 2 fall 2";

fn body(port: u16) -> String {
    String::from_utf8(Client::connect(port).get("/").1).unwrap()
}

#[test]
fn a_failing_server_leaves_and_returns_and_the_service_follows() {
    let (a, a_good) = switched("a");
    let (b, b_good) = switched("b");
    let port = free_port();
    let servers = format!(
        "{CHECKS}\n    timeout check 5s\n    server a 127.0.0.1:{}\n    server b 127.0.0.1:{}",
        a.port, b.port
    );
    let mut proxy = Proxy::start(&http_config(port, "", &servers));
    proxy.wait_service(true);
    until("both serve", || {
        let seen: String = (0..4).map(|_| body(port)).collect();
        seen.contains('a') && seen.contains('b')
    });

    a_good.store(false, Ordering::SeqCst);
    until("a is down", || proxy.server_state("app", "a") == "DOWN");
    assert!((0..10).all(|_| body(port) == "b"));

    b_good.store(false, Ordering::SeqCst);
    proxy.wait_service(false);
    assert!(
        proxy
            .service
            .last()
            .unwrap()
            .1
            .contains("no server is up in app"),
        "{:?}",
        proxy.service
    );
    assert_eq!(status_of(&Client::connect(port).get("/").0), 503);

    a_good.store(true, Ordering::SeqCst);
    proxy.wait_service(true);
    until("a is up", || proxy.server_state("app", "a") == "UP");
    assert!((0..10).all(|_| body(port) == "a"));
    let status = proxy.status();
    assert_eq!(status["backends"][0]["servers"][1]["check"], "L7STS/503");
    assert_eq!(status["frontends"][0]["listening"], true);
    assert!(status["frontends"][0]["requests"].as_u64().unwrap() > 20);
}

#[test]
fn tcp_checks_see_a_port_that_closes() {
    let origin = Origin::named("x");
    let gone = free_port();
    let port = free_port();
    let servers = format!(
        "    default-server check inter 50ms rise 1 fall 1\n    server here 127.0.0.1:{}\n    server gone 127.0.0.1:{gone}",
        origin.port
    );
    let mut proxy = Proxy::start(&http_config(port, "", &servers));
    until("gone is down", || {
        proxy.server_state("app", "gone") == "DOWN"
    });
    until("here is up", || proxy.server_state("app", "here") == "UP");
    let status = proxy.status();
    assert_eq!(status["backends"][0]["servers"][0]["check"], "L4OK");
    assert_eq!(status["backends"][0]["servers"][1]["check"], "L4CON");
}

#[test]
fn a_backup_serves_only_when_nobody_else_can() {
    let (a, a_good) = switched("a");
    let (b, _b_good) = switched("spare");
    let port = free_port();
    let servers = format!(
        "{CHECKS}\n    server a 127.0.0.1:{}\n    server spare 127.0.0.1:{} backup",
        a.port, b.port
    );
    let mut proxy = Proxy::start(&http_config(port, "", &servers));
    until("both are up", || {
        proxy.server_state("app", "a") == "UP" && proxy.server_state("app", "spare") == "UP"
    });
    assert!((0..4).all(|_| body(port) == "a"));
    a_good.store(false, Ordering::SeqCst);
    until("a is down", || proxy.server_state("app", "a") == "DOWN");
    assert!((0..4).all(|_| body(port) == "spare"));
}

#[test]
fn a_server_that_hangs_does_not_delay_the_checks_of_others() {
    let fine = Origin::named("x");
    // Connections are opened by the kernel, and nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hangs = silent.local_addr().unwrap().port();
    let line = |name: &str, port: u16| format!("    server {name} 127.0.0.1:{port}\n");
    let others: Vec<String> = (0..200)
        .map(|n| line(&format!("s{n}"), fine.port))
        .collect();
    let servers = format!(
        "    option httpchk\n    timeout check 1m\n    default-server check inter 50ms\n{}{}",
        line("hangs", hangs),
        others.concat()
    );
    let mut proxy = Proxy::start(&http_config(free_port(), "", &servers));
    let asked = || fine.connections.load(Ordering::SeqCst);
    until("everybody else was checked five times over", || {
        asked() >= 1000
    });
    let state = |server: &serde_json::Value| server["state"].as_str().unwrap().to_owned();
    let mut states = || -> Vec<String> {
        let status = proxy.status();
        let servers = status["backends"][0]["servers"].as_array().unwrap();
        servers.iter().map(state).collect()
    };
    until("all others are up", || {
        states()[1..].iter().all(|state| state == "UP")
    });
    assert_eq!(states()[0], "INI", "its first check still waits");
}
