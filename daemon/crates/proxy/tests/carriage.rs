//! How exchanges are carried, beside haproxy: clients sent to servers themselves, computed
//! cookies, early hints, servers that no table remembers; and places in the queue.

mod support;

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Beside, Client, Origin, Proxy, content_length, free_port, http_config};
use support::{read_head, status_of};

const BASE: &str = "global\n    nbthread 1\n    log 127.0.0.1:LOG local0 debug\ndefaults\n    mode http\n    log global\n    log-format \"%b/%s %ST %tsc %{+Q}r\"\n    timeout client 5s\n    timeout server 1s\n    timeout connect 1s\n";

/// Heads up to the final one, fields in small letters and in order, and its body.
fn answer(port: u16, request: &str) -> Vec<String> {
    let mut client = Client::connect(port);
    client.send(request);
    let mut lines = Vec::new();
    loop {
        let head = read_head(&mut client.0).expect("a response");
        lines.extend(head.split("\r\n").map(|line| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
            None => line.to_owned(),
        }));
        if status_of(&head) >= 200 {
            let length = if request.starts_with("HEAD") {
                0
            } else {
                content_length(&head)
            };
            let mut body = vec![0; length];
            client.0.read_exact(&mut body).unwrap();
            lines.push(String::from_utf8(body).unwrap());
            lines.sort();
            return lines;
        }
    }
}

#[test]
fn exchanges_are_carried_as_by_haproxy() {
    let origin = Origin::named("served");
    let (o, base) = (origin.port, BASE);
    let text = format!(
        "{base}frontend web\n    bind 127.0.0.1:PORT\n    http-request set-path /moved%[path] if {{ path /redir/rule }}\n    http-request set-tos 0x20 if {{ path /marked }}\n    http-request set-nice 5 if {{ path /marked }}\n    http-request wait-for-handshake\n    use_backend redir if {{ path_beg /redir /moved }}\n    use_backend hint if {{ path /hint }}\n    use_backend key if {{ path_beg /key }}\n    use_backend nokey if {{ path_beg /nokey }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{o}\nbackend hint\n    http-request early-hint Link \"<%[path]>; rel=preload\"\n    http-request early-hint X-Two 2\n    server s 127.0.0.1:{o}\nbackend redir\n    http-request set-header X-A b\n    server s 127.0.0.1:{o} redir http://static.example\nbackend key\n    cookie S insert dynamic\n    dynamic-cookie-key some-secret\n    server s 127.0.0.1:{o}\n    server named 127.0.0.1:{o} cookie own\nbackend nokey\n    cookie S insert indirect dynamic\n    server s 127.0.0.1:{o}\n"
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let mut differ = Vec::new();
    for request in [
        "GET /redir/a?b=c HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD /redir/a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h/redir/a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /redir/rule HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /redir/a HTTP/1.0\r\n\r\n",
        "POST /redir/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
        "GET /hint HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /hint HTTP/1.0\r\n\r\n",
        "GET /marked HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /key HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /key HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /key HTTP/1.1\r\nHost: h\r\nCookie: S=own\r\n\r\n",
        "GET /key HTTP/1.1\r\nHost: h\r\nCookie: S=0123456789abcdef\r\n\r\n",
        "GET /nokey HTTP/1.1\r\nHost: h\r\n\r\n",
    ] {
        let outcome = |side: &support::beside::Side| (answer(side.port, request), side.logged());
        let (theirs, ours) = (outcome(&both.theirs), outcome(&both.ours));
        if theirs != ours {
            differ.push(format!("{request}  haproxy {theirs:?}\n  ours    {ours:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn a_server_that_is_not_to_be_remembered_is_not() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let text = format!(
        "{BASE}listen web\n    bind 127.0.0.1:PORT\n    balance roundrobin\n    stick-table type string size 10 expire 1m\n    stick on urlp(id)\n    server a 127.0.0.1:{} non-stick\n    server b 127.0.0.1:{}\n",
        a.port, b.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let asked = both.agree("stick", |port| {
        let ask = |path: &str| String::from_utf8(Client::connect(port).get(path).1).unwrap();
        let paths = ["/?id=1", "/?id=1", "/?id=1", "/?id=2", "/?id=2", "/?id=1"];
        paths.map(ask).concat()
    });
    assert!(asked.contains('a') && asked.contains('b'), "{asked}");
}

/// The order in which queued requests come to the server, whose only place is taken until they
/// all stand in line: `queued` tells when so many do.
fn order(port: u16, server: &Server, queued: impl Fn(usize) -> bool) -> String {
    server.seen.lock().unwrap().clear();
    server.held.store(true, Relaxed);
    let mut clients = Vec::new();
    let end = Instant::now() + support::WAIT;
    for (n, path) in [
        "/hold", "/a", "/low", "/b", "/high", "/early", "/late", "/c",
    ]
    .into_iter()
    .enumerate()
    {
        clients.push(std::thread::spawn(move || Client::connect(port).get(path)));
        while !queued(n + 1) {
            assert!(Instant::now() < end, "{path} is not in the queue");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    server.held.store(false, Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    server.seen.lock().unwrap().concat()
}

/// What the origin saw, and whether it holds its answer back.
#[derive(Default)]
struct Server {
    seen: Mutex<Vec<String>>,
    held: AtomicBool,
}

#[test]
fn rules_give_requests_their_place_in_the_queue() {
    let server: Arc<Server> = Arc::default();
    let own = server.clone();
    let origin = Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            own.seen.lock().unwrap().push(path);
            while own.held.load(Relaxed) {
                std::thread::sleep(Duration::from_millis(2));
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    });
    let rules = "    http-request set-priority-class int(5) if { path /low }\n    http-request set-priority-class int(-5) if { path /high }\n    http-request set-priority-offset int(-50000) if { path /early }\n    http-request set-priority-offset int(50000) if { path /late }\n";
    let servers = format!(
        "{rules}    timeout queue 9s\n    server s 127.0.0.1:{} maxconn 1",
        origin.port
    );
    let wanted = "/hold/high/early/a/b/c/late/low";
    let port = free_port();
    let config = http_config(port, "", &servers).replace("timeout server 5s", "timeout server 9s");
    let proxy = std::cell::RefCell::new(Proxy::start(&config));
    let came = |n: usize| proxy.borrow_mut().status()["frontends"][0]["requests"] == n;
    assert_eq!(order(port, &server, came), wanted);
    let theirs = free_port();
    let config = config.replace(&port.to_string(), &theirs.to_string());
    if let Some(_haproxy) = support::haproxy::Haproxy::start(&config, theirs) {
        let calm = |_| {
            // It tells nobody how many wait.
            std::thread::sleep(Duration::from_millis(60));
            true
        };
        assert_eq!(order(theirs, &server, calm), wanted, "haproxy");
    }
}
