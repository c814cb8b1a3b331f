//! tcp mode: relaying, half-closed connections, balancing by source.

mod support;

use std::io::{Read, Write};
use std::net::Shutdown;
use support::{Client, Origin, Proxy, free_port};

fn config(port: u16, balance: &str, servers: &str) -> String {
    format!(
        "global\n    nbthread 2\ndefaults\n    mode tcp\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nlisten relay\n    bind 127.0.0.1:{port}\n    balance {balance}\n{servers}\n"
    )
}

fn echo() -> Origin {
    Origin::start(|mut stream, _| {
        let mut buf = vec![0; 65536];
        while let Ok(n @ 1..) = stream.read(&mut buf) {
            if stream.write_all(&buf[..n]).is_err() {
                return;
            }
        }
        let _ = stream.write_all(b"<end>");
    })
}

#[test]
fn bytes_pass_unchanged_and_a_half_closed_client_gets_the_rest() {
    let origin = echo();
    let port = free_port();
    let _proxy = Proxy::start(&config(
        port,
        "roundrobin",
        &format!("    server a 127.0.0.1:{}", origin.port),
    ));
    let mut client = Client::connect(port);
    let data: Vec<u8> = (0..9_000_000u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect();
    let mut writer = client.0.try_clone().unwrap();
    let sent = data.clone();
    let sender = std::thread::spawn(move || {
        writer.write_all(&sent).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let all = client.rest();
    sender.join().unwrap();
    assert_eq!(all.len(), data.len() + 5);
    assert!(all.starts_with(&data) && all.ends_with(b"<end>"));
}

#[test]
fn a_server_that_speaks_first_is_heard() {
    let origin = Origin::start(|mut stream, _| {
        stream.write_all(b"220 ready\r\n").unwrap();
        let mut buf = [0; 64];
        let n = stream.read(&mut buf).unwrap();
        stream.write_all(&buf[..n]).unwrap();
    });
    let port = free_port();
    let _proxy = Proxy::start(&config(
        port,
        "roundrobin",
        &format!("    server a 127.0.0.1:{}", origin.port),
    ));
    let mut client = Client::connect(port);
    let mut banner = [0; 11];
    client.0.read_exact(&mut banner).unwrap();
    assert_eq!(&banner, b"220 ready\r\n");
    assert_eq!(client.send("QUIT").rest(), b"QUIT");
}

fn who(port: u16) -> String {
    String::from_utf8(Client::connect(port).rest()).unwrap()
}

fn greeter(name: &'static str) -> Origin {
    Origin::start(move |mut stream, _| stream.write_all(name.as_bytes()).unwrap())
}

#[test]
fn source_keeps_a_client_on_one_server_and_roundrobin_does_not() {
    let (a, b) = (greeter("a"), greeter("b"));
    let servers = format!(
        "    server a 127.0.0.1:{}\n    server b 127.0.0.1:{}",
        a.port, b.port
    );
    let port = free_port();
    let proxy = Proxy::start(&config(port, "source", &servers));
    let first = who(port);
    assert!((0..20).all(|_| who(port) == first));
    drop(proxy);
    let port = free_port();
    let _proxy =
        Proxy::start(&config(port, "roundrobin", &servers).replace("nbthread 2", "nbthread 1"));
    let seen: String = (0..10).map(|_| who(port)).collect();
    assert_eq!(seen, "ababababab");
}

#[test]
fn a_dead_server_costs_a_retry_and_not_the_connection() {
    let live = greeter("live");
    let dead = free_port();
    let servers = format!(
        "    option redispatch\n    retries 1\n    server dead 127.0.0.1:{dead}\n    server live 127.0.0.1:{}",
        live.port
    );
    let port = free_port();
    let _proxy = Proxy::start(&config(port, "roundrobin", &servers));
    assert!((0..6).all(|_| who(port) == "live"));
}
