//! Upgrades: from one exchange to bytes both ways.

mod support;

use std::io::{Read, Write};
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

fn one_server(origin: &Origin) -> String {
    format!("    server s1 127.0.0.1:{}", origin.port)
}

#[test]
fn an_upgrade_becomes_a_tunnel() {
    let origin = Origin::start(|mut stream, _| {
        let head = read_head(&mut stream).unwrap();
        assert!(
            head.contains("Upgrade: websocket") && head.contains("Connection: Upgrade"),
            "{head}"
        );
        stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi").unwrap();
        let mut buf = [0; 64];
        while let Ok(n @ 1..) = stream.read(&mut buf) {
            stream.write_all(&buf[..n]).unwrap();
        }
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    client.send("GET /chat HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n");
    let head = read_head(&mut client.0).unwrap();
    assert_eq!(status_of(&head), 101);
    assert!(head.contains("Upgrade: websocket"), "{head}");
    let mut buf = [0; 2];
    client.0.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"hi");
    for n in 0..100u32 {
        let message = format!("message {n:03}");
        client.send(&message);
        let mut echo = vec![0; message.len()];
        client.0.read_exact(&mut echo).unwrap();
        assert_eq!(echo, message.as_bytes());
    }
    client.0.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(client.rest().is_empty());
}

#[test]
fn a_tunnel_lives_as_long_as_timeout_tunnel_says() {
    let origin = Origin::start(|mut stream, _| {
        read_head(&mut stream);
        stream
            .write_all(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            )
            .unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let port = free_port();
    let servers = format!(
        "    timeout server 100ms\n    timeout tunnel 600ms\n    server s 127.0.0.1:{}",
        origin.port
    );
    let _proxy = Proxy::start(&http_config(port, "", &servers));
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHost: t\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    assert_eq!(status_of(&read_head(&mut client.0).unwrap()), 101);
    let (_, took) = timed(|| client.rest());
    within(took, 550..2500);
}
