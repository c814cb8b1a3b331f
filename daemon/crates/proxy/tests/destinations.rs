//! Where connections lead that follow the client, beside haproxy: servers without an address of
//! their own, `set-dst`, `option transparent`, `dispatch`.

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use support::{Beside, Client, read_head};

/// Answers on all addresses of this machine with the one that was connected to.
fn everywhere() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

fn answer(mut stream: TcpStream) {
    let to = stream.local_addr().unwrap().ip();
    while let Some(head) = read_head(&mut stream) {
        let header = |name: &str| {
            let mut lines = head.lines();
            let found = lines.find_map(|line| {
                let (written, value) = line.split_once(": ")?;
                written.eq_ignore_ascii_case(name).then_some(value)
            });
            found.unwrap_or("-").to_owned()
        };
        let text = format!("{to} {} {}", header("x-original-to"), header("x-dst"));
        let length = text.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        if stream.write_all((head + &text).as_bytes()).is_err() {
            return;
        }
    }
}

/// What stands in the backends; `ORIGIN` is the port of the origin.
const CASES: &[(&str, &str)] = &[
    (
        "server s 0.0.0.0:0",
        "http-request set-dst-port int(ORIGIN)",
    ),
    (
        "server s *",
        "http-request set-dst req.hdr(x-to),ipmask(32)\n    http-request set-dst-port int(ORIGIN)",
    ),
    (
        "server s 0.0.0.0:ORIGIN",
        "http-request set-dst req.hdr(x-to),ipmask(32)",
    ),
    (
        "server s :::ORIGIN",
        "http-request set-dst req.hdr(x-to),ipmask(32)",
    ),
    (
        "server s 0.0.0.0:+3",
        "http-request set-dst-port int(ORIGIN),sub(3)",
    ),
    (
        "server s 0.0.0.0:-3",
        "http-request set-dst-port int(ORIGIN),add(3)",
    ),
    (
        "server s 127.0.0.7:+0",
        "http-request set-dst-port int(ORIGIN)",
    ),
    // haproxy would go on with the first connection whatever is asked for next.
    (
        "option transparent",
        "http-request set-dst str(127.0.0.4)\n    http-request set-dst-port int(ORIGIN)",
    ),
    ("dispatch 127.0.0.6:ORIGIN", ""),
    ("dispatch *:ORIGIN", ""),
    ("dispatch 127.0.0.6:ORIGIN", "option transparent"),
    (
        "dispatch 127.0.0.6:ORIGIN",
        "cookie SRV\n    server s 127.0.0.8:ORIGIN cookie s\n    use-server s if { path_end /use }",
    ),
    (
        "option transparent",
        "server s 127.0.0.8:ORIGIN\n    http-request set-dst-port int(ORIGIN)",
    ),
    (
        "dispatch 127.0.0.6:ORIGIN",
        "balance roundrobin\n    server s 127.0.0.8:ORIGIN",
    ),
    (
        "server s 0.0.0.0:0",
        "tcp-request content set-dst req.hdr(x-to),ipmask(32)\n    tcp-request content set-dst-port int(ORIGIN)",
    ),
    (
        "server s 0.0.0.0:0",
        "http-request set-dst str(127.0.0.9) if { path_end /use }\n    http-request set-dst-port int(ORIGIN)",
    ),
];

fn config(origin: u16) -> String {
    let mut text = "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    option originalto\n    option dontlognull\n    log 127.0.0.1:LOG local0\n    log-format \"%fi %[dst] %b/%s %ST\"\nfrontend web\n    bind 127.0.0.1:PORT\n    http-request set-header x-dst %[dst]:%[dst_port],%[fc_dst],%[nbsrv(b11)]\n    use_backend %[path,field(2,/)]\nfrontend other\n    bind 127.0.0.1:OTHER\n    tcp-request connection set-dst-port int(ORIGIN)\n    tcp-request session set-dst str(127.0.0.3)\n    http-request set-dst str(127.0.0.4) if { path_end /use }\n    http-request set-header x-dst %[dst]:%[dst_port],%[fc_dst]\n    use_backend plain\nbackend plain\n    server s 0.0.0.0:0\n".to_owned();
    for (n, (first, second)) in CASES.iter().enumerate() {
        let _ = write!(text, "backend b{n}\n    {first}\n    {second}\n");
    }
    text.replace("ORIGIN", &origin.to_string())
}

/// Asks for several things over one connection.
fn talk(port: u16, prefix: &str) -> Vec<String> {
    let mut client = Client::connect(port);
    let asked = [
        ("/", "127.0.0.2"),
        ("/use", "127.0.0.5"),
        ("/", "127.0.0.5"),
        ("/", "127.0.0.2"),
    ];
    let answers = asked.map(|(path, to)| {
        client.send(format!(
            "GET {prefix}{path} HTTP/1.1\r\nHost: h\r\nX-To: {to}\r\n\r\n"
        ));
        let (head, body) = client.response();
        let text = String::from_utf8_lossy(&body).into_owned();
        format!(
            "{} {}",
            support::status_of(&head),
            text.replace(&port.to_string(), "PORT")
        )
    });
    let mut all = answers.to_vec();
    client.send(format!(
        "GET {prefix}/ HTTP/1.1\r\nHost: h\r\nCookie: SRV=s\r\nConnection: close\r\n\r\n"
    ));
    let (_, body) = client.response();
    all.push(String::from_utf8_lossy(&body).replace(&port.to_string(), "PORT"));
    all
}

#[test]
fn connections_lead_where_they_do_with_haproxy() {
    let Some(both) = Beside::start(&config(everywhere())) else {
        return;
    };
    for (n, (first, second)) in CASES.iter().enumerate() {
        let what = format!("{first} | {second}");
        let answers = both.agree(&what, |port| talk(port, &format!("/b{n}")));
        assert!(
            answers[0].starts_with("200 127.0.0."),
            "{what}: {answers:?}"
        );
        let lines = both.theirs.lines(5);
        let text = |line: &String| line.split_once("]: ").map(|(_, text)| text.to_owned());
        let theirs: Vec<_> = lines.iter().map(text).collect();
        let ours: Vec<_> = both.ours.lines(5).iter().map(text).collect();
        assert_eq!(ours, theirs, "{what}: haproxy's on the right");
    }
    let (theirs, ours) = (talk(both.theirs.other, "/x"), talk(both.ours.other, "/x"));
    assert_eq!(ours, theirs, "haproxy's on the right");
}
