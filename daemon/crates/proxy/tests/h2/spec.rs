//! h2spec: the conformance suite of HTTP/2 and HPACK.

use crate::requests::reads_whole;
use crate::support::{Proxy, free_port, http_config};
use std::process::Command;

/// Runs all of its tests, of which there are so many.
pub fn h2spec(port: u16, arguments: &[&str], count: u32) {
    let run = Command::new("h2spec")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-o", "5"])
        .args(arguments)
        .output();
    let Ok(run) = run else {
        eprintln!("skipped: h2spec is not installed (lab/setup/ensure.sh gets it)");
        return;
    };
    let said = String::from_utf8_lossy(&run.stdout);
    let wanted = format!("{count} tests, {count} passed, 0 skipped, 0 failed");
    // What failed stands at the end, after the list of all.
    let failures = said.find("Failures:").map_or(&*said, |at| &said[at..]);
    assert!(said.contains(&wanted), "{failures}");
}

#[test]
fn h2spec_passes_whole() {
    let origin = reads_whole();
    // Where nothing else is spoken, a wrong preface is no request of HTTP/1, either.
    let port = free_port();
    let server = format!("    server s 127.0.0.1:{}", origin.port);
    let config = http_config(port, "", &server);
    let config = config.replace(&format!(":{port}"), &format!(":{port} proto h2"));
    let _proxy = Proxy::start(&config);
    h2spec(port, &[], 145);
}
