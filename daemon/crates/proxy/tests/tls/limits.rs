//! `maxsslconn` and `maxsslrate`: who waits, who is refused, and what `show info` tells of it, as
//! haproxy does.

use crate::certificates::certificates;
use crate::ended::{End, sealed_origin};
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Beside, Client, Origin, WAIT};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A runtime socket whose file goes when this does.
struct Socket(PathBuf);

impl Socket {
    /// Of the side that listens here.
    fn new(port: u16) -> Self {
        let name = format!("tandem-sealed-{}-{port}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn say(&self, command: &str) -> String {
        let mut stream = UnixStream::connect(&self.0).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream.write_all(format!("{command}\n").as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    }

    fn info(&self, name: &str) -> u64 {
        let said = self.say("show info");
        let value = said
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap().parse().unwrap()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const TEXT: &str = "global
    nbthread 1
    log 127.0.0.1:LOG local0
    stats socket SOCKETPORT level admin
    LIMIT
defaults
    mode http
    log global
    timeout client 5s
    timeout server 5s
    timeout connect 1s
    log-format \"%ft %b/%s %ST %ts %rc %r\"
frontend plain
    bind 127.0.0.1:PORT
    default_backend sealed
frontend web
    bind 127.0.0.1:OTHER ssl crt CRT
    http-request return status 200
backend sealed
    server s 127.0.0.1:ORIGIN ssl verify none
";

/// haproxy first, each with its runtime socket.
fn start(limit: &str, origin: u16) -> Option<(Beside, [Socket; 2])> {
    let made = certificates();
    let path = made.path("curve.pem");
    let stem = std::env::temp_dir().join(format!("tandem-sealed-{}-", std::process::id()));
    let text = TEXT
        .replace("LIMIT", limit)
        .replace("CRT", &path)
        .replace("SOCKET", stem.to_str().unwrap())
        .replace("ORIGIN", &origin.to_string());
    let both = Beside::start_with(&[(&path, &made.curve)], &text)?;
    let sockets = [&both.theirs, &both.ours].map(|side| Socket::new(side.port));
    Some((both, sockets))
}

/// A server that speaks TLS, as long as anybody asks.
fn server() -> Origin {
    sealed_origin(|_| ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", End::Whole))
}

fn wait(socket: &Socket, name: &str, wanted: u64) {
    let end = Instant::now() + WAIT;
    while socket.info(name) != wanted {
        assert!(Instant::now() < end, "{name} is {}", socket.info(name));
        std::thread::sleep(Duration::from_millis(5));
    }
}

const TOLD: [&str; 4] = ["MaxSslConns", "CurrSslConns", "CumSslConns", "SslRateLimit"];

/// The most keys that were made in a second towards clients and towards servers. How many fall into
/// one second is the clock's to say: not more than there were handshakes, and one at least.
fn keys(socket: &Socket, clients: u64, servers: u64) {
    let [front, back] =
        ["SslFrontendMaxKeyRate", "SslBackendMaxKeyRate"].map(|name| socket.info(name));
    assert!(
        (clients.min(1)..=clients).contains(&front),
        "{front} of {clients}"
    );
    assert!(
        (servers.min(1)..=servers).contains(&back),
        "{back} of {servers}"
    );
}

#[test]
fn no_more_connections_speak_tls_than_maxsslconn_says() {
    let origin = server();
    let Some((both, sockets)) = start("maxsslconn 2", origin.port) else {
        return;
    };
    let told = [&both.theirs, &both.ours]
        .into_iter()
        .zip(&sockets)
        .map(|(side, socket)| {
            let mut told = Vec::new();
            let mut tell = || told.push(TOLD.map(|name| socket.info(name)));
            tell();
            keys(socket, 0, 0);
            // One place is the server's.
            let mut first = Sealed::connect(side.other, &config(BOTH));
            assert!(first.get("/").starts_with("HTTP/1.1 200 "));
            let (head, _) = Client::connect(side.port).get("/");
            assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
            wait(socket, "CurrSslConns", 1);
            tell();
            keys(socket, 1, 1);
            // None is left for a server, and a client waits until there is one.
            let second = Sealed::connect(side.other, &config(BOTH));
            let (head, _) = Client::connect(side.port).get("/");
            assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
            tell();
            keys(socket, 2, 1);
            drop((first, second));
            wait(socket, "CurrSslConns", 0);
            (told, [(); 3].map(|()| side.logged()))
        });
    let told: Vec<_> = told.collect();
    assert_eq!(told[0], told[1], "haproxy's on the left");
    // Who waits is let in when somebody leaves.
    let side = &both.ours;
    let mut held = vec![
        Sealed::connect(side.other, &config(BOTH)),
        Sealed::connect(side.other, &config(BOTH)),
    ];
    let mut waits = Sealed::new(side.other, &config(BOTH));
    waits.flush();
    waits
        .stream
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    assert!(waits.connection.read_tls(&mut waits.stream).is_err());
    waits.stream.set_read_timeout(Some(WAIT)).unwrap();
    held.pop();
    waits.shake();
    assert!(waits.get("/").starts_with("HTTP/1.1 200 "));
}

#[test]
fn connections_come_no_faster_than_maxsslrate_says() {
    let origin = server();
    let Some((both, sockets)) = start("maxsslrate 3", origin.port) else {
        return;
    };
    for (side, socket) in [&both.theirs, &both.ours].into_iter().zip(&sockets) {
        let start = Instant::now();
        for _ in 0..6 {
            drop(Sealed::connect(side.other, &config(BOTH)));
        }
        // Three at once, three more as the second goes by.
        let took = start.elapsed();
        assert!(took > Duration::from_millis(500), "{took:?}");
        assert_eq!(socket.info("SslRateLimit"), 3);
        assert_eq!(socket.info("CumSslConns"), 6);
        // The limit is nobody's who speaks in the clear, and it can be taken away.
        let (head, _) = Client::connect(side.port).get("/");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert_eq!(
            socket.say("set rate-limit ssl-sessions global 0").trim(),
            ""
        );
        assert_eq!(socket.info("SslRateLimit"), 0);
        let all: Vec<_> = (0..6)
            .map(|_| Sealed::connect(side.other, &config(BOTH)))
            .collect();
        wait(socket, "CurrSslConns", 6);
        drop(all);
        // A session that is taken up again makes no key.
        let same = config(BOTH);
        let before = socket.info("CumSslConns");
        for _ in 0..2 {
            let mut client = Sealed::connect(side.other, &same);
            assert!(client.get("/").starts_with("HTTP/1.1 200 "));
        }
        assert_eq!(socket.info("CumSslConns"), before + 2);
    }
}
