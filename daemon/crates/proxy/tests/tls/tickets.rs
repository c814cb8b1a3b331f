//! Tickets of one host of a pair, taken by the other: `tls-ticket-keys`.

use crate::certificates::certificates;
use crate::clients::s_client;
use crate::support::{Proxy, free_port};
use std::process::Command;

const ASK: &str = "GET / HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n";

/// A line of a file of keys.
fn key() -> String {
    let made = Command::new("openssl")
        .args(["rand", "-base64", "48"])
        .output();
    String::from_utf8(made.unwrap().stdout).unwrap()
}

/// A host with these keys; `None`: it makes its own.
fn host(keys: Option<&[&str]>) -> (Proxy, u16) {
    let (port, pem) = (free_port(), &certificates().curve);
    let words = keys.map_or("", |_| "tls-ticket-keys /c/keys");
    let config = format!(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
         frontend f\n bind 127.0.0.1:{port} ssl crt /c/curve.pem {words}\n http-request return status 200\n"
    );
    let keys = keys.unwrap_or_default().concat();
    let files = [("/c/curve.pem", pem.as_str()), ("/c/keys", keys.as_str())];
    (Proxy::start_with(&files, &config), port)
}

#[test]
fn a_session_of_one_host_is_taken_up_by_the_other_and_over_a_rotation() {
    let all: Vec<String> = (0..5).map(|_| key()).collect();
    let keys: Vec<&str> = all.iter().map(String::as_str).collect();
    // A ticket is made with the last but one: the second.
    let hosts = [
        ("itself", host(Some(&keys[..3])), "Reused"),
        ("its pair", host(Some(&keys[..3])), "Reused"),
        ("rotated", host(Some(&keys[1..4])), "Reused"),
        ("rotated for long", host(Some(&keys[2..5])), "New"),
        ("keys of its own", host(None), "New"),
    ];
    let ticket = std::env::temp_dir().join(format!("tandem-ticket-{}", std::process::id()));
    let ticket = ticket.display().to_string();
    for version in ["-tls1_2", "-tls1_3"] {
        let own = hosts[0].1.1;
        let said = s_client(own, &[version, "-sess_out", &ticket], ASK);
        assert!(said.contains("\nNew, TLSv1"), "{said}");
        for (who, (_, port), how) in &hosts {
            let said = s_client(*port, &[version, "-sess_in", &ticket], ASK);
            assert!(said.contains("HTTP/1.1 200"), "{who}: {said}");
            assert!(
                said.contains(&format!("\n{how}, TLSv1")),
                "{who} {version}: {said}"
            );
        }
    }
    let _ = std::fs::remove_file(&ticket);
}
