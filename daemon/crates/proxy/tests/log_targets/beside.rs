//! The same traffic through haproxy and through ours.

use super::support::haproxy::Haproxy;
use super::support::{self, Client, Origin, Proxy, free_port};
use super::{beside, config, get, reader, shape};
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn each_format_of_a_target_is_haproxys() {
    let origin = Origin::named("a");
    let formats = [
        "", "local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw",
    ];
    let lines: String = formats
        .iter()
        .enumerate()
        .map(|(at, format)| match *format {
            "" => format!(" log LOG{at} len 100 local3 info err\n"),
            format => format!(" log LOG{at} len 100 format {format} local3 info err\n"),
        })
        .collect();
    let frontend = format!(
        "{lines} log-tag t\n log-format \"%HP %ST\"\n log-format-sd \"[x@1 a=\\\"b\\\"]\"\n"
    );
    let long = format!("/{}", "x".repeat(200));
    for global in ["", " log-send-hostname\n", " log-send-hostname lb-x\n"] {
        let traffic = |web| {
            get(web, "/one");
            get(web, &long);
        };
        let both = beside(formats.len(), (global, &frontend), origin.port, 18, traffic);
        let Some([theirs, ours]) = both else { return };
        let shapes = |side: &[Vec<String>]| -> Vec<Vec<String>> {
            let lines = side
                .iter()
                .map(|lines| lines.iter().map(|line| shape(line)).collect());
            lines.collect()
        };
        assert_eq!(
            shapes(&theirs),
            shapes(&ours),
            "{global}: haproxy's on the left"
        );
        let lengths = |side: &[Vec<String>]| -> Vec<usize> {
            side.iter()
                .filter_map(|lines| lines.get(1))
                .map(String::len)
                .collect()
        };
        assert_eq!(lengths(&theirs), lengths(&ours), "the longest line");
    }
}

const ERRORS: &[&str] = &[
    "",
    " option dontlog-normal\n",
    " option log-separate-errors\n",
    " option dontlognull\n option log-separate-errors\n",
    " error-log-format \"E %HP %ST %ts %rc %f %b %s\"\n",
    " error-log-format \"E %ST %ts\"\n option log-separate-errors\n option dontlog-normal\n",
];

#[test]
fn errors_are_told_apart_as_haproxy_does() {
    let origin = Origin::start(|mut stream, _| {
        while let Some(head) = support::read_head(&mut stream) {
            let status = if head.contains("/bad") {
                "503 Bad"
            } else {
                "404 None"
            };
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
            let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
        }
    });
    for options in ERRORS {
        let frontend = format!(
            " log LOG0 format priority local0\n log-format \"N %HP %ST %ts %rc\"\n{options}"
        );
        let traffic = |web| {
            get(web, "/one");
            get(web, "/bad");
            get(web, "/dead");
            Client::connect(web).send("JUNK\r\n\r\n").rest();
            drop(Client::connect(web));
            std::thread::sleep(Duration::from_millis(20));
            get(web, "/last");
        };
        let Some([theirs, ours]) = beside(1, ("", &frontend), origin.port, 3, traffic) else {
            return;
        };
        let sorted = |side: &[Vec<String>]| {
            let mut lines = side[0].clone();
            lines.sort();
            lines
        };
        assert_eq!(
            sorted(&theirs),
            sorted(&ours),
            "{options}: haproxy's on the left"
        );
    }
}

#[test]
fn connections_that_are_not_greeted_get_the_line_for_errors() {
    let origin = Origin::named("a");
    for options in [
        " log-format \"N %f %ST\"\n",
        " option httplog\n option log-separate-errors\n",
        " option httplog\n option dontlog-normal\n",
        " error-log-format \"E %ci %f %b %s %B %ts %ft %bi\"\n",
        " error-log-format E\n option log-separate-errors\n",
    ] {
        let frontend = format!(
            " log LOG0 format priority local0\n bind 127.0.0.1:GREET accept-proxy\n{options}"
        );
        let greet = free_port();
        let frontend = frontend.replace("GREET", &greet.to_string());
        let traffic = |web| {
            Client::connect(greet).send("JUNK JUNK JUNK\r\n\r\n").rest();
            get(web, "/last");
        };
        let Some([theirs, ours]) = beside(1, ("", &frontend), origin.port, 1, traffic) else {
            return;
        };
        let shapes = |side: &[Vec<String>]| -> Vec<String> {
            side[0].iter().map(|line| shape(line)).collect()
        };
        assert_eq!(
            shapes(&theirs),
            shapes(&ours),
            "{options}: haproxy's on the left"
        );
    }
}

#[test]
fn samples_share_the_lines_out_as_in_haproxy() {
    let origin = Origin::named("a");
    let frontend = " log LOG0 format raw sample 1:2 local0\n log LOG1 format raw sample 2:2 local0\n \
                    log LOG2 format raw sample 1,3-4:5 local0\n log global\n log-format \"%HP %ST\"\n";
    let global = " log LOG3 format raw sample 2-3:4 local0\n";
    let traffic = |web| (1..=11).for_each(|n| get(web, &format!("/{n}")));
    let Some([theirs, ours]) = beside(4, (global, frontend), origin.port, 11, traffic) else {
        return;
    };
    assert_eq!(theirs, ours, "haproxy's on the left");
}

#[test]
fn rings_bring_lines_to_their_servers_over_tcp_as_in_haproxy() {
    let origin = Origin::named("a");
    let rings = "ring one\n size 32768\n server s TCP0 log-proto octet-count\n\
                 ring two\n format rfc5424\n maxlen 100\n size 32768\n timeout connect 1s\n timeout server 1s\n server s TCP1\n";
    let frontend = " log ring@one format short local0\n log ring@two local0\n log tcp@TCP2 local0\n log-tag t\n log-format \"%HP %ST\"\n";
    let side = |ours: bool| {
        let listeners: Vec<TcpListener> = (0..3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let (web, probe) = (free_port(), free_port());
        let mut text = config("", frontend, web, probe, origin.port) + rings;
        for (at, listener) in listeners.iter().enumerate() {
            let address = listener.local_addr().unwrap().to_string();
            text = text.replace(&format!("TCP{at}"), &address);
        }
        let readers: Vec<_> = listeners.into_iter().map(reader).collect();
        let traffic = || {
            get(web, "/one");
            get(web, &format!("/{}", "x".repeat(200)));
            std::thread::sleep(Duration::from_millis(if ours { 0 } else { 300 }));
        };
        if ours {
            let mut proxy = Proxy::start(&text);
            traffic();
            proxy.stop(1000);
        } else {
            let haproxy = Haproxy::start(&text, probe);
            if haproxy.is_none() {
                eprintln!("skipped: the haproxy binary is not installed");
                return None;
            }
            traffic();
        }
        Some(
            readers
                .into_iter()
                .map(|reader| shape(&reader.join().unwrap()))
                .collect::<Vec<_>>(),
        )
    };
    let Some(theirs) = side(false) else { return };
    assert_eq!(Some(theirs), side(true), "haproxy's on the left");
}
