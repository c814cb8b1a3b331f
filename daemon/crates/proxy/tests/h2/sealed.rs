//! HTTP/2 over TLS, agreed on by ALPN: real clients, and the conformance suite once more.

use crate::certificates::certificates;
use crate::requests::{curl, reads_whole};
use crate::spec::h2spec;
use crate::support::{Origin, Proxy, free_port};
use std::process::Command;

fn started(origin: u16) -> (Proxy, u16) {
    let port = free_port();
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n\
         frontend web\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem alpn h2,http/1.1\n    \
         http-request set-header x-seen \"%[fc_http_major] %[req.ver]\"\n    \
         default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\n"
    );
    let proxy = Proxy::start_with(&[("/c/curve.pem", &certificates().curve)], &config);
    (proxy, port)
}

#[test]
fn what_is_agreed_on_is_spoken() {
    let origin = Origin::echo();
    let (_proxy, port) = started(origin.port);
    let url = format!("https://localhost:{port}/x");
    let trust = certificates().path("curve.crt");
    let both = curl(&["--http2", "--cacert", &trust], &url);
    assert!(both.contains("x-seen: 2 2.0\r\n"), "{both}");
    assert!(both.ends_with("|2 200"), "{both}");
    let old = curl(&["--http1.1", "--cacert", &trust], &url);
    assert!(old.contains("x-seen: 1 1.1\r\n"), "{old}");
    assert!(old.ends_with("|1.1 200"), "{old}");
    let body = "y".repeat(90_000);
    let posted = curl(
        &["--http2", "--cacert", &trust, "--data-binary", &body],
        &url,
    );
    assert!(
        posted.contains(&body) && posted.ends_with("|2 200"),
        "{}",
        posted.len()
    );
}

#[test]
fn many_streams_of_nghttp2() {
    let origin = Origin::fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let (_proxy, port) = started(origin.port);
    let run = Command::new("h2load")
        .args(["-n", "600", "-c", "3", "-m", "20"])
        .arg(format!("https://127.0.0.1:{port}/"))
        .output();
    let Ok(run) = run else {
        eprintln!("skipped: h2load is not installed (package nghttp2-client)");
        return;
    };
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("Application protocol: h2"), "{said}");
    assert!(
        said.contains("600 succeeded, 0 failed, 0 errored, 0 timeout"),
        "{said}"
    );
    assert!(said.contains("600 2xx"), "{said}");
}

#[test]
fn h2spec_passes_whole_over_tls() {
    let origin = reads_whole();
    let (_proxy, port) = started(origin.port);
    h2spec(port, &["-t", "-k"], 145);
}
