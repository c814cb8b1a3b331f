//! Connections to what a reload took away: who they are is seen, and they end.

use super::support::{Client, Origin, Proxy, free_port, http_config, status_of};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A service that answers a line with itself, for as long as the client likes.
fn echo() -> Origin {
    Origin::start(|mut stream, _| {
        let mut block = [0; 64];
        while let Ok(length @ 1..) = stream.read(&mut block) {
            if stream.write_all(&block[..length]).is_err() {
                return;
            }
        }
    })
}

fn say(stream: &mut TcpStream, word: &str) -> std::io::Result<String> {
    stream.write_all(word.as_bytes())?;
    let mut answer = vec![0; word.len()];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

fn tcp_config(global: &str, frontends: &[(&str, u16)], servers: &[(&str, u16)]) -> String {
    let frontend = |(name, port): &(&str, u16)| {
        format!("frontend {name}\n    bind 127.0.0.1:{port}\n    default_backend app\n")
    };
    let server = |(name, port): &(&str, u16)| format!("    server {name} 127.0.0.1:{port}\n");
    let frontends: String = frontends.iter().map(frontend).collect();
    let servers: String = servers.iter().map(server).collect();
    format!(
        "global\n    nbthread 1\n{global}defaults\n    mode tcp\n    timeout client 10s\n    timeout server 10s\n    timeout connect 1s\n{frontends}backend app\n{servers}"
    )
}

fn draining(proxy: &mut Proxy) -> Vec<Value> {
    let status = proxy.status();
    let list = status["draining"].as_array().unwrap().clone();
    assert_eq!(status["drainingCount"], list.len());
    list
}

#[test]
fn who_uses_a_removed_frontend_is_listed_and_ends_at_the_bound() {
    let origin = echo();
    let (stays, goes) = (free_port(), free_port());
    let bound = "    hard-stop-after 700ms\n";
    let servers = [("s", origin.port)];
    let both = tcp_config(bound, &[("web", stays), ("old", goes)], &servers);
    let mut proxy = Proxy::start(&both);
    let mut leaver = Client::connect(goes).0;
    let mut stayer = Client::connect(stays).0;
    assert_eq!(say(&mut leaver, "one").unwrap(), "one");
    assert_eq!(say(&mut stayer, "one").unwrap(), "one");
    assert_eq!(draining(&mut proxy), Vec::<Value>::new());

    let one = tcp_config(bound, &[("web", stays)], &servers);
    proxy.configure(&one).unwrap();
    let began = Instant::now();
    let list = draining(&mut proxy);
    assert_eq!(list.len(), 1, "{list:?}");
    let entry = &list[0];
    let address = leaver.local_addr().unwrap().to_string();
    assert_eq!(entry["client"], json!(address));
    assert_eq!(entry["frontend"], "old");
    assert_eq!(entry["gone"], "frontend old");
    let times = [&entry["since"], &entry["until"]].map(|it| it.as_i64().unwrap());
    assert_eq!(times[1] - times[0], 700);
    // Served until then; another reload changes nothing about it.
    assert_eq!(say(&mut leaver, "two").unwrap(), "two");
    proxy.configure(&one).unwrap();
    assert_eq!(draining(&mut proxy), list);
    assert_eq!(leaver.read(&mut [0; 8]).unwrap_or(0), 0);
    assert!(began.elapsed() >= Duration::from_millis(600));
    proxy.wait_status("/drainingCount", &json!(0));
    assert_eq!(say(&mut stayer, "two").unwrap(), "two");
}

#[test]
fn who_came_by_an_address_that_another_host_has_learns_the_bound_by_a_reset() {
    let origin = echo();
    let (stays, goes) = (free_port(), free_port());
    let bound = "    hard-stop-after 100ms\n";
    let servers = [("s", origin.port)];
    let both = tcp_config(bound, &[("web", stays), ("old", goes)], &servers);
    let mut proxy = Proxy::start(&both);
    let mut leaver = Client::connect(goes).0;
    assert_eq!(say(&mut leaver, "one").unwrap(), "one");
    proxy.depart(&[("127.0.0.1", 60_000)]);
    let one = tcp_config(bound, &[("web", stays)], &servers);
    proxy.configure(&one).unwrap();
    let end = leaver.read(&mut [0; 8]).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn without_a_bound_a_session_with_a_removed_server_goes_on_and_is_listed() {
    let (a, b) = (echo(), echo());
    let port = free_port();
    let config = |servers: &[(&str, u16)]| tcp_config("", &[("web", port)], servers);
    let mut proxy = Proxy::start(&config(&[("a", a.port)]));
    let mut session = Client::connect(port).0;
    assert_eq!(say(&mut session, "one").unwrap(), "one");
    proxy.configure(&config(&[("b", b.port)])).unwrap();
    let list = draining(&mut proxy);
    assert_eq!(list.len(), 1, "{list:?}");
    assert_eq!(
        (&list[0]["gone"], &list[0]["until"]),
        (&json!("server app/a"), &Value::Null)
    );
    assert_eq!(say(&mut session, "two").unwrap(), "two");
    drop(session);
    proxy.wait_status("/drainingCount", &json!(0));
    let mut fresh = Client::connect(port).0;
    assert_eq!(say(&mut fresh, "new").unwrap(), "new");
}

#[test]
fn a_removed_address_lets_kept_connections_go_after_their_next_request() {
    let origin = Origin::named("x");
    let (stays, goes) = (free_port(), free_port());
    let servers = format!("    server s 127.0.0.1:{}", origin.port);
    let one = http_config(stays, "", &servers);
    let bind = format!("    bind 127.0.0.1:{stays}\n");
    let two = one.replace(&bind, &format!("{bind}    bind 127.0.0.1:{goes}\n"));
    let mut proxy = Proxy::start(&two);
    let (mut leaver, mut stayer) = (Client::connect(goes), Client::connect(stays));
    for client in [&mut leaver, &mut stayer] {
        assert_eq!(client.get("/").1, b"x");
    }
    proxy.configure(&one).unwrap();
    let list = draining(&mut proxy);
    assert_eq!(list.len(), 1, "{list:?}");
    assert_eq!(list[0]["gone"], json!(format!("bind 127.0.0.1:{goes}")));
    let (head, body) = leaver.get("/");
    assert_eq!((status_of(&head), body.as_slice()), (200, &b"x"[..]));
    assert!(head.contains("Connection: close"), "{head}");
    let (head, _) = stayer.get("/");
    assert!(!head.contains("Connection: close"), "{head}");
    assert!(leaver.rest().is_empty());
    proxy.wait_status("/drainingCount", &json!(0));
    assert!(TcpStream::connect(("127.0.0.1", goes)).is_err());
}
