//! What servers are told at the beginning of a connection, and what NetScalers tell us, beside
//! haproxy: `proxy-v2-options`, values of one's own, `accept-netscaler-cip`.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpStream};
use support::{Beside, Origin, Proxy, free_port, read_head};

/// A header of version 2 with these values, from 9.8.7.6:99 to 5.4.3.2:88.
fn version_2(values: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = vec![9, 8, 7, 6, 5, 4, 3, 2, 0, 99, 0, 88];
    for (kind, value) in values {
        body.push(*kind);
        body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        body.extend_from_slice(value);
    }
    let size = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11"[..], &size, &body].concat()
}

/// Answers with what the connection began with, in hexadecimal digits, and what the request says of
/// the client.
fn listener() -> Origin {
    Origin::start(|mut stream, _| {
        let mut first = [0; 16];
        if stream.peek(&mut first).is_err() {
            return;
        }
        let mut header = Vec::new();
        if first.starts_with(b"\r\n\r\n") {
            if stream.read_exact(&mut first).is_err() {
                return;
            }
            header = vec![0; usize::from(u16::from_be_bytes([first[14], first[15]]))];
            if stream.read_exact(&mut header).is_err() {
                return;
            }
        }
        let mut told = String::new();
        for byte in &header {
            let _ = write!(told, "{byte:02x}");
        }
        while let Some(head) = read_head(&mut stream) {
            let lines = head.lines().filter_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.to_ascii_lowercase()
                    .starts_with("x-")
                    .then(|| value.to_owned())
            });
            let text = format!("{told} {:?}", lines.collect::<Vec<_>>());
            let length = text.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

const HEAD: &str = "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    option dontlognull\n";

/// Several requests over one connection that begins with `header`; the bodies.
fn talk(port: u16, header: &[u8], path: &str, ids: &[&str]) -> Vec<String> {
    let mut client = support::Client::connect(port);
    let mut first = header.to_vec();
    let mut bodies = Vec::new();
    for id in ids {
        first.extend(format!("GET {path} HTTP/1.1\r\nHost: h\r\nX-Id: {id}\r\n\r\n").bytes());
        let (head, body) = client.send(&first).response();
        assert_eq!(support::status_of(&head), 200, "{head}");
        bodies.push(String::from_utf8(body).unwrap());
        first.clear();
    }
    bodies
}

#[test]
fn servers_are_told_what_haproxy_tells_them() {
    let origin = listener();
    let words = [
        "send-proxy-v2",
        "send-proxy-v2 proxy-v2-options crc32c",
        "send-proxy-v2 proxy-v2-options unique-id",
        "send-proxy-v2 proxy-v2-options authority",
        "send-proxy-v2 proxy-v2-options unique-id,authority,crc32c",
    ];
    let mut text = format!(
        "{HEAD}frontend web\n    bind 127.0.0.1:PORT accept-proxy\n    unique-id-format id-%[req.hdr(x-id)]\n    use_backend %[path,field(2,/)]\n"
    );
    for (n, words) in words.iter().enumerate() {
        let _ = writeln!(
            text,
            "backend b{n}\n    server s 127.0.0.1:{} {words}",
            origin.port
        );
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let headers = [
        version_2(&[]),
        version_2(&[(2, b"shop.example"), (5, b"\x01theirs"), (0xe1, b"own")]),
        b"PROXY TCP4 9.8.7.6 5.4.3.2 99 88\r\n".to_vec(),
        b"PROXY TCP6 2001:db8::9 2001:db8::5 99 88\r\n".to_vec(),
    ];
    for (n, words) in words.iter().enumerate() {
        for (m, header) in headers.iter().enumerate() {
            let ask = |port| talk(port, header, &format!("/b{n}"), &["a", "a", "b"]);
            let seen = both.agree(&format!("{words}, header {m}"), ask);
            assert!(seen[0].starts_with(if m == 3 { "20010db8" } else { "09080706" }));
        }
    }
}

#[test]
fn values_of_ones_own_are_sent() {
    let (origin, port) = (listener(), free_port());
    let _proxy = Proxy::start(&format!(
        "{HEAD}frontend web\n    bind 127.0.0.1:{port} accept-proxy\n    default_backend b\nbackend b\n    server s 127.0.0.1:{} send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[src]/%[req.hdr(x-none)] set-proxy-v2-tlv-fmt(226) fixed\n",
        origin.port
    ));
    let seen = talk(port, &version_2(&[]), "/", &["a"]);
    let value = |kind: &str, text: &str| {
        let bytes = text
            .bytes()
            .fold(String::new(), |all, b| all + &format!("{b:02x}"));
        format!("{kind}{:04x}{bytes}", text.len())
    };
    let wanted = format!(
        "090807060504030200630058{}{} ",
        value("e1", "9.8.7.6/"),
        value("e2", "fixed")
    );
    assert!(seen[0].starts_with(&wanted), "{seen:?}, wanted {wanted}");
}

const NUMBER: u32 = 573_785_173;

/// IP and TCP headers of a client, 99 to 88.
fn packet(v6: bool, protocol: u8) -> Vec<u8> {
    let mut ip = if v6 {
        let from: Ipv6Addr = "2001:db8::9".parse().unwrap();
        let to: Ipv6Addr = "2001:db8::5".parse().unwrap();
        let fixed = [0x60, 0, 0, 0, 0, 20, protocol, 64];
        [&fixed[..], &from.octets(), &to.octets()].concat()
    } else {
        let (from, to) = (Ipv4Addr::new(9, 8, 7, 6), Ipv4Addr::new(5, 4, 3, 2));
        let fixed = [0x45, 0, 0, 40, 0, 0, 0, 0, 64, protocol, 0, 0];
        [&fixed[..], &from.octets(), &to.octets()].concat()
    };
    ip.extend([0, 99, 0, 88]);
    ip.extend([0; 16]);
    ip
}

fn legacy(number: u32, packet: &[u8]) -> Vec<u8> {
    let size = u32::try_from(packet.len()).unwrap();
    [&number.to_be_bytes()[..], &size.to_be_bytes(), packet].concat()
}

fn standard(packet: &[u8]) -> Vec<u8> {
    let size = u16::try_from(packet.len()).unwrap();
    let whole = u32::from(size) + 12;
    let numbers = [&NUMBER.to_be_bytes()[..], &whole.to_be_bytes()].concat();
    [&numbers[..], &[0, 1], &size.to_be_bytes(), packet].concat()
}

fn netscaler(origin: u16) -> String {
    format!(
        "{HEAD}    log 127.0.0.1:LOG local0\n    log-format \"%ci:%cp %fi:%fp %ST\"\n    error-log-format \"%[fc_err] %[fc_err_str]\"\n    option forwardfor\n    option originalto\n\
         frontend web\n    bind 127.0.0.1:PORT accept-netscaler-cip {NUMBER}\n    default_backend b\n\
         frontend some\n    bind 127.0.0.1:OTHER\n    tcp-request connection expect-netscaler-cip layer4 unless {{ src 127.0.0.0/8 }}\n    default_backend b\n\
         backend b\n    http-request set-header x-said %[src]:%[src_port],%[dst]:%[dst_port],%[fc_rcvd_proxy]\n    server s 127.0.0.1:{origin}\n"
    )
}

/// Sends the bytes and a request, and says that nothing follows.
fn offer(port: u16, bytes: &[u8], request: bool) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    let request: &[u8] = if request {
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    } else {
        b""
    };
    stream.write_all(&[bytes, request].concat()).unwrap();
    if request.is_empty() {
        // haproxy may have ended it by now.
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.rsplit("\r\n").next().unwrap_or_default().to_owned()
}

#[test]
fn netscalers_are_understood_as_by_haproxy() {
    let origin = listener();
    let Some(both) = Beside::start(&netscaler(origin.port)) else {
        return;
    };
    let good = legacy(NUMBER, &packet(false, 6));
    let cases = [
        ("old form", good.clone(), true),
        ("old form, IPv6", legacy(NUMBER, &packet(true, 6)), true),
        ("present form", standard(&packet(false, 6)), true),
        ("present form, IPv6", standard(&packet(true, 6)), true),
        (
            "another number",
            legacy(NUMBER + 1, &packet(false, 6)),
            true,
        ),
        ("UDP", legacy(NUMBER, &packet(false, 17)), true),
        ("UDP in IPv6", standard(&packet(true, 17)), true),
        ("cut short", good[..20].to_vec(), false),
    ];
    for (what, bytes, request) in cases {
        let answer = both.agree(what, |port| offer(port, &bytes, request));
        assert_eq!(
            answer.is_empty(),
            !what.contains("form"),
            "{what}: {answer}"
        );
        assert_eq!(both.ours.logged(), both.theirs.logged(), "{what}");
    }
    // Byte by byte it is the same header, which haproxy wants in one piece.
    let mut stream = TcpStream::connect(("127.0.0.1", both.ours.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in [&good[..], b"GET / HTTP/1.0\r\n\r\n"].concat() {
        stream.write_all(&[byte]).unwrap();
        std::thread::yield_now();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("9.8.7.6:99,5.4.3.2:88,0"), "{answer}");
    // Only those who are expected to tell of their clients do.
    for port in [both.theirs.other, both.ours.other] {
        assert!(offer(port, b"", true).starts_with(" [\"127.0.0.1:"));
    }
}
