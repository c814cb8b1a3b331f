use super::*;
use crate::syslog::{Facility, SyslogFormat};
use crate::time::UtcOffset;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

fn sink(socket: Socket, max_line: usize) -> Sink {
    let filter = Filter {
        facility: Facility::LOCAL0,
        max_level: Level::Info,
        min_level: Level::Emerg,
    };
    let header = Header {
        format: SyslogFormat::Local,
        tag: "haproxy".into(),
        pid: 7,
        host: None,
    };
    Sink::new(Some(socket), filter, header, max_line)
}

fn add(sink: &mut Sink, level: Level, text: &str) {
    let mut clock = Clock::new(UtcOffset(0));
    sink.line(&mut clock, 0, level, |out, _| {
        out.extend_from_slice(text.as_bytes());
    });
}

#[test]
fn a_batch_arrives_as_one_datagram_a_line() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut sink = sink(Socket::udp(server.local_addr().unwrap()).unwrap(), 1024);
    add(&mut sink, Level::Info, "one");
    add(&mut sink, Level::Debug, "not sent");
    add(&mut sink, Level::Alert, "two");
    assert!(sink.is_pending());
    assert!(sink.flush());
    let mut buffer = [0; 2048];
    let mut lines = Vec::new();
    for _ in 0..2 {
        let length = server.recv(&mut buffer).unwrap();
        lines.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    assert_eq!(
        lines,
        [
            "<134>Jan  1 00:00:00 haproxy[7]: one\n",
            "<129>Jan  1 00:00:00 haproxy[7]: two\n"
        ]
    );
    assert_eq!(
        sink.stats(),
        SinkStats {
            sent: 2,
            dropped: 0,
            limited: 0
        }
    );
}

#[test]
fn long_lines_are_cut() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sink = sink(Socket::udp(server.local_addr().unwrap()).unwrap(), 100);
    add(&mut sink, Level::Info, &"x".repeat(500));
    sink.flush();
    let mut buffer = [0; 2048];
    assert_eq!(server.recv(&mut buffer).unwrap(), 100);
    assert_eq!(buffer[99], b'\n');
}

#[test]
fn a_daemon_that_does_not_read_costs_lines_but_never_blocks() {
    let directory = std::env::temp_dir().join(format!("trafficlog-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("log");
    let server = UnixDatagram::bind(&path).unwrap();
    let mut sink = sink(Socket::unix(path.to_str().unwrap()).unwrap(), 1024);
    for _ in 0..20_000 {
        add(&mut sink, Level::Info, &"y".repeat(200));
    }
    assert!(sink.flush(), "the daemon is slow, not gone");
    let stats = sink.stats();
    assert!(stats.sent > 0 && stats.dropped > 0);
    assert_eq!(stats.sent + stats.dropped, 20_000);
    drop(server);
    add(&mut sink, Level::Info, "gone");
    assert!(!sink.flush());
    std::fs::remove_file(&path).unwrap();
    let again = UnixDatagram::bind(&path).unwrap();
    sink.reconnect(Socket::unix(path.to_str().unwrap()).unwrap());
    add(&mut sink, Level::Info, "back");
    assert!(sink.flush());
    let mut buffer = [0; 256];
    let length = again.recv(&mut buffer).unwrap();
    assert!(buffer[..length].ends_with(b": back\n"));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_missing_daemon_is_named() {
    let error = Socket::unix("/nonexistent/log").unwrap_err().to_string();
    assert!(
        error.starts_with("log target /nonexistent/log cannot be reached: "),
        "{error}"
    );
}
