//! tcp rules that look into the first bytes, beside haproxy.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{Beside, Client, Origin};

/// A ClientHello with a server name (RFC 8446 §4.1.2, RFC 6066 §3).
fn hello(name: &str) -> Vec<u8> {
    let vector =
        |bytes: &[u8], size: usize| [&bytes.len().to_be_bytes()[8 - size..], bytes].concat();
    let entry = [&[0][..], &vector(name.as_bytes(), 2)].concat();
    let extension = [&[0, 0][..], &vector(&vector(&entry, 2), 2)].concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &vector(&[0x13, 1], 2),
        &[1, 0],
        &vector(&extension, 2),
    ]
    .concat();
    let message = [&[1][..], &vector(&body, 3)].concat();
    [&[0x16, 3, 1][..], &vector(&message, 2)].concat()
}

/// Says its name as soon as anything comes, and how much that was.
fn greeter(name: &'static str) -> Origin {
    Origin::start(move |mut stream, _| {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(format!("{name}:{n};").as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// Sends pieces with pauses, closes nothing; a reset is an end that bytes of ours met. All that comes back until the end or a pause.
fn talk(port: u16, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for (n, piece) in pieces.iter().enumerate() {
        if n > 0 {
            std::thread::sleep(Duration::from_millis(30));
        }
        let _ = stream.write_all(piece);
    }
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return format!("{}|end", String::from_utf8_lossy(&all)),
            Ok(n) => {
                all.extend_from_slice(&buffer[..n]);
                stream
                    .set_read_timeout(Some(Duration::from_millis(60)))
                    .unwrap();
            }
            Err(e) if e.kind() == std::io::ErrorKind::ConnectionReset => return "|end".to_owned(),
            Err(_) => return String::from_utf8_lossy(&all).into_owned(),
        }
    }
}

const DEFAULTS: &str = "global\n    nbthread 1\ndefaults\n    mode tcp\n    timeout client 3s\n    timeout server 3s\n    timeout connect 1s\n";

#[test]
fn connections_go_where_their_first_bytes_say() {
    let (a, b, c) = (greeter("a"), greeter("b"), greeter("c"));
    let text = format!(
        "{DEFAULTS}frontend web\n    bind 127.0.0.1:PORT\n    tcp-request inspect-delay 200ms\n    tcp-request content set-var(sess.first) req.payload(0,1)\n    tcp-request content reject if {{ req.payload(0,4) -m str QUIT }}\n    tcp-request content accept if {{ req.ssl_hello_type 1 }}\n    tcp-request content accept if HTTP\n    tcp-request content accept if {{ req.len ge 9 }}\n    tcp-request content reject if WAIT_END {{ req.len eq 0 }}\n    use_backend a if {{ req.ssl_sni -i a.example }}\n    use_backend b if {{ req.ssl_sni -m end .b.example }} or {{ req.payload(0,3) -m bin 534d54 }}\n    use_backend b if {{ var(sess.first) -m str X }}\n    default_backend c\nbackend a\n    server s 127.0.0.1:{}\nbackend b\n    server s 127.0.0.1:{}\nbackend c\n    server s 127.0.0.1:{}\n",
        a.port, b.port, c.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let one = hello("A.example");
    let two = hello("www.b.example");
    let three = hello("other");
    let cases: &[(&str, Vec<&[u8]>)] = &[
        ("a name", vec![&one]),
        ("a name in pieces", vec![&one[..7], &one[7..40], &one[40..]]),
        ("another name", vec![&two]),
        ("a name of nobody", vec![&three]),
        ("http", vec![b"GET / HTTP/1.1\r\n\r\n"]),
        ("bytes", vec![b"SMT", b"Pxxxxxxx"]),
        ("few bytes wait for the end of the delay", vec![b"abc"]),
        ("an X", vec![b"Xaaaaaaaaaa"]),
        ("refused", vec![b"QUIT"]),
        ("silence", vec![]),
    ];
    for (name, pieces) in cases {
        both.agree(name, |port| talk(port, pieces));
    }
}

#[test]
fn connections_are_let_in_or_not_before_a_byte() {
    let origin = greeter("a");
    let text = format!(
        "{DEFAULTS}frontend web\n    bind 127.0.0.1:PORT\n    stick-table type ip size 100 expire 10s store conn_cnt,gpc0\n    tcp-request connection track-sc0 src\n    tcp-request connection reject if {{ sc0_conn_cnt gt 3 }}\n    tcp-request session accept if {{ src 127.0.0.1 }}\n    tcp-request session reject\n    default_backend b\nbackend b\n    tcp-response inspect-delay 100ms\n    tcp-response content reject if {{ res.payload(0,3) -m str a:4 }}\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    // The connection that looked whether it listens was the first at haproxy's side.
    let _ = talk(both.ours.port, &[b"look"]);
    for piece in [&b"hello"[..], b"four", b"no more"] {
        both.agree("piece", |port| talk(port, &[piece]));
    }
}

#[test]
fn requests_are_limited_by_rate_and_remembered_by_key() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 3s\n    timeout server 3s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:PORT\n    stick-table type string len 20 size 1k expire 1m store http_req_rate(10s),http_req_cnt,http_err_cnt,gpc0,gpt0,conn_cur,bytes_out_cnt\n    http-request track-sc0 req.hdr(x-user) if {{ req.hdr(x-user) -m found }}\n    http-request sc-inc-gpc0(0) if {{ path /inc }}\n    http-request sc-set-gpt0(0) 7 if {{ path /tag }}\n    http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 4 }} {{ path /limited }}\n    http-request return status 200 content-type text/plain lf-string \"%[sc0_http_req_cnt] %[sc0_http_req_rate] %[sc0_get_gpc0] %[sc_get_gpt0(0)] %[sc0_conn_cur] %[sc0_http_err_cnt] %[sc0_tracked] %[sc1_tracked] %[table_cnt(web)] %[str(anna),table_http_req_cnt(web)] %[str(nobody),in_table(web)]\" if {{ path /show }}\n    use_backend stuck if {{ path_beg /stick }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{}\nbackend stuck\n    stick-table type string len 10 size 100 expire 1m\n    ignore-persist if {{ urlp(free) -m found }}\n    stick on urlp(id)\n    stick store-response res.hdr(x-none)\n    server a 127.0.0.1:{}\n    server b 127.0.0.1:{}\n",
        a.port, a.port, b.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let get = |port: u16, user: &str, path: &str| {
        let mut client = Client::connect(port);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nX-User: {user}\r\n\r\n"
        ));
        let (head, body) = client.response();
        let body = String::from_utf8_lossy(&body).into_owned();
        let body = if body.contains("<html>") {
            "page".to_owned()
        } else {
            body
        };
        format!("{} {body}", support::status_of(&head))
    };
    for path in [
        "/limited", "/inc", "/show", "/tag", "/limited", "/limited", "/show", "/none",
    ] {
        both.agree(path, |port| get(port, "anna", path));
    }
    for user in ["otto", "anna"] {
        both.agree("another user", |port| get(port, user, "/show"));
    }
    // The same id stays where it came first; ids are dealt out in turn. Exceptions from
    // persistence are about cookies.
    for id in [
        "1", "2", "1", "2", "2", "3", "1", "1&free=1", "1&free=1", "1&free=1",
    ] {
        both.agree(id, |port| get(port, "x", &format!("/stick?id={id}")));
    }
}

