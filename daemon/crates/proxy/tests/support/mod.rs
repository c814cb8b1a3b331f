//! A supervisor for tests, raw clients and origin servers that do as they are told.
#![allow(dead_code, unused_imports)] // each test file uses its part

pub mod beside;
pub mod checked;
pub mod client;
pub mod dns;
pub mod dnsmasq;
pub mod figures;
pub mod haproxy;
pub mod met;
pub mod origin;
pub mod proxy;
pub mod script;
pub mod sides;
pub mod told;

pub use beside::Beside;
pub use client::Client;
pub use origin::Origin;
pub use proxy::Proxy;

use std::io::Read;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub const WAIT: Duration = Duration::from_secs(10);

pub fn until(what: &str, holds: impl FnMut() -> bool) {
    testkit::waiting::wait_for(what, WAIT, holds);
}

/// A port of the loopback interface that nobody uses, this test program's until it ends, and that the
/// kernel gives to nobody by itself: below the range that outgoing connections are made from.
pub fn free_port() -> u16 {
    const LOWEST: u32 = 10_000;
    const COUNT: u32 = 22_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static CLAIMS: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());
    // Test programs that run side by side begin at different places.
    let own = std::process::id().wrapping_mul(97);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(LOWEST + own.wrapping_add(step) % COUNT).unwrap();
        // A name that two programs cannot both have: the port itself is bound only later.
        let name = format!("tandem-test-port-{port}");
        let claim = SocketAddr::from_abstract_name(name).and_then(|a| UnixListener::bind_addr(&a));
        let Ok(claim) = claim else { continue };
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            CLAIMS.lock().unwrap().push(claim);
            return port;
        }
    }
}

pub fn content_length(head: &str) -> usize {
    head.lines()
        .find_map(|l| {
            l.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|v| v.trim().parse().unwrap())
        })
        .unwrap_or(0)
}

/// Reads up to the empty line, byte by byte so that nothing behind it is taken.
pub fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

pub fn status_of(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A usual configuration: one frontend on `port`, one backend with `servers` lines.
pub fn http_config(port: u16, extra: &str, servers: &str) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n{extra}\nfrontend web\n    bind 127.0.0.1:{port}\n    default_backend app\nbackend app\n{servers}\n"
    )
}
