//! Clients that mean harm or know no better: bounded, and traffic does not notice.

use crate::socket::{Place, ask, connect, talk};
use crate::support::{Origin, Proxy, free_port, read_head};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

fn start(servers: usize, global: &str) -> (Place, u16, Proxy) {
    let origin = Origin::start(|mut stream: TcpStream, _| {
        let body = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        while read_head(&mut stream).is_some() && stream.write_all(body).is_ok() {}
    });
    let (socket, port) = (Place::new("hostile"), free_port());
    let mut text = format!(
        "global\n nbthread 1\n {}\n{global}defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend web\n bind 127.0.0.1:{port}\n default_backend app\nbackend app\n server s 127.0.0.1:{}\nbackend many\n",
        socket.line("level admin"),
        origin.port
    );
    for n in 0..servers {
        let _ = writeln!(text, " server s{n} 127.0.0.1:{}", 1000 + n % 60_000);
    }
    let proxy = Proxy::start(&text);
    (socket, port, proxy)
}

/// The longest of some requests on one connection.
fn slowest(port: u16, count: usize) -> Duration {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut worst = Duration::ZERO;
    for _ in 0..count {
        let began = Instant::now();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            .unwrap();
        read_head(&mut stream).unwrap();
        worst = worst.max(began.elapsed());
    }
    worst
}

#[test]
fn a_line_without_an_end_is_cut_off() {
    let (socket, _, _proxy) = start(0, "");
    let said = talk(&socket.0, &vec![b'x'; 1 << 20]);
    assert!(
        said.is_empty() || said.starts_with("The command is too long"),
        "{said}"
    );
    assert!(ask(&socket.0, "show cli level").starts_with("admin"));
}

#[test]
fn bytes_of_no_language_are_unknown_commands() {
    let (socket, _, _proxy) = start(0, "");
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.retain(|b| *b != b'\n');
    bytes.push(b'\n');
    let said = talk(&socket.0, &bytes);
    assert!(said.starts_with("Unknown command"), "{said}");
    assert!(ask(&socket.0, "show cli level").starts_with("admin"));
}

#[test]
fn clients_beyond_the_limit_wait_and_silent_ones_are_sent_away() {
    let (socket, port, _proxy) = start(0, " stats maxconn 3\n stats timeout 300ms\n");
    let mut silent = Vec::new();
    for _ in 0..200 {
        // Beyond the queue of the socket nobody gets in at all.
        if let Ok(stream) = UnixStream::connect(&socket.0) {
            silent.push(stream);
        }
    }
    let began = Instant::now();
    slowest(port, 20);
    silent.truncate(20);
    // Those before it are gone after their time: it is its turn then.
    assert!(ask(&socket.0, "show cli level").starts_with("admin"));
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    for mut stream in silent {
        stream.set_read_timeout(Some(crate::support::WAIT)).unwrap();
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    }
}

/// Bytes of memory that the process has taken of the machine.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn who_reads_long_answers_slowly_costs_next_to_nothing() {
    let (socket, port, _proxy) = start(10_000, " stats maxconn 50\n");
    let whole = ask(&socket.0, "show stat");
    assert_eq!(
        whole
            .lines()
            .filter(|line| line.starts_with("many,"))
            .count(),
        10_001
    );
    let before = resident();
    let mut readers: Vec<UnixStream> = Vec::new();
    for _ in 0..40 {
        let mut stream = connect(&socket.0);
        stream.write_all(b"show stat\n").unwrap();
        readers.push(stream);
    }
    for stream in &mut readers {
        let mut block = [0; 100];
        stream.read_exact(&mut block).unwrap();
    }
    let grown = resident().saturating_sub(before);
    assert!(
        grown < 40 * (1 << 20),
        "40 readers of {} bytes take {grown}",
        whole.len()
    );
    // Traffic goes on beside them; each gets the whole in the end.
    let worst = slowest(port, 200);
    assert!(worst < Duration::from_secs(2), "{worst:?}");
    let mut last = readers.pop().unwrap();
    let mut rest = String::new();
    last.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("\n\n"), "{}", &rest[rest.len() - 200..]);
    assert_eq!(
        rest.lines()
            .filter(|line| line.starts_with("many,"))
            .count(),
        10_001
    );
}
