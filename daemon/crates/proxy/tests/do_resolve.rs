//! `do-resolve` beside haproxy: requests and connections that wait for name servers.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::dns::{A, NameServer, Says};
use support::{Beside, Client, Origin, Proxy, free_port, read_head};

fn config(dns: u16, origin: u16) -> String {
    let head = "global\n    nbthread 1\ndefaults\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    option dontlognull\n    log 127.0.0.1:LOG local0\n";
    let rules = "\
frontend web
    mode http
    bind 127.0.0.1:PORT
    log-format \"%HP %ST [%[var(txn.a)]]\"
    http-request set-var(txn.before) str(kept)
    http-request do-resolve(txn.a,names,ipv4) req.hdr(x-name) if { path /4 }
    http-request do-resolve(txn.a,names,ipv6) req.hdr(x-name) if { path /6 }
    http-request do-resolve(txn.a,names) req.hdr(x-name) if { path /any }
    http-request do-resolve(txn.b,names,ipv4) str(first.test) if { path /two }
    http-request do-resolve(txn.a,names,ipv4) str(second.test) if { path /two }
    tcp-request content do-resolve(sess.c,names,ipv4) req.hdr(x-name) if { path /content /both }
    http-request return status 200 content-type text/plain lf-string \"%[var(txn.before)] a=%[var(txn.a)] b=%[var(txn.b)] c=%[var(sess.c)] d=%[var(txn.d)]\" unless { path /go /back /both }
    default_backend back
backend back
    mode http
    tcp-request content do-resolve(txn.d,names,ipv4) req.hdr(x-name) if { path /both }
    http-request do-resolve(txn.a,names,ipv4) req.hdr(x-name)
    http-request deny deny_status 502 unless { var(txn.a) -m found }
    http-request deny deny_status 403 if { var(txn.a) -m ip 127.0.9.0/24 }
    http-request set-dst var(txn.a)
    http-request set-header x-seen %[var(txn.d)]/%[var(txn.before)]
    server s 0.0.0.0:ORIGIN
listen stream
    mode tcp
    bind 127.0.0.1:OTHER
    log-format \"%fi [%[var(sess.a)]] %ts\"
    tcp-request inspect-delay 2s
    tcp-request content do-resolve(sess.a,names,ipv4) str(origin.test)
    tcp-request content reject unless { req.len gt 3 }
    tcp-request content set-dst var(sess.a)
    server s 0.0.0.0:ORIGIN
";
    let resolvers = format!(
        "resolvers names\n    nameserver one 127.0.0.1:{dns}\n    timeout retry 150ms\n    resolve_retries 2\n    hold valid 1ms\n"
    );
    format!("{head}{resolvers}{rules}").replace("ORIGIN", &origin.to_string())
}

fn names() -> NameServer {
    let dns = NameServer::start();
    dns.addresses("one.test", &["127.0.0.1"]);
    dns.addresses("six.test", &["::1"]);
    dns.addresses("both.test", &["127.0.0.1", "::1"]);
    dns.addresses("first.test", &["127.0.0.21"]);
    dns.addresses("second.test", &["127.0.0.22"]);
    dns.addresses("origin.test", &["127.0.0.1"]);
    dns.addresses("denied.test", &["127.0.9.1"]);
    dns.say(
        "long.test",
        A,
        Says::ByStreamOnly(vec![[127, 0, 0, 5].into()]),
    );
    dns.fail("nx.test", &Says::Code(3));
    dns.fail("refused.test", &Says::Code(5));
    dns.fail("failed.test", &Says::Code(2));
    dns.fail("silent.test", &Says::Silence);
    dns.fail("junk.test", &Says::Junk);
    dns
}

/// Status, and the body of an answer that is no refusal.
fn ask(port: u16, path: &str, name: &str) -> (u16, String) {
    let mut client = Client::connect(port);
    client.send(format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-Name: {name}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhe"
    ));
    // The rest comes while the request waits.
    client.send("llo");
    let (head, body) = client.response();
    let status = support::status_of(&head);
    let text = if status == 200 {
        String::from_utf8_lossy(&body).into_owned()
    } else {
        String::new()
    };
    (status, text)
}

fn echo() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; support::content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let seen = head.lines().find_map(|l| l.strip_prefix("x-seen: "));
            let text = format!("{} {}", seen.unwrap_or("-"), String::from_utf8_lossy(&body));
            let length = text.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            if stream.write_all((head + &text).as_bytes()).is_err() {
                return;
            }
        }
    })
}

