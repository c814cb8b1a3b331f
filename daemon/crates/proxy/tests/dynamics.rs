//! Servers that go down, come back, warm up, and take more as the load grows.

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Origin, Proxy, free_port, read_head, status_of, until};

const HEAD: &str = "global\n nbthread 1\ndefaults\n timeout client 9s\n timeout server 9s\n timeout connect 1s\n timeout queue 9s\n";

/// A port that answers health checks while the switch is on.
fn health() -> (u16, Arc<AtomicBool>) {
    let good = Arc::new(AtomicBool::new(true));
    let switch = good.clone();
    let origin = Origin::start(move |mut stream, _| {
        if read_head(&mut stream).is_some() {
            let status = if switch.load(Ordering::SeqCst) {
                "200 OK"
            } else {
                "503 No"
            };
            let _ = stream.write_all(format!("HTTP/1.0 {status}\r\n\r\n").as_bytes());
        }
    });
    (origin.port, good)
}

/// A server in tcp mode that sends back what it gets.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut buf = [0; 512];
                while let Ok(n) = stream.read(&mut buf) {
                    if n == 0 || stream.write_all(&buf[..n]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

fn session(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    stream.write_all(b"x").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    stream
}

fn ends(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0) | Err(_))
}

fn logged(socket: &UdpSocket, wanted: &str) -> String {
    socket.set_read_timeout(Some(support::WAIT)).unwrap();
    let mut buf = [0; 2048];
    loop {
        let n = socket.recv(&mut buf).unwrap();
        let line = String::from_utf8_lossy(&buf[..n]).into_owned();
        if line.contains(wanted) {
            return line;
        }
    }
}

#[test]
fn sessions_end_with_their_server_and_with_a_backup_that_is_not_needed_any_more() {
    let (check, good) = health();
    let (main, spare) = (echo(), echo());
    let port = free_port();
    let log = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut proxy = Proxy::start(&format!(
        "{HEAD} log 127.0.0.1:{} local0\n mode tcp\n option tcplog\nlisten l\n bind 127.0.0.1:{port}\n option httpchk\n \
         server a 127.0.0.1:{main} check port {check} inter 50ms rise 1 fall 1 on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions\n \
         server b 127.0.0.1:{spare} backup\n",
        log.local_addr().unwrap().port()
    ));
    until("a is up", || proxy.server_state("l", "a") == "UP");
    let mut on_a = session(port);
    good.store(false, Ordering::SeqCst);
    assert!(ends(&mut on_a));
    let line = logged(&log, "] l l/a ");
    assert!(line.contains(" D- "), "{line}");

    let mut on_b = session(port);
    good.store(true, Ordering::SeqCst);
    assert!(ends(&mut on_b));
    let line = logged(&log, "] l l/b ");
    assert!(line.contains(" U- "), "{line}");
    until("a serves", || proxy.server_state("l", "a") == "UP");
    let mut again = session(port);
    again.write_all(b"y").unwrap();
    again.read_exact(&mut [0]).unwrap();
}

#[test]
fn a_request_that_waits_for_a_server_that_goes_down_is_answered() {
    let (check, good) = health();
    // Takes requests and never answers them.
    let mute = Origin::start(|mut stream, _| while read_head(&mut stream).is_some() {});
    let port = free_port();
    let mut proxy = Proxy::start(&format!(
        "{HEAD} mode http\nlisten l\n bind 127.0.0.1:{port}\n option httpchk\n \
         server a 127.0.0.1:{} check port {check} inter 50ms rise 1 fall 1 on-marked-down shutdown-sessions\n",
        mute.port
    ));
    until("a is up", || proxy.server_state("l", "a") == "UP");
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    until("it is with the server", || {
        proxy.status()["backends"][0]["servers"][0]["connections"] == 1
    });
    good.store(false, Ordering::SeqCst);
    assert_eq!(status_of(&client.response().0), 502);
}

/// Of some requests, how many the server of this name answers.
fn answered_by(port: u16, name: &str, requests: usize) -> usize {
    let mut client = Client::connect(port);
    (0..requests)
        .filter(|_| client.get("/").1 == name.as_bytes())
        .count()
}

#[test]
fn a_server_that_came_back_gets_its_share_little_by_little() {
    let (check, good) = health();
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let mut proxy = Proxy::start(&format!(
        "{HEAD} mode http\nlisten l\n bind 127.0.0.1:{port}\n option httpchk\n timeout check 5s\n \
         server a 127.0.0.1:{} check port {check} inter 50ms rise 1 fall 1 slowstart 3s\n \
         server b 127.0.0.1:{}\n",
        a.port, b.port
    ));
    until("a is up", || proxy.server_state("l", "a") == "UP");
    // Nothing has to warm up when the proxy starts.
    assert_eq!(answered_by(port, "a", 20), 10);
    good.store(false, Ordering::SeqCst);
    until("a is down", || proxy.server_state("l", "a") == "DOWN");
    good.store(true, Ordering::SeqCst);
    until("a is up again", || proxy.server_state("l", "a") == "UP");
    let back = Instant::now();
    let early = answered_by(port, "a", 40);
    // Only where those requests were early can their share be judged.
    if back.elapsed() < Duration::from_millis(500) {
        assert!(early <= 10, "{early} of 40 at once");
    }
    until("its share is whole", || answered_by(port, "a", 20) == 10);
    assert!(back.elapsed() > Duration::from_secs(2));
}

/// How many requests a server serves at once while `clients` of them are there.
fn most_at_once(limits: &str, clients: usize) -> usize {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, peak) = (now.clone(), most.clone());
    let gate = Arc::new(AtomicBool::new(false));
    let open = gate.clone();
    let origin = Origin::start(move |mut stream, _| {
        while read_head(&mut stream).is_some() {
            peak.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            while !open.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(2));
            }
            count.fetch_sub(1, Ordering::SeqCst);
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .is_err()
            {
                return;
            }
        }
    });
    let port = free_port();
    let mut proxy = Proxy::start(&format!(
        "{HEAD} mode http\nlisten l\n bind 127.0.0.1:{port}\n fullconn 8\n server a 127.0.0.1:{} {limits}\n",
        origin.port
    ));
    let mut waiting = Vec::new();
    for n in 0..clients {
        let mut client = Client::connect(port);
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        waiting.push(client);
        until("the request is there", || {
            proxy.status()["frontends"][0]["requests"] == n + 1
        });
    }
    until("the server has its share", || {
        now.load(Ordering::SeqCst) as u64
            == proxy.status()["backends"][0]["servers"][0]["connections"]
    });
    let reached = most.load(Ordering::SeqCst);
    gate.store(true, Ordering::SeqCst);
    for client in &mut waiting {
        assert_eq!(status_of(&client.response().0), 200);
    }
    reached
}

#[test]
fn a_servers_limit_follows_the_load_between_minconn_and_maxconn() {
    let limits = "minconn 1 maxconn 4";
    // Limit = 4 × load / 8, at least 1.
    for (clients, expected) in [(1, 1), (3, 1), (4, 2), (6, 3), (8, 4), (10, 4)] {
        assert_eq!(most_at_once(limits, clients), expected, "{clients} clients");
    }
    assert_eq!(most_at_once("maxconn 4", 6), 4);
    // Alone it is the limit itself.
    assert_eq!(most_at_once("minconn 2", 6), 2);
}
