//! Bodies that rules wait for and look at, beside haproxy: what comes when, what never comes, what
//! is too large.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{Beside, Origin};

const CONFIG: &str = "global
 nbthread 1
 log 127.0.0.1:LOG local0
defaults
 mode http
 log global
 log-format \"%ST %ts %HM %HU\"
 timeout client 3s
 timeout server 3s
 timeout connect 1s
 timeout http-request 500ms
frontend web
 bind 127.0.0.1:PORT
 option http-buffer-request
 http-request return status 200 content-type text/plain lf-string \"SHOWN\" if { path /show }
 http-request deny if { path /judge } { req.body_param(a) -m str bad }
 http-request deny if { path /judge } { req.body,length gt 20 }
 http-request set-header X-Length %[req.body_len]
 default_backend app
frontend rules
 bind 127.0.0.1:OTHER
 http-request set-header X-Early 1
 http-request set-var(txn.times) var(txn.times),add(1)
 http-request wait-for-body time 300ms at-least 5 if { path /least }
 http-request wait-for-body time 300ms if { path_beg /wait }
 http-request set-header X-Late %[var(txn.times)]
 http-request return status 200 content-type text/plain lf-string \"SHOWN\" if { path /show /wait/show /least }
 use_backend late if { path_beg /late }
 use_backend post if { path_beg /post }
 default_backend app
backend app
 server s 127.0.0.1:ORIGIN
backend late
 http-request set-header X-Before 1
 http-request wait-for-body time 300ms
 http-request set-header X-Param %[req.body_param(a)]
 server s 127.0.0.1:ORIGIN
backend post
 balance url_param id check_post
 server a 127.0.0.1:FIRST
 server b 127.0.0.1:SECOND
 server c 127.0.0.1:THIRD
";

const SHOWN: &str = "len=%[req.body_len] size=%[req.body_size] body=%[req.body] a=%[req.body_param(a)] b=%[req.body_param(b)] none=%[req.body_param(none)] any=%[req.body_param]";

/// What the client sends, `|` standing for a pause, and whether it closes its side then.
struct Case {
    name: &'static str,
    buffered: bool,
    target: &'static str,
    fields: &'static str,
    body: &'static str,
}

const LENGTH: &str = "Content-Length: 12\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const EXPECT: &str = "Content-Length: 3\r\nExpect: 100-continue\r\n";

const fn case(
    name: &'static str,
    buffered: bool,
    target: &'static str,
    fields: &'static str,
    body: &'static str,
) -> Case {
    Case {
        name,
        buffered,
        target,
        fields,
        body,
    }
}

const CASES: &[Case] = &[
    case("at once", true, "/show", LENGTH, "a=1&b=2&c=3x"),
    case("in pieces", true, "/show", LENGTH, "|a=1&b|=2&c=3x"),
    case("never whole", true, "/show", LENGTH, "a=1"),
    case("never whole, for a server", true, "/x", LENGTH, "a=1"),
    case("expected", true, "/show", EXPECT, "^a=1"),
    case("expected by a server", true, "/x", EXPECT, "^a=1"),
    case(
        "chunks",
        true,
        "/show",
        CHUNKED,
        "3\r\na=1\r\n|4\r\n&b=2\r\n0\r\n\r\n",
    ),
    case(
        "chunks for a server",
        true,
        "/x",
        CHUNKED,
        "3\r\na=1\r\n|4\r\n&b=2\r\n0\r\n\r\n",
    ),
    case(
        "chunks without an end",
        true,
        "/show",
        CHUNKED,
        "3\r\na=1\r\n",
    ),
    case(
        "a broken chunk",
        true,
        "/show",
        CHUNKED,
        "3\r\na=1\r\n|zz\r\n",
    ),
    case("judged", true, "/judge", LENGTH, "b=1&a=badly "),
    case("judged bad", true, "/judge", LENGTH, "c=1111|&a=bad"),
    case("no body", true, "/show", "", ""),
    case("for a server", true, "/x", LENGTH, "a=1&b|=2&c=3x"),
    case("waited for", false, "/wait/show", LENGTH, "|a=1&b=2&c=3x"),
    case("waited for in vain", false, "/wait/show", LENGTH, "a=1"),
    case(
        "waited for, then a server",
        false,
        "/wait/x",
        LENGTH,
        "|a=1&b=2|&c=3x",
    ),
    case("not waited for", false, "/show", LENGTH, "a=1|&b=23456x"),
    case("enough", false, "/least", LENGTH, "a=1|&b="),
    case("enough and expected", false, "/least", EXPECT, "|a=1"),
    case("the backend waits", false, "/late", LENGTH, "b=2|&a=12|345"),
    case(
        "the backend waits in vain",
        false,
        "/late",
        LENGTH,
        "b=2|&a=1",
    ),
    case(
        "a form",
        false,
        "/post",
        "Content-Length: 9\r\n",
        "|b=2&id=u1",
    ),
    case(
        "another form",
        false,
        "/post",
        "Content-Length: 9\r\n",
        "|id=u2&b=x",
    ),
    case(
        "a third form",
        false,
        "/post",
        "Content-Length: 9\r\n",
        "|id=u3",
    ),
    case(
        "a form in chunks",
        false,
        "/post",
        CHUNKED,
        "5\r\nid=u4\r\n|0\r\n\r\n",
    ),
    case(
        "a form that does not come",
        false,
        "/post",
        "Content-Length: 9\r\n",
        "b=2|&",
    ),
];

