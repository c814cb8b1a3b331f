use super::*;
use crate::record::Cookies;
use crate::time::UtcOffset;
use proptest::prelude::*;
use serde_json::{Value, json};

fn record<'r>(line: &'r [u8], headers: &'r [&'r [u8]]) -> HttpRecord<'r> {
    HttpRecord {
        client: Endpoint::Tcp("[::ffff:192.0.2.1]:43524".parse().unwrap()),
        request_time_ms: 1_795_247_977_873,
        frontend: "fe",
        tls: true,
        backend: "be",
        server: None,
        request: Timer::ms(1),
        wait: Timer::ms(2),
        connect: Timer::NEVER,
        response: Timer::NEVER,
        active: 7,
        early: false,
        status: -1,
        bytes: 39,
        captured_request_cookie: Some(b"sid=\"1\""),
        captured_response_cookie: None,
        termination: Termination::new(b'c', b'R'),
        cookies: Cookies {
            client: b'N',
            server: b'I',
        },
        counts: Counts {
            process: 5,
            frontend: 4,
            backend: 3,
            server: 2,
            retries: 1,
            redispatched: true,
        },
        queues: Queues {
            server: 8,
            backend: 9,
        },
        request_headers: headers,
        response_headers: &[],
        request_line: Some(line),
    }
}

fn written(record: &HttpRecord<'_>, room: usize) -> (String, Value) {
    let mut out = Vec::new();
    write_http_json(&mut out, &mut Clock::new(UtcOffset(3600)), record, room);
    let text = String::from_utf8(out).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

#[test]
fn every_field_is_a_member_of_its_kind() {
    let headers: [&[u8]; 2] = [b"a\tb", b""];
    let (text, value) = written(&record(b"GET /\xff\x01\\ HTTP/1.1", &headers), 4096);
    assert!(!text.contains('\n'));
    assert_eq!(
        value,
        json!({
            "time": "2026-11-21T08:59:37.873000+01:00", "type": "http",
            "client_address": "192.0.2.1", "client_port": 43524,
            "frontend": "fe", "tls": true, "backend": "be", "server": null,
            "request_ms": 1, "queue_ms": 2, "connect_ms": null, "response_ms": null,
            "active_ms": 7, "early": false, "status": null, "bytes": 39,
            "request_cookie": "sid=\"1\"", "response_cookie": null, "termination": "cRNI",
            "process_connections": 5, "frontend_connections": 4, "backend_connections": 3,
            "server_connections": 2, "retries": 1, "redispatched": true,
            "server_queue": 8, "backend_queue": 9,
            "request_headers": ["a\tb", ""], "response_headers": [],
            "request": "GET /\u{fffd}\u{1}\\ HTTP/1.1",
        })
    );
}

#[test]
fn tcp_refused_and_events_are_objects_of_their_own() {
    let mut clock = Clock::new(UtcOffset(0));
    let mut value = |write: &dyn Fn(&mut Vec<u8>, &mut Clock)| -> Value {
        let mut out = Vec::new();
        write(&mut out, &mut clock);
        serde_json::from_slice(&out).unwrap()
    };
    let tcp = TcpRecord {
        client: Endpoint::Tcp("192.0.2.1:1".parse().unwrap()),
        accept_time_ms: 0,
        frontend: "f",
        tls: false,
        backend: "b",
        server: Some("s"),
        wait: Timer::ms(0),
        connect: Timer::ms(1),
        total: 5,
        early: false,
        bytes: 6,
        termination: Termination::NORMAL,
        counts: Counts::default(),
        queues: Queues::default(),
    };
    let tcp = value(&|out, clock| write_tcp_json(out, clock, &tcp));
    assert_eq!(
        (
            &tcp["type"],
            &tcp["server"],
            &tcp["total_ms"],
            &tcp["termination"]
        ),
        (&json!("tcp"), &json!("s"), &json!(5), &json!("--"))
    );
    let client = Endpoint::Tcp("192.0.2.1:1".parse().unwrap());
    let refused = value(&|out, clock| write_refused_json(out, clock, client, 0, "f/1", "no"));
    assert_eq!(
        refused,
        json!({"time": "1970-01-01T00:00:00.000000+00:00", "type": "refused",
            "client_address": "192.0.2.1", "client_port": 1, "listener": "f/1", "reason": "no"})
    );
    let event =
        value(&|out, clock| write_event_json(out, clock, 0, "app", "Server app/s is DOWN."));
    assert_eq!(
        event,
        json!({"time": "1970-01-01T00:00:00.000000+00:00", "type": "event", "section": "app",
            "message": "Server app/s is DOWN."})
    );
}

proptest! {
    #[test]
    fn an_object_fits_its_room_and_stays_json(
        line in prop::collection::vec(any::<u8>(), 0..3000),
        header in prop::collection::vec(any::<u8>(), 0..600),
        room in 900usize..3000,
    ) {
        let headers: [&[u8]; 1] = [&header];
        let full = record(&line, &headers);
        let (text, value) = written(&full, room);
        prop_assert!(text.len() <= room, "{} > {room}", text.len());
        if value.get("truncated").is_none() {
            let line = String::from_utf8_lossy(&line);
            // Each run of bytes that is not UTF-8 is one mark for both.
            prop_assert_eq!(value["request"].as_str().unwrap(), line);
        }
    }

    #[test]
    fn strings_read_back(text in any::<String>()) {
        let mut out = Vec::new();
        push_string(&mut out, text.as_bytes());
        prop_assert!(out.iter().all(|byte| *byte >= 32 && *byte != 127));
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}
