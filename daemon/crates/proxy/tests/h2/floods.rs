//! Peers that make work and ask for nothing: each is told to be calm, and costs no memory.

use crate::origin::{At, start};
use crate::peer::Peer;
use crate::requests::started;
use crate::servers;
use crate::support::Origin;
use h2::Code;
use h2::frame::settings::Settings;
use h2::frame::{Kind, flag, write};

fn frame(kind: Kind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write::head(kind, flags, stream, payload.len(), &mut out);
    out.extend_from_slice(payload);
    out
}

/// Kilobytes that the process has in memory.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// `begin` prepares, and gives what is said over and over.
fn flood(name: &str, times: usize, begin: impl Fn(&mut Peer) -> Vec<u8>) {
    let origin = Origin::fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let piece = begin(&mut peer);
    let before = memory();
    let batch = piece.repeat(50);
    for _ in 0..times / 50 {
        peer.raw(&batch);
        // What comes back is read, so that nobody waits for this side.
        peer.socket.set_nonblocking(true).unwrap();
        let mut byte = [0];
        let waiting = peer.socket.peek(&mut byte).is_ok_and(|n| n > 0);
        peer.socket.set_nonblocking(false).unwrap();
        if waiting {
            peer.read();
        }
        if peer.gone.is_some() || peer.closed {
            break;
        }
    }
    peer.wait(|peer| peer.gone.is_some());
    assert_eq!(peer.gone, Some(Code::EnhanceYourCalm), "{name}");
    assert!(
        memory() < before + 20_000,
        "{name}: {before} kB before, {} kB now",
        memory()
    );
    // Others are served.
    assert_eq!(Peer::connect(port).get("/").status(), 200, "{name}");
}

#[test]
fn pings_settings_priorities_and_unknown_frames() {
    flood("PING", 20_000, |_| frame(Kind::Ping, 0, 0, b"12345678"));
    flood("SETTINGS", 20_000, |_| {
        frame(Kind::Settings, 0, 0, &[0, 1, 0, 0, 16, 0])
    });
    flood("PRIORITY", 20_000, |_| {
        frame(Kind::Priority, 0, 1, &[0, 0, 0, 3, 9])
    });
    flood("unknown", 20_000, |_| frame(Kind::Unknown, 0, 0, b"grease"));
}

fn posted(peer: &mut Peer) -> u32 {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "a"),
        (":path", "/"),
    ];
    peer.ask(&fields, false)
}

#[test]
fn empty_data_and_crumbs_of_windows() {
    flood("DATA without data", 20_000, |peer| {
        let stream = posted(peer);
        frame(Kind::Data, 0, stream, b"")
    });
    flood("WINDOW_UPDATE", 20_000, |_| {
        frame(Kind::WindowUpdate, 0, 0, &[0, 0, 0, 1])
    });
}

/// CVE-2024-27316 and its like.
#[test]
fn a_header_block_that_never_ends() {
    flood("CONTINUATION", 1000, |peer| {
        peer.raw(&frame(Kind::Headers, 0, 1, b"\x82"));
        frame(Kind::Continuation, 0, 1, &[0x82; 100])
    });
    flood("CONTINUATION without content", 1000, |peer| {
        peer.raw(&frame(Kind::Headers, 0, 1, b"\x82"));
        frame(Kind::Continuation, 0, 1, b"")
    });
}

/// A stream that is given up as soon as it is begun (CVE-2023-44487), and one that is broken so that
/// we give it up (CVE-2025-8671).
#[test]
fn streams_that_are_only_begun() {
    const GET: &[u8] = &[0x82, 0x86, 0x84, 0x01, 1, b'a'];
    for broken in [false, true] {
        let origin = Origin::fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        let (_proxy, port) = started(&origin, "");
        let mut peer = Peer::connect(port);
        let before = memory();
        let mut stream = 1;
        while peer.gone.is_none() && !peer.closed && stream < 40_000 {
            let mut batch = Vec::new();
            for _ in 0..20 {
                batch.extend(frame(Kind::Headers, flag::END_HEADERS, stream, GET));
                batch.extend(if broken {
                    frame(Kind::WindowUpdate, 0, stream, &[0; 4])
                } else {
                    frame(Kind::Reset, 0, stream, &[0, 0, 0, 8])
                });
                stream += 2;
            }
            peer.raw(&batch);
            peer.raw(&frame(Kind::Ping, 0, 0, b"12345678"));
            peer.read();
        }
        peer.wait(|peer| peer.gone.is_some());
        assert_eq!(peer.gone, Some(Code::EnhanceYourCalm), "{broken}");
        assert!(memory() < before + 20_000);
        assert_eq!(Peer::connect(port).get("/").status(), 200);
    }
}

/// A server that hints and hints: no window bounds heads.
#[test]
fn hints_of_a_server_that_never_answers() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = told.clone();
    let (origin, _) = start(Settings::default(), move |peer, stream, at| {
        if at == At::Head || peer.requests[&stream].field(":path") != Some("/hints") {
            if at == At::End {
                peer.answer(stream, "ok");
            }
            return;
        }
        let link = "x".repeat(2000);
        for _ in 0..20_000 {
            peer.head(stream, &[(":status", "103"), ("link", &link)], false);
            let out = std::mem::take(peer.core.out());
            if std::io::Write::write_all(&mut peer.socket, &out).is_err() {
                return;
            }
            *count.lock().unwrap() += 1;
        }
    });
    let (_proxy, port) = servers::started(&origin, "proto h2", "");
    let before = memory();
    // Somebody asks, and reads nothing.
    let mut lazy = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let ask = b"GET /hints HTTP/1.1\r\nHost: a\r\n\r\n";
    std::io::Write::write_all(&mut lazy, ask).unwrap();
    let eager = servers::raw(port, "GET /hints HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(
        eager.contains("http/1.1 502 "),
        "{}",
        &eager[..eager.len().min(300)]
    );
    assert!(*told.lock().unwrap() < 20_000, "it goes on and on");
    assert!(
        memory() < before + 20_000,
        "{before} kB before, {} kB now",
        memory()
    );
    let others = servers::raw(
        port,
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert!(others.ends_with("ok"), "{others}");
}
