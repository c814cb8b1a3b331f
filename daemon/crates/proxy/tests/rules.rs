//! Rules: routing, header changes, answers of the proxy itself.

mod support;

use std::io::{Read, Write};
use support::{Beside, Client, Origin, Proxy, free_port, status_of};

fn config(port: u16, frontend: &str, a: &Origin, b: &Origin) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:{port}\n{frontend}\n    default_backend a\nbackend a\n    server s 127.0.0.1:{}\nbackend b\n    http-response set-header X-From %[srv_name]\n    server s 127.0.0.1:{}\n",
        a.port, b.port
    )
}

fn body_of(port: u16, request: &str) -> String {
    let (head, body) = Client::connect(port).send(request).response();
    assert_eq!(status_of(&head), 200, "{head}");
    String::from_utf8(body).unwrap()
}

#[test]
fn use_backend_follows_paths_hosts_addresses_and_logic() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let rules = "    acl static path_beg /static /img\n    acl static path_end .css\n    acl blog hdr_beg(host) -i blog.\n    acl local src 127.0.0.0/8\n    use_backend b if static local\n    use_backend b if blog !{ path /a } or { hdr(x-b) -m found }";
    let _proxy = Proxy::start(&config(port, rules, &a, &b));
    for (path, host, more, expected) in [
        ("/", "www", "", "a"),
        ("/static/x", "www", "", "b"),
        ("/x.css?y", "www", "", "b"),
        ("/", "BLOG.example", "", "b"),
        ("/a", "blog.example", "", "a"),
        ("/a", "www", "X-B: 1\r\n", "b"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
        assert_eq!(body_of(port, &request), expected, "{request}");
    }
}

#[test]
fn headers_are_set_added_and_deleted_in_both_directions() {
    let (echo, other) = (Origin::echo(), Origin::named("b"));
    let port = free_port();
    let rules = "    http-request set-header X-Forwarded-Proto http\n    http-request add-header X-Path %[path,upper]\n    http-request del-header X-Secret\n    http-response set-header X-Status %[status]\n    http-response del-header Content-Type";
    let _proxy = Proxy::start(&config(port, rules, &echo, &other));
    let mut client = Client::connect(port);
    let request = "GET /abc?d HTTP/1.1\r\nHost: t\r\nx-forwarded-proto: https\r\nX-Secret: 1\r\nX-Keep: 2\r\n\r\n";
    let (head, body) = client.send(request).response();
    let seen = String::from_utf8(body).unwrap();
    assert!(
        seen.contains("X-Forwarded-Proto: http\r\n") && !seen.contains("https"),
        "{seen}"
    );
    assert!(
        seen.contains("X-Path: /ABC\r\n")
            && seen.contains("X-Keep: 2")
            && !seen.contains("X-Secret"),
        "{seen}"
    );
    assert!(head.contains("X-Status: 200\r\n"), "{head}");
}

#[test]
fn denied_and_redirected_requests_keep_the_connection() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let rules = "    http-request deny if { path_beg /private }\n    http-request deny deny_status 429 if { path /slow }\n    http-request redirect location https://%[hdr(host)]%[path] code 301 if { path /old }\n    http-request return status 200 content-type text/plain string \"pong\" if { path /ping }";
    let mut proxy = Proxy::start(&config(port, rules, &a, &b));
    let mut client = Client::connect(port);
    assert_eq!(status_of(&client.get("/private/x").0), 403);
    assert_eq!(status_of(&client.get("/slow").0), 429);
    let (head, _) = client.get("/old");
    assert_eq!(status_of(&head), 301);
    assert!(
        head.to_ascii_lowercase()
            .contains("location: https://test/old\r\n"),
        "{head}"
    );
    let (head, body) = client.get("/ping");
    assert_eq!((status_of(&head), &body[..]), (200, &b"pong"[..]));
    assert!(
        head.to_ascii_lowercase()
            .contains("content-type: text/plain"),
        "{head}"
    );
    assert_eq!(client.get("/").1, b"a");
    assert_eq!(proxy.status()["frontends"][0]["requests"], 5);
}

#[test]
fn a_denied_request_with_a_body_still_to_come_ends_the_connection() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let _proxy = Proxy::start(&config(port, "    http-request deny if METH_POST", &a, &b));
    let mut client = Client::connect(port);
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\nsome");
    let all = String::from_utf8(client.rest()).unwrap();
    assert_eq!(status_of(&all), 403);
    assert!(all.contains("connection: close"), "{all}");
}

#[test]
fn paths_are_rewritten_with_the_query_left_alone() {
    let (echo, other) = (Origin::echo(), Origin::named("b"));
    let port = free_port();
    let rules = "    http-request replace-path ^/api/(.*) /v1/\\1";
    let _proxy = Proxy::start(&config(port, rules, &echo, &other));
    let seen = body_of(port, "GET /api/users?id=1 HTTP/1.1\r\nHost: t\r\n\r\n");
    assert!(
        seen.starts_with("GET /v1/users?id=1 HTTP/1.1\r\n"),
        "{seen}"
    );
}

