//! Limits on what comes in: rates of a frontend and of the process, connections of an address.

mod support;

use std::io::Read;
use std::time::{Duration, Instant};
use support::{Client, Proxy, free_port, status_of};

fn config(global: &str, lines: &str) -> String {
    format!(
        "global\n    nbthread 1\n    {global}\ndefaults\n    mode http\n    timeout client 5s\nfrontend web\n{lines}\n    http-request return status 204\n"
    )
}

/// How long it takes until each of `count` clients has its answer.
fn served(port: u16, count: usize) -> Duration {
    let start = Instant::now();
    let clients: Vec<_> = (0..count)
        .map(|_| {
            let mut client = Client::connect(port);
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            client
        })
        .collect();
    for mut client in clients {
        assert_eq!(status_of(&support::read_head(&mut client.0).unwrap()), 204);
    }
    start.elapsed()
}

/// Twenty at once, and no more than twenty in any second: the thirtieth comes half a second later
/// at the earliest that the measure of a sliding second allows.
fn is_slowed(global: &str, line: &str) {
    let port = free_port();
    let lines = format!("    bind 127.0.0.1:{port}\n    {line}");
    let _proxy = Proxy::start(&config(global, &lines));
    let took = served(port, 30);
    assert!(
        took > Duration::from_millis(150),
        "{global}{line}: {took:?}"
    );
    assert!(took < Duration::from_secs(5), "{global}{line}: {took:?}");
    let port = free_port();
    let lines = format!("    bind 127.0.0.1:{port}");
    let _free = Proxy::start(&config("", &lines));
    assert!(served(port, 30) < took);
}

#[test]
fn a_frontend_lets_in_as_many_sessions_a_second_as_it_may() {
    is_slowed("", "rate-limit sessions 20");
}

#[test]
fn the_process_lets_in_as_many_connections_and_sessions_a_second_as_it_may() {
    is_slowed("maxconnrate 20", "");
    is_slowed("maxsessrate 20", "");
}

#[test]
fn connections_above_the_limit_of_an_address_wait() {
    let (small, large) = (free_port(), free_port());
    let lines = format!("    bind 127.0.0.1:{small} maxconn 1\n    bind 127.0.0.1:{large}");
    let _proxy = Proxy::start(&config("", &lines));
    let mut first = Client::connect(small);
    assert_eq!(status_of(&first.get("/").0), 204);
    let mut second = Client::connect(small);
    second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    // The other address is not affected.
    assert_eq!(status_of(&Client::connect(large).get("/").0), 204);
    let wait = Some(Duration::from_millis(150));
    second.0.set_read_timeout(wait).unwrap();
    assert!(second.0.read(&mut [0]).is_err(), "it was let in");
    drop(first);
    second.0.set_read_timeout(Some(support::WAIT)).unwrap();
    let head = support::read_head(&mut second.0).unwrap();
    assert_eq!(status_of(&head), 204);
}
