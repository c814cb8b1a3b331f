//! testssl.sh, which looks for what is weak: protocols, ciphers, and vulnerabilities by their names.

use crate::clients::proxy;
use crate::support::{Origin, free_port};
use std::process::{Command, Stdio};

/// What it has to have looked at.
const FINDINGS: &[&str] = &[
    "SSLv2",
    "SSLv3",
    "TLS1_2",
    "TLS1_3",
    "cipherlist_NULL",
    "cipherlist_aNULL",
    "cipherlist_EXPORT",
    "cipherlist_LOW",
    "cipherlist_STRONG",
    "heartbleed",
    "CCS",
    "ticketbleed",
    "ROBOT",
    "secure_renego",
    "secure_client_renego",
    "CRIME_TLS",
    "BREACH",
    "POODLE_SSL",
    "SWEET32",
    "FREAK",
    "DROWN",
    "LOGJAM",
    "BEAST",
    "LUCKY13",
    "RC4",
];

#[test]
fn testssl_finds_nothing_weak_and_no_vulnerability() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let report = std::env::temp_dir().join(format!("tandem-testssl-{}.json", std::process::id()));
    let run = Command::new("testssl")
        .args(["--quiet", "--color", "0", "--warnings", "off"])
        .args(["--ip", "127.0.0.1", "-p", "-s", "-U", "--jsonfile"])
        .arg(&report)
        .arg(format!("127.0.0.1:{port}"))
        .stdin(Stdio::null())
        .output();
    let Ok(run) = run else {
        eprintln!("skipped: testssl is not installed (the Debian package testssl.sh)");
        return;
    };
    let said = String::from_utf8_lossy(&run.stdout);
    let text = std::fs::read(&report).unwrap_or_else(|why| panic!("{why}: {said}"));
    let _ = std::fs::remove_file(&report);
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
    // What it says of its own machine's OpenSSL tells nothing of the server.
    let of_server = |finding: &&serde_json::Value| finding["id"] != "engine_problem";
    for finding in findings.iter().filter(of_server) {
        let severity = finding["severity"].as_str().unwrap();
        assert!(["OK", "INFO"].contains(&severity), "{finding}\n{said}");
    }
    for wanted in FINDINGS {
        let found = findings.iter().find(|one| one["id"] == *wanted);
        let found = found.unwrap_or_else(|| panic!("nothing of {wanted}:\n{said}"));
        assert_eq!(found["severity"], "OK", "{found}");
    }
}