#[test]
fn tcp_request_connection_refuses_before_a_byte() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let _proxy = Proxy::start(&config(
        port,
        "    tcp-request connection reject if { src 127.0.0.1 }",
        &a,
        &b,
    ));
    let mut client = Client::connect(port);
    assert!(client.rest().is_empty());
}

/// Requests, each with its further header lines.
const CHOICES: [(&str, &str); 18] = [
    ("/", ""),
    ("/b", ""),
    ("/zero", ""),
    ("/down", ""),
    ("/force", ""),
    ("/name", "X-Server: c\r\n"),
    ("/name", "X-Server: nobody\r\n"),
    ("/name", ""),
    ("/name/b", "X-Server: down\r\n"),
    ("/name/b", "X-Server: nobody\r\n"),
    ("/b", "Cookie: W=cc\r\n"),
    ("/", "Cookie: W=cc\r\n"),
    ("/b", "Cookie: W=nobody\r\n"),
    ("/ignore", "Cookie: W=nobody\r\n"),
    ("/ignore", "Cookie: W=cc\r\n"),
    ("/ignore/b", ""),
    ("/ignore/b", "Cookie: W=cc\r\n"),
    ("/ignore/b", "Cookie: W=nobody\r\n"),
];

#[test]
fn use_server_chooses_as_haproxy_does() {
    let (a, b, c) = (Origin::named("a"), Origin::named("b"), Origin::named("c"));
    let servers = format!(
        "server a 127.0.0.1:{}\n    server b 127.0.0.1:{} cookie bb weight 0\n    server c 127.0.0.1:{} cookie cc weight 0\n    server down 127.0.0.1:{} disabled\n",
        a.port, b.port, c.port, b.port
    );
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log 127.0.0.1:LOG local0\nfrontend web\n    bind 127.0.0.1:PORT\n    log-format \"%b/%s %tsc %ST %HP\"\n    default_backend farm\nbackend farm\n    cookie W insert indirect\n    force-persist if {{ path_beg /force }}\n    ignore-persist if {{ path_beg /ignore }}\n    use-server down if {{ path_beg /down /force }}\n    use-server %[req.hdr(x-server)] if {{ path_beg /name }}\n    use-server b if {{ path_end /b }}\n    use-server c if {{ path_beg /zero /down }}\n    http-response set-header X-Kind %[hdr(content-length)]\n    {servers}"
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for (path, more) in CHOICES {
        let request = format!("GET {path} HTTP/1.1\r\nHost: t\r\n{more}Connection: close\r\n\r\n");
        let ask = |port| {
            let (head, body) = Client::connect(port).send(&request).response();
            let kept = |name: &str| {
                let mut lines = head.lines().map(str::to_ascii_lowercase);
                lines.find(|line| line.starts_with(name))
            };
            (status_of(&head), body, kept("set-cookie:"), kept("x-kind:"))
        };
        both.agree(&request, ask);
        assert_eq!(both.theirs.logged(), both.ours.logged(), "{request}");
    }
}

/// Says its name to whoever says something, and ends.
fn greeter(name: &'static str) -> Origin {
    Origin::start(move |mut stream, _| {
        let mut buffer = [0; 4096];
        if let Ok(1..) = stream.read(&mut buffer) {
            let _ = stream.write_all(name.as_bytes());
        }
    })
}

/// A connection request of RDP with a cookie.
fn rdp(cookie: &str) -> Vec<u8> {
    let line = format!("Cookie: {cookie}\r\n");
    let length = u8::try_from(line.len()).unwrap();
    let head = [3, 0, 0, 11 + length, 6 + length, 0xe0, 0, 0, 0, 0, 0];
    [&head[..], line.as_bytes()].concat()
}

#[test]
fn sessions_of_rdp_find_their_server_again() {
    let (a, b) = (greeter("a"), greeter("b"));
    let servers = format!(
        "server a 127.0.0.1:{}\n    server b 127.0.0.1:{} weight 0\n    server gone 127.0.0.2:9 disabled\n",
        a.port, b.port
    );
    let wait = "tcp-request inspect-delay 200ms\n    tcp-request content accept if RDP_COOKIE";
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode tcp\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nlisten l\n    bind 127.0.0.1:PORT\n    {wait}\n    persist rdp-cookie\n    {servers}listen m\n    bind 127.0.0.1:OTHER\n    {wait}\n    persist rdp-cookie(token)\n    {servers}"
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let (ip, port) = (0x0100_007f, b.port.swap_bytes());
    let values = [
        format!("{ip}.{port}.0000"),
        format!("{ip}.{}.0000", a.port.swap_bytes()),
        format!("{}.{}.0000", 0x0200_007f, 9u16.swap_bytes()),
        format!("{ip}.1.0000"),
        format!("{ip}"),
        format!("{ip}.{port}"),
        format!("{ip}.{port}."),
        "x.y.z".to_owned(),
    ];
    for value in values {
        for name in ["msts", "mstshash", "token"] {
            let bytes = rdp(&format!("{name}={value}"));
            let ask = |port| {
                String::from_utf8_lossy(&Client::connect(port).send(&bytes).rest()).into_owned()
            };
            let what = format!("{name}={value}");
            both.agree(&what, ask);
            assert_eq!(ask(both.theirs.other), ask(both.ours.other), "{what}");
        }
    }
}