/// Interim answers, the final one with its body, whether the connection ended.
fn exchange(port: u16, case: &Case) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    let method = if case.fields.is_empty() {
        "GET"
    } else {
        "POST"
    };
    let head = format!(
        "{method} {} HTTP/1.1\r\nHost: h\r\n{}\r\n",
        case.target, case.fields
    );
    let all = head + case.body;
    let mut told = String::new();
    for part in all.split_inclusive(['|', '^']) {
        let wait = part.chars().last();
        let part = part.trim_end_matches(['|', '^']);
        // Who has been answered may be gone.
        let _ = stream.write_all(part.as_bytes());
        match wait {
            // What matters is that the parts do not come at once.
            Some('|') => std::thread::sleep(Duration::from_millis(60)),
            // The body waits until it is asked for.
            Some('^') => {
                let head = support::read_head(&mut stream).unwrap();
                told.push_str(&support::status_of(&head).to_string());
                told.push(' ');
            }
            _ => {}
        }
    }
    while let Some(head) = support::read_head(&mut stream) {
        let status = support::status_of(&head);
        told.push_str(&status.to_string());
        told.push(' ');
        if status >= 200 {
            let mut body = vec![0; support::content_length(&head)];
            stream.read_exact(&mut body).unwrap();
            if status == 200 {
                told.push_str(&String::from_utf8_lossy(&body));
            }
            let close = head.to_ascii_lowercase().contains("connection: close");
            told.push_str(if close { " closes" } else { " stays" });
            break;
        }
    }
    let mut lines: Vec<String> = told
        .replace("\r\n", "\n")
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
            None => line.to_owned(),
        })
        .collect();
    if lines.len() > 2 {
        lines[1..].sort();
    }
    lines.join("\n")
}

/// A second port beside the first of each side.
fn config(origins: [u16; 4]) -> String {
    let [origin, first, second, third] = origins.map(|port| port.to_string());
    CONFIG
        .replace("SHOWN", SHOWN)
        .replace("ORIGIN", &origin)
        .replace("FIRST", &first)
        .replace("SECOND", &second)
        .replace("THIRD", &third)
}

#[test]
fn bodies_are_waited_for_as_in_haproxy() {
    let origins = [
        Origin::echo(),
        Origin::echo_named("a"),
        Origin::echo_named("b"),
        Origin::echo_named("c"),
    ];
    let ports = origins.each_ref().map(|origin| origin.port);
    let Some(beside) = Beside::start(&config(ports)) else {
        return;
    };
    let mut differ = Vec::new();
    for case in CASES {
        let ask = |side: &support::beside::Side| {
            let answer = exchange(if case.buffered { side.port } else { side.other }, case);
            (answer, side.lines(1).join(""))
        };
        let (theirs, ours) = (ask(&beside.theirs), ask(&beside.ours));
        let flags = |line: &str| line.split("]: ").nth(1).unwrap_or("").to_owned();
        if theirs.0 != ours.0 || flags(&theirs.1) != flags(&ours.1) {
            differ.push(format!("--- {}\n{theirs:#?}\n{ours:#?}", case.name));
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ, haproxy's first\n{}",
        differ.len(),
        differ.join("\n")
    );
}

#[test]
fn a_body_larger_than_the_buffer_is_not_held() {
    let origin = Origin::echo();
    let Some(beside) = Beside::start(&config([origin.port; 4])) else {
        return;
    };
    let large = |target: &str| {
        beside.agree(target, |port| {
            let mut client = support::Client::connect(port);
            let body = "x".repeat(70_000);
            client.send(format!(
                "POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n{body}"
            ));
            let (head, body) = client.response();
            let text = String::from_utf8_lossy(&body).into_owned();
            let seen = text.split(" body=").next().unwrap_or("").to_owned();
            // How much a buffer holds is each one's own.
            let held = seen
                .strip_prefix("len=")
                .and_then(|s| s.split(' ').next()?.parse::<u32>().ok());
            let fits = held.map(|held| (10_000..17_000).contains(&held));
            (
                support::status_of(&head),
                fits,
                body.len() > 60_000,
                seen.contains("size=70000"),
            )
        })
    };
    assert_eq!(large("/show"), (200, Some(true), false, true));
    assert_eq!(large("/x"), (200, None, true, false));
}
