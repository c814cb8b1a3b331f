//! Farewell to connections of an address that another host has by now, in both versions of HTTP.

use crate::peer::Peer;
use crate::support::{Client, Origin, Proxy, free_port, http_config, read_head};
use h2::Code;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LEFT: &str = "127.0.0.1";
const STAYS: &str = "127.0.0.2";
/// The last call is 3 s before the end.
const SOON: u64 = 3_300;
/// Longer than the calls of a farewell take, shorter than the client's own time.
const CALLED: Duration = Duration::from_secs(3);

fn connect(host: &str, port: u16) -> Client {
    let stream = TcpStream::connect((host, port)).unwrap();
    stream.set_read_timeout(Some(2 * CALLED)).unwrap();
    Client(stream)
}

/// Whether the answer says that it is the last.
fn is_told(client: &mut Client) -> bool {
    let (head, _) = client.get("/");
    is_last(&head)
}

fn is_last(head: &str) -> bool {
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    head.to_ascii_lowercase().contains("connection: close")
}

/// The same of a client that may come when everything that is left is reset.
fn is_told_or_cut(mut client: Client) -> bool {
    let asked = client.0.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let head = asked.ok().and_then(|()| read_head(&mut client.0));
    head.is_none_or(|head| is_last(&head))
}

fn started(origin: &Origin) -> (Proxy, u16, u16) {
    let (web, raw) = (free_port(), free_port());
    let server = format!("    server s 127.0.0.1:{}", origin.port);
    let tcp = format!("{server}\nlisten raw\n    mode tcp\n    bind 0.0.0.0:{raw}\n{server}");
    let config = http_config(web, "", &tcp).replace("bind 127.0.0.1", "bind 0.0.0.0");
    (Proxy::start(&config), web, raw)
}

#[test]
fn connections_of_an_address_that_left_end_in_time_and_no_others() {
    let origin = Origin::echo();
    let (mut proxy, web, raw) = started(&origin);
    let [mut asks, mut idle] = [(); 2].map(|()| connect(LEFT, web));
    let [mut other, mut idle_other] = [(); 2].map(|()| connect(STAYS, web));
    let mut session = connect(LEFT, raw);
    for client in [
        &mut asks,
        &mut idle,
        &mut other,
        &mut idle_other,
        &mut session,
    ] {
        assert!(!is_told(client));
    }
    let (mut peer, mut fresh) = (Peer::connect(web), connect(LEFT, web));
    assert_eq!(peer.get("/").status(), 200);
    let begin = Instant::now();
    proxy.depart(&[(LEFT, SOON)]);
    peer.wait(|peer| peer.closed);
    assert_eq!(peer.gone, Some(Code::NoError));
    assert!(is_told(&mut asks) && asks.rest().is_empty());
    assert!(!is_told(&mut other));
    assert!(!is_told(&mut session), "mode tcp is left alone");
    let mut late = connect(LEFT, web);
    assert!(is_told(&mut late), "who comes late is told as well");
    let mut late = Peer::connect(web);
    assert_eq!(late.get("/").status(), 200);
    late.wait(|peer| peer.closed);
    assert_eq!(late.gone, Some(Code::NoError));
    assert_eq!(idle.0.read(&mut [0]).unwrap(), 0, "an end, no reset");
    assert_eq!(fresh.rest(), b"", "where a first request was awaited, too");
    assert!(begin.elapsed() < CALLED, "{:?}", begin.elapsed());
    assert!(!is_told(&mut idle_other));
}

#[test]
fn what_was_asked_before_the_farewell_was_heard_is_answered() {
    let origin = Origin::echo();
    let (mut proxy, web, _) = started(&origin);
    let mut peer = Peer::connect(web);
    assert_eq!(peer.get("/").status(), 200);
    proxy.depart(&[(LEFT, 60_000)]);
    let begin = Instant::now();
    while !is_told(&mut connect(LEFT, web)) {
        assert!(begin.elapsed() < CALLED);
    }
    // The frame that says so lies unread.
    assert_eq!(peer.gone, None);
    assert_eq!(peer.get("/").status(), 200);
    assert_eq!(peer.gone, Some(Code::NoError));
    peer.wait(|peer| peer.closed);
    assert!(begin.elapsed() < CALLED, "{:?}", begin.elapsed());
}

#[test]
fn an_address_that_comes_back_ends_the_farewell() {
    let origin = Origin::echo();
    let (mut proxy, web, _) = started(&origin);
    let (mut idle, mut peer) = (connect(LEFT, web), Peer::connect(web));
    assert!(!is_told(&mut idle));
    assert_eq!(peer.get("/").status(), 200);
    proxy.depart(&[(LEFT, SOON), (STAYS, SOON)]);
    peer.wait(|peer| peer.gone.is_some());
    proxy.depart(&[(STAYS, SOON)]);
    idle.0.set_read_timeout(Some(CALLED)).unwrap();
    let silent = idle.0.read(&mut [0]).unwrap_err();
    assert_eq!(silent.kind(), ErrorKind::WouldBlock);
    assert!(!is_told(&mut idle));
}

#[test]
fn a_farewell_ends_with_its_time() {
    let origin = Origin::echo();
    let (mut proxy, web, _) = started(&origin);
    proxy.depart(&[(LEFT, 1_500)]);
    let begin = Instant::now();
    while is_told_or_cut(connect(LEFT, web)) {
        assert!(begin.elapsed() < CALLED);
    }
    assert!(begin.elapsed() > Duration::from_millis(1_400));
    assert!(!is_told(&mut connect(LEFT, web)), "nobody is cut any more");
}
