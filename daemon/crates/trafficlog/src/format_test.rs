use super::*;
use crate::record::{Cookies, Termination};
use crate::time::UtcOffset;

fn address(text: &str) -> Endpoint {
    Endpoint::Tcp(text.parse().unwrap())
}

fn http() -> HttpRecord<'static> {
    HttpRecord {
        client: address("127.0.0.1:43524"),
        request_time_ms: 1_795_247_977_873,
        frontend: "fe",
        tls: false,
        backend: "be",
        server: Some("s1"),
        request: Timer::ms(0),
        wait: Timer::ms(0),
        connect: Timer::ms(0),
        response: Timer::ms(0),
        active: 0,
        early: false,
        status: 200,
        bytes: 39,
        captured_request_cookie: None,
        captured_response_cookie: None,
        termination: Termination::NORMAL,
        cookies: Cookies::NONE,
        counts: Counts {
            process: 1,
            frontend: 1,
            ..Counts::default()
        },
        queues: Queues::default(),
        request_headers: &[],
        response_headers: &[],
        request_line: Some(b"GET / HTTP/1.1"),
    }
}

fn line(record: &HttpRecord<'_>) -> String {
    let mut out = Vec::new();
    write_http(&mut out, &mut Clock::new(UtcOffset(0)), record);
    String::from_utf8(out).unwrap()
}

// The expected lines are what HAProxy 2.6.12 logged for the same sessions.

#[test]
fn a_plain_request() {
    assert_eq!(
        line(&http()),
        "127.0.0.1:43524 [21/Nov/2026:07:59:37.873] fe be/s1 0/0/0/0/0 200 39 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\""
    );
}

#[test]
fn a_request_that_timed_out_before_it_was_whole() {
    let record = HttpRecord {
        client: address("127.0.0.1:58496"),
        request_time_ms: 1_795_247_971_869,
        backend: "fe",
        server: None,
        request: Timer::NEVER,
        wait: Timer::NEVER,
        connect: Timer::NEVER,
        response: Timer::NEVER,
        active: 3001,
        status: 408,
        bytes: 0,
        termination: Termination::new(b'c', b'R'),
        request_line: None,
        ..http()
    };
    assert_eq!(
        line(&record),
        "127.0.0.1:58496 [21/Nov/2026:07:59:31.869] fe fe/<NOSRV> -1/-1/-1/-1/3001 408 0 - - cR-- 1/1/0/0/0 0/0 \"<BADREQ>\""
    );
}

#[test]
fn captures_tls_retries_and_an_early_line() {
    let record = HttpRecord {
        tls: true,
        early: true,
        active: 12,
        captured_request_cookie: Some(b"id=1"),
        counts: Counts {
            retries: 2,
            redispatched: true,
            ..http().counts
        },
        request_headers: &[b"www", b"a|b"],
        response_headers: &[b""],
        request_line: Some(b"GET /\"x HTTP/1.1"),
        ..http()
    };
    assert_eq!(
        line(&record),
        "127.0.0.1:43524 [21/Nov/2026:07:59:37.873] fe~ be/s1 0/0/0/0/+12 200 +39 id=1 - ---- 1/1/0/0/+2 0/0 {www|a#7Cb} {} \"GET /#22x HTTP/1.1\""
    );
}

#[test]
fn the_common_log_format() {
    let record = HttpRecord {
        client: address("127.0.0.1:60190"),
        request_time_ms: 1_795_253_172_528,
        request_headers: &[b"127.0.0.1:9600"],
        request_line: Some(b"GET /x HTTP/1.1"),
        ..http()
    };
    let mut out = Vec::new();
    write_clf(&mut out, &mut Clock::new(UtcOffset(0)), &record);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "127.0.0.1 - - [21/Nov/2026:09:26:12 +0000] \"GET /x HTTP/1.1\" 200 39 \"\" \"\" 60190 528 \"fe\" \"be\" \"s1\" 0 0 0 0 0 ---- 1 1 0 0 0 0 0 \"\" \"\" \"127.0.0.1:9600\" "
    );
}

#[test]
fn a_tcp_session() {
    let record = TcpRecord {
        client: address("127.0.0.1:37570"),
        accept_time_ms: 1_795_247_970_867,
        frontend: "ftcp",
        tls: false,
        backend: "bt",
        server: Some("t1"),
        wait: Timer::ms(1),
        connect: Timer::ms(0),
        total: 0,
        early: false,
        bytes: 24,
        termination: Termination::NORMAL,
        counts: Counts {
            process: 2,
            frontend: 1,
            ..Counts::default()
        },
        queues: Queues::default(),
    };
    let mut out = Vec::new();
    write_tcp(&mut out, &mut Clock::new(UtcOffset(0)), &record);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "127.0.0.1:37570 [21/Nov/2026:07:59:30.867] ftcp bt/t1 1/0/0 24 -- 2/1/0/0/0 0/0"
    );
}

#[test]
fn the_default_format_names_both_ends() {
    let record = ConnectRecord {
        client: address("127.0.0.1:34108"),
        destination: address("127.0.0.1:9610"),
        frontend: "fdef",
        mode: "HTTP",
    };
    let mut out = Vec::new();
    write_connect(&mut out, &record);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "Connect from 127.0.0.1:34108 to 127.0.0.1:9610 (fdef/HTTP)"
    );
}

#[test]
fn ipv6_clients_and_ipv4_clients_of_a_dual_socket() {
    let mut out = Vec::new();
    push_address(&mut out, address("[2001:db8::1]:443"), b":");
    out.push(b' ');
    push_address(&mut out, address("[::ffff:10.0.0.1]:80"), b":");
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "2001:db8::1:443 10.0.0.1:80"
    );
}

#[test]
fn ends_on_unix_sockets_are_told_by_the_number_of_their_line() {
    let mut out = Vec::new();
    let record = ConnectRecord {
        client: Endpoint::Unix(7),
        destination: Endpoint::Unix(7),
        frontend: "web",
        mode: "HTTP",
    };
    write_connect(&mut out, &record);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "Connect to unix:7 (web/HTTP)"
    );
    let http = HttpRecord {
        client: Endpoint::Unix(2),
        ..http()
    };
    let mut out = Vec::new();
    write_http(&mut out, &mut Clock::new(UtcOffset(0)), &http);
    assert!(out.starts_with(b"unix:2 ["));
}