/// What the log says of the session that these bytes made.
fn logged(both: &Beside, bytes: &[u8]) -> (String, String) {
    let one = |side: &support::beside::Side| {
        let mut stream = TcpStream::connect(("127.0.0.1", side.port)).unwrap();
        stream.write_all(bytes).unwrap();
        // A refused connection is closed already.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
        side.logged()
    };
    (one(&both.theirs), one(&both.ours))
}

#[test]
fn messages_of_distcc_are_taken_apart() {
    let message = b"DIST00000001ARGC00000002ARGV00000002ccARGV00000002-cDOTI00000005int a";
    let shown = [
        "distcc_param(DIST)",
        "distcc_param(ARGC)",
        "distcc_body(ARGV)",
    ];
    let shown = [&shown[..], &["distcc_body(ARGV,2)", "distcc_body(ARGV,3)"]].concat();
    let shown = [&shown[..], &["distcc_param(DOTI)", "distcc_body(DOTI)"]].concat();
    let mut rules = String::new();
    let mut format = String::new();
    for (n, expression) in shown.iter().enumerate() {
        rules += "    tcp-request content set-var(sess.v";
        rules += &[&n.to_string(), ") ", expression, "\n"].concat();
        format += &["[%[var(sess.v", &n.to_string(), ")]]"].concat();
    }
    let origin = greeter("o");
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode tcp\n    timeout client 5s\n    timeout server 5s\n    \
         timeout connect 1s\n    log 127.0.0.1:LOG local0\nlisten l\n    bind 127.0.0.1:PORT\n    \
         log-format \"{format}\"\n    tcp-request inspect-delay 100ms\n    \
         tcp-request content reject if {{ distcc_param(DOTI) gt 6 }}\n{rules}    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    // The connection that looked whether it listens.
    both.theirs.logged();
    let mut messages: Vec<&[u8]> = [69, 30, 24, 12, 11].map(|end| &message[..end]).to_vec();
    messages.push(b"NOPE0000000xARGC00000001");
    messages.push(b"DOTI00000007int a;;ARGC");
    for bytes in messages {
        let shown = String::from_utf8_lossy(bytes);
        let answer = both.agree(&shown, |port| talk(port, &[bytes]));
        let (theirs, ours) = (both.theirs.logged(), both.ours.logged());
        assert_eq!(theirs, ours, "{shown}: {answer}");
    }
}