#[test]
fn requests_get_the_addresses_that_they_get_with_haproxy() {
    let (dns, origin) = (names(), echo());
    let Some(both) = Beside::start(&config(dns.port, origin.port)) else {
        return;
    };
    let cases = [
        ("/4", "one.test"),
        ("/4", "ONE.test"),
        ("/4", "six.test"),
        ("/6", "six.test"),
        ("/6", "one.test"),
        ("/6", "both.test"),
        ("/4", "both.test"),
        ("/any", "both.test"),
        ("/any", "one.test"),
        ("/4", ""),
        ("/4", "a..b"),
        ("/4", "nx.test"),
        ("/4", "refused.test"),
        ("/4", "failed.test"),
        ("/4", "silent.test"),
        ("/4", "junk.test"),
        ("/4", "10.1.2.3"),
        ("/two", ""),
        ("/go", "origin.test"),
        ("/go", "nx.test"),
        ("/go", "denied.test"),
    ];
    for (path, name) in cases {
        let what = format!("{path} {name}");
        let (status, text) = both.agree(&what, |port| ask(port, path, name));
        if name == "one.test" && path == "/4" {
            assert_eq!((status, &text[..]), (200, "kept a=127.0.0.1 b= c= d="));
        }
        assert_eq!(
            both.ours.logged(),
            both.theirs.logged(),
            "{what}: haproxy's on the right"
        );
    }
    // haproxy does not ask by TCP for what is too long for a datagram.
    let (_, text) = ask(both.ours.port, "/4", "long.test");
    assert_eq!(text, "kept a=127.0.0.5 b= c= d=");
    // Nor does it ask by rules over contents where these are HTTP.
    let (_, text) = ask(both.ours.port, "/content", "one.test");
    assert_eq!(text, "kept a= b= c=127.0.0.1 d=");
    let (_, text) = ask(both.ours.port, "/both", "origin.test");
    assert_eq!(text, "127.0.0.1/kept hello");
}

#[test]
fn connections_wait_as_they_do_with_haproxy() {
    let (dns, origin) = (
        names(),
        Origin::start(|mut stream, _| {
            let mut byte = [0; 5];
            if stream.read_exact(&mut byte).is_ok() {
                let _ = stream.write_all(&[&b"got "[..], &byte].concat());
            }
        }),
    );
    let Some(both) = Beside::start(&config(dns.port, origin.port)) else {
        return;
    };
    let talk = |port: u16| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(support::WAIT)).unwrap();
        stream.write_all(b"he").unwrap();
        std::thread::sleep(Duration::from_millis(20));
        stream.write_all(b"llo").unwrap();
        let mut all = String::new();
        let _ = stream.read_to_string(&mut all);
        all
    };
    assert_eq!(talk(both.theirs.other), "got hello");
    assert_eq!(talk(both.ours.other), "got hello");
    assert_eq!(both.ours.logged(), both.theirs.logged());
}

#[test]
fn others_are_served_while_one_waits_and_a_client_that_leaves_leaves_nothing() {
    let (dns, origin) = (names(), echo());
    let port = free_port();
    let text = config(dns.port, origin.port)
        .replace("PORT", &port.to_string())
        .replace("OTHER", &free_port().to_string())
        .replace("LOG", "9")
        .replace("hold valid 1ms", "hold valid 1m")
        .replace("resolve_retries 2", "resolve_retries 100");
    let mut proxy = Proxy::start(&text);
    let wait = |path: &str| {
        let mut client = Client::connect(port);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nX-Name: silent.test\r\n\r\n"
        ));
        client
    };
    let (mut one, mut two, gone) = (wait("/4"), wait("/4"), wait("/4"));
    for _ in 0..3 {
        assert_eq!(ask(port, "/4", "one.test").0, 200);
    }
    drop(gone);
    // A new configuration goes on asking for those who wait.
    proxy
        .configure(&text.replace("timeout connect 1s", "timeout connect 2s"))
        .unwrap();
    dns.say(
        "silent.test",
        A,
        Says::Addresses(vec![[127, 0, 0, 77].into()]),
    );
    for client in [&mut one, &mut two] {
        let body = client.response().1;
        assert!(String::from_utf8_lossy(&body).contains("a=127.0.0.77"));
    }
    // Valid answers are used again.
    let count = || {
        dns.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|a| a.starts_with("one.test"))
            .count()
    };
    let before = count();
    assert_eq!(ask(port, "/4", "one.test").1, "kept a=127.0.0.1 b= c= d=");
    assert_eq!(count(), before);
    // A section that is gone answers nobody.
    let mut left = wait("/6");
    let asked = |what: &str| dns.asked.lock().unwrap().iter().any(|a| a == what);
    while !asked("silent.test/28") {
        std::thread::sleep(Duration::from_millis(5));
    }
    let without = text
        .replace("resolvers names", "resolvers others")
        .replace(",names", ",others");
    proxy.configure(&without).unwrap();
    let body = left.response().1;
    assert!(String::from_utf8_lossy(&body).starts_with("kept a= "));
}
