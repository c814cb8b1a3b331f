//! OpenSSL, curl and GnuTLS as clients.

use crate::certificates::certificates;
use crate::support::{Origin, Proxy, free_port};
use std::io::Write;
use std::process::{Command, Stdio};

/// A frontend with both certificates before an origin that tells what it got.
pub fn proxy(port: u16, origin: u16) -> Proxy {
    patient(port, origin, 5)
}

/// The same with so many seconds of silence on either side.
pub fn patient(port: u16, origin: u16, seconds: u32) -> Proxy {
    let made = certificates();
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client {seconds}s\n    timeout server {seconds}s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem crt /c/rsa.pem\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\n"
    );
    Proxy::start_with(
        &[("/c/curve.pem", &made.curve), ("/c/rsa.pem", &made.rsa)],
        &config,
    )
}

/// What `openssl s_client` says, having sent this.
pub fn s_client(port: u16, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            &format!("127.0.0.1:{port}"),
            "-ign_eof",
            "-servername",
            "example.test",
            "-CAfile",
        ])
        .arg(certificates().path("all.crt"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The same with the commands of its terminal, which stays open until it ends by itself.
pub fn s_client_typing(port: u16, arguments: &[&str], typed: &str) -> String {
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    let mut terminal = child.stdin.take().unwrap();
    terminal.write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(terminal);
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const ASK: &str = "GET / HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n";

#[test]
fn openssl_speaks_every_suite_of_both_versions() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    for suite in [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    ] {
        let said = s_client(port, &["-tls1_3", "-ciphersuites", suite], ASK);
        assert!(
            said.contains(&format!("New, TLSv1.3, Cipher is {suite}")),
            "{said}"
        );
        assert!(said.contains("\r\n\r\nhello"), "{said}");
    }
    for key in ["ECDSA", "RSA"] {
        for cipher in [
            "AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "CHACHA20-POLY1305",
        ] {
            let suite = format!("ECDHE-{key}-{cipher}");
            let said = s_client(port, &["-tls1_2", "-cipher", &suite], ASK);
            assert!(
                said.contains(&format!("New, TLSv1.2, Cipher is {suite}")),
                "{said}"
            );
            assert!(said.contains("\r\n\r\nhello"), "{said}");
        }
    }
}

#[test]
fn openssl_counts_what_is_taken_up_again() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let said = s_client(port, &["-tls1_2", "-reconnect"], ASK);
    assert_eq!(said.matches("\nReused, TLSv1.2").count(), 5, "{said}");
    let ticket = certificates().path("session.pem");
    let said = s_client(port, &["-tls1_3", "-sess_out", &ticket], ASK);
    assert!(said.contains("New, TLSv1.3"), "{said}");
    let said = s_client(port, &["-tls1_3", "-sess_in", &ticket], ASK);
    assert!(said.contains("Reused, TLSv1.3"), "{said}");
}

#[test]
fn curl_is_served_over_one_connection() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let address = format!("https://localhost:{port}/");
    let output = Command::new("curl")
        .args([
            "-sS",
            "-w",
            " %{num_connects} %{ssl_verify_result}\n",
            "--cacert",
        ])
        .arg(certificates().path("all.crt"))
        .args([&address, &address])
        .output()
        .expect("curl is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, "hello 1 0\nhello 0 0\n", "{output:?}");
}

#[test]
fn gnutls_speaks_both_versions_and_takes_sessions_up_again() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    for version in ["VERS-TLS1.2", "VERS-TLS1.3"] {
        let priority = format!("--priority=NORMAL:-VERS-ALL:+{version}");
        let child = Command::new("gnutls-cli")
            .args(["--resume", "--waitresumption", "--port", &port.to_string()])
            .arg(format!("--x509cafile={}", certificates().path("all.crt")))
            .args([&priority, "--verify-hostname=example.test", "127.0.0.1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("skipped: gnutls-cli (package gnutls-bin) is not installed");
            return;
        };
        child
            .stdin
            .take()
            .unwrap()
            .write_all(ASK.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("This is a resumed session"), "{output:?}");
        assert!(said.contains("hello"), "{output:?}");
    }
}