/// A header of version 2 with these values behind its addresses.
fn preamble(command: u8, values: &[(u8, &[u8])]) -> Vec<u8> {
    let addresses = [127, 0, 0, 9, 127, 0, 0, 1, 0, 80, 0, 81];
    let mut body = addresses.to_vec();
    for (kind, value) in values {
        body.push(*kind);
        body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        body.extend_from_slice(value);
    }
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [
        b"\r\n\r\n\0\r\nQUIT\n",
        &[command, 0x11][..],
        &length,
        &body,
    ]
    .concat()
}

#[test]
fn headers_of_the_proxy_protocol_tell_more_than_addresses() {
    let origin = greeter("o");
    let shown = "%[fc_err] %[fc_err_str] [%[fc_pp_authority]] [%[fc_pp_unique_id]]";
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode tcp\n    timeout client 5s\n    timeout server 5s\n    \
         timeout connect 1s\n    log 127.0.0.1:LOG local0\nlisten l\n    bind 127.0.0.1:PORT accept-proxy\n    \
         log-format \"%ci %[fc_rcvd_proxy] {shown} %[bc_err] %[bc_err_str] %[bc_dst]:%[bc_dst_port] %[bc_src]\"\n    error-log-format \"probe? {shown}\"\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let text = text.replace("probe? ", "E ");
    let Some(both) = Beside::start(&text) else {
        return;
    };
    // The connection that looked whether it listens.
    both.theirs.logged();
    let long = [b'x'; 256];
    let headers = [
        b"PROXY TCP4 127.0.0.9 127.0.0.1 80 81\r\n".to_vec(),
        preamble(0x21, &[]),
        preamble(
            0x21,
            &[(2, b"host.example"), (5, b"id-1"), (0x20, b"\0\0\0\0\0")],
        ),
        preamble(0x21, &[(5, &long[..128])]),
        preamble(0x21, &[(5, &long[..129])]),
        preamble(0x21, &[(2, &long[..255])]),
        preamble(0x21, &[(2, &long)]),
        preamble(0x21, &[(3, b"abcd")]),
        preamble(0x21, &[(3, b"abc")]),
        preamble(0x20, &[(2, b"host.example")]),
        preamble(0x21, &[(2, b"a"), (2, b"b")]),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"PROXY TCP5 127.0.0.9 127.0.0.1 80 81\r\n".to_vec(),
        b"PROXY TCP4 x y 1 2\r\n".to_vec(),
    ];
    for header in headers {
        let bytes = [&header[..], b"hello"].concat();
        let (theirs, ours) = logged(&both, &bytes);
        assert_eq!(theirs, ours, "{:?}", String::from_utf8_lossy(&header));
    }
}
