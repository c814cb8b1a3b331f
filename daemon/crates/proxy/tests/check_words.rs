//! Checks beside haproxy: the same servers, the same steps, the same words in the log.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::UdpSocket;
use support::checked::first_results;
use support::haproxy::Haproxy;
use support::{Origin, Proxy, free_port};

/// What a checked server does.
#[derive(Clone, Copy)]
enum Does {
    /// Nobody listens.
    Refuses,
    /// Says this first, then one answer to each thing it reads; then it stays or closes.
    Stays(&'static [u8], &'static [&'static [u8]]),
    Closes(&'static [u8], &'static [&'static [u8]]),
}
use Does::{Closes, Refuses, Stays};

const SILENT: Does = Stays(b"", &[]);
const HELLO: Does = Closes(b"hello world\n", &[]);
const PONG: Does = Stays(b"", &[b"+PONG\r\n"]);
const ERROR: Does = Closes(b"", &[b"-ERR no\r\n"]);
const GREETING: &[u8] = b"\x17\0\0\0\x0a5.5.5-10.11.3-MariaDB\0";
const WELCOME: &[u8] = b"\x07\0\0\x02\0\0\0\x02\0\0\0";
const PING: &str = "tcp-check send PING\\r\\n";
const PING_PONG: &str = "tcp-check send PING\\r\\n\n  tcp-check expect string +PONG";

/// Name, lines and server of each backend.
const BACKENDS: &[(&str, &str, Does)] = &[
    ("connects", "tcp-check connect", SILENT),
    ("refused", "tcp-check connect", Refuses),
    ("says_pong", PING_PONG, PONG),
    ("no_pong", PING_PONG, ERROR),
    (
        "commented",
        "tcp-check send PING\\r\\n\n  tcp-check expect string +PONG comment 'wants pong'",
        ERROR,
    ),
    ("silent", PING_PONG, SILENT),
    ("closed", PING_PONG, Closes(b"", &[b""])),
    ("regex", "tcp-check expect rstring ^hel+o", HELLO),
    ("no_regex", "tcp-check expect rstring ^bye", HELLO),
    ("unwanted", "tcp-check expect ! string world", HELLO),
    ("unwanted_regex", "tcp-check expect ! rstring w.rld", HELLO),
    ("not_there", "tcp-check expect ! string nothing", HELLO),
    ("binary", "tcp-check expect binary 68656c6c6f", HELLO),
    ("no_binary", "tcp-check expect binary 00ff", HELLO),
    (
        "unwanted_binary",
        "tcp-check expect ! binary 68656c6c6f",
        HELLO,
    ),
    ("no_binary_regex", "tcp-check expect rbinary ^00", HELLO),
    ("binary_regex", "tcp-check expect rbinary ^68656C", HELLO),
    (
        "twice_one_banner",
        "tcp-check expect string hello\n  tcp-check expect string world",
        HELLO,
    ),
    ("minimum", "tcp-check expect min-recv 100 string zzz", HELLO),
    (
        "own_words",
        "tcp-check expect error-status L7STS on-error 'bad one' string zzz",
        HELLO,
    ),
    (
        "own_status",
        "tcp-check expect error-status L6RSP string zzz",
        HELLO,
    ),
    (
        "conditional",
        "tcp-check expect ok-status L7OKC on-success fine string hello",
        HELLO,
    ),
    (
        "own_silent",
        "tcp-check expect tout-status L4TOUT string hello",
        SILENT,
    ),
    (
        "dialogue",
        "tcp-check connect\n  tcp-check send AUTH\\ x\\r\\n\n  tcp-check expect string +OK\n  tcp-check send info\\r\\n\n  tcp-check expect string role:master\n  tcp-check send QUIT\\r\\n\n  tcp-check expect string +OK",
        Stays(b"", &[b"+OK\r\n", b"+role:master\r\n", b"+OK bye\r\n"]),
    ),
    ("empty_list", "", SILENT),
    (
        "mysql",
        "option mysql-check user haproxy",
        Stays(GREETING, &[WELCOME]),
    ),
    (
        "mysql_old",
        "option mysql-check user haproxy pre-41",
        Stays(GREETING, &[WELCOME]),
    ),
    ("mysql_greeting", "option mysql-check", Stays(GREETING, &[])),
    (
        "mysql_denied",
        "option mysql-check user haproxy",
        Stays(
            GREETING,
            &[b"\x23\0\0\x02\xff\x15\x04#28000Access denied for user 'x'"],
        ),
    ),
    (
        "mysql_half_silent",
        "option mysql-check",
        Stays(b"\x1c\0\0\0\xff\x6a\x04#28000Host is not allowe", &[]),
    ),
    (
        "mysql_garbage",
        "option mysql-check user haproxy",
        Closes(b"garbage", &[]),
    ),
    ("mysql_silent", "option mysql-check user haproxy", SILENT),
    (
        "pgsql",
        "option pgsql-check user bob",
        Stays(b"", &[b"R\0\0\0\x0c\0\0\0\x05abcd"]),
    ),
    (
        "pgsql_error",
        "option pgsql-check user bob",
        Stays(b"", &[b"E\0\0\0\x20SFATAL\0C28000\0Mno pg_hba\0\0"]),
    ),
    (
        "pgsql_garbage",
        "option pgsql-check user bob",
        Closes(b"", &[b"garbage"]),
    ),
    ("redis", "option redis-check", PONG),
    ("redis_error", "option redis-check", ERROR),
    ("redis_silent", "option redis-check", SILENT),
    (
        "smtp",
        "option smtpchk",
        Stays(b"220 mail ESMTP\r\n", &[b"250 hello\r\n", b"221 bye\r\n"]),
    ),
    (
        "smtp_lines",
        "option smtpchk EHLO me",
        Stays(
            b"220 mail ESMTP\r\n",
            &[b"250-a\r\n250 b\r\n", b"221 bye\r\n"],
        ),
    ),
    (
        "smtp_denied",
        "option smtpchk",
        Closes(b"220 mail ESMTP\r\n", &[b"550 go away\r\n"]),
    ),
    ("smtp_busy", "option smtpchk", Stays(b"421 busy\r\n", &[])),
    (
        "smtp_nonsense",
        "option smtpchk",
        Stays(b"nonsense\r\n", &[]),
    ),
    (
        "tls",
        "option ssl-hello-chk",
        Stays(b"", &[b"\x16\x03\x00\x00\x10xxxxxxxxxxxxxxxx"]),
    ),
    (
        "tls_alert",
        "option ssl-hello-chk",
        Stays(b"", &[b"\x15\x03\x00\x00\x02\x02\x28"]),
    ),
    (
        "tls_garbage",
        "option ssl-hello-chk",
        Stays(b"", &[b"garbage!"]),
    ),
    ("tls_closed", "option ssl-hello-chk", Closes(b"", &[b""])),
    (
        "ldap",
        "option ldap-check",
        Stays(b"", &[b"0\x0c\x02\x01\x01a\x07\n\x01\0\x04\0\x04\0"]),
    ),
    (
        "ldap_error",
        "option ldap-check",
        Stays(b"", &[b"0\x0c\x02\x01\x01a\x07\n\x01\x31\x04\0\x04\0"]),
    ),
    (
        "ldap_garbage",
        "option ldap-check",
        Closes(b"", &[b"garbage garbage garbage"]),
    ),
    ("only_sent", PING, PONG),
];

fn server(does: Does) -> u16 {
    let (greeting, answers, closes) = match does {
        Refuses => return free_port(),
        Stays(greeting, answers) => (greeting, answers, false),
        Closes(greeting, answers) => (greeting, answers, true),
    };
    let origin = Origin::start(move |mut stream, _| {
        let mut buf = [0; 4096];
        let _ = stream.write_all(greeting);
        for answer in answers {
            match stream.read(&mut buf) {
                Ok(n) if n > 0 => {
                    let _ = stream.write_all(answer);
                }
                _ => return,
            }
        }
        if closes {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        while stream.read(&mut buf).is_ok_and(|n| n > 0) {}
    });
    origin.port
}

fn config(listen: u16, log: &UdpSocket, backends: &[(&str, &str, u16)]) -> String {
    let log = log.local_addr().unwrap().port();
    let mut text = format!(
        "global\n  max-spread-checks 50ms\n  log 127.0.0.1:{log} local0\ndefaults\n  log global\n  mode tcp\n  timeout connect 20s\n  timeout client 1s\n  timeout server 1s\n  timeout check 20s\nlisten x\n  bind 127.0.0.1:{listen}\n"
    );
    for (name, lines, port) in backends {
        // Where nothing is to come, it does not take long; where something is, it may.
        let (soon, inter) = if name.ends_with("silent") {
            ("  timeout check 300ms\n", "500ms")
        } else {
            ("", "20s")
        };
        let option = if lines.starts_with("option") {
            ""
        } else {
            "  option tcp-check\n"
        };
        let _ = writeln!(
            text,
            "backend {name}\n{soon}{option}  {lines}\n  option log-health-checks\n  server s 127.0.0.1:{port} check inter {inter} fall 1 rise 1"
        );
    }
    text
}

#[test]
fn results_are_told_in_haproxys_words() {
    let backends: Vec<(&str, &str, u16)> = BACKENDS
        .iter()
        .map(|(name, lines, does)| (*name, *lines, server(*does)))
        .collect();
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (theirs, ours) = (log(), log());
    let listen = free_port();
    let Some(haproxy) = Haproxy::start(&config(listen, &theirs, &backends), listen) else {
        panic!("haproxy is not installed");
    };
    let theirs = first_results(&theirs, backends.len());
    drop(haproxy);
    let silent: Vec<&str> = backends
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| !theirs.contains_key(*name))
        .collect();
    assert!(silent.is_empty(), "haproxy says nothing of {silent:?}");

    let _proxy = Proxy::start(&config(free_port(), &ours, &backends));
    let ours = first_results(&ours, backends.len());
    for (name, told) in &theirs {
        assert_eq!(ours.get(name), Some(told), "{name}");
    }
}
