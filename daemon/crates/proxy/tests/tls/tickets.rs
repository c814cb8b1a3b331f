//! Tickets of one host of a pair, taken by the other: `tls-ticket-keys`.

use crate::certificates::certificates;
use crate::clients::s_client;
use crate::support::haproxy::{Haproxy, ask};
use crate::support::{Proxy, free_port};
use std::path::PathBuf;
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

/// Files for both sides, and their sockets; gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn config(&self, socket: &str, port: u16) -> String {
        let (socket, pem) = (self.path(socket), self.path("site.pem"));
        let bind = |port: u16, keys: &str| {
            let keys = self.path(keys);
            format!(" bind 127.0.0.1:{port} ssl crt {pem} tls-ticket-keys {keys}\n")
        };
        format!(
            "global\n nbthread 1\n stats socket {socket} level admin\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
             frontend f\n{}{}{} http-request return status 200\n",
            bind(port, "short"),
            bind(free_port(), "long"),
            bind(free_port(), "short"),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// So many bytes in base64, on one line.
fn secret(bytes: &str) -> String {
    let made = Command::new("openssl")
        .args(["rand", "-base64", bytes])
        .output();
    let lines = String::from_utf8(made.unwrap().stdout).unwrap();
    lines.split_whitespace().collect()
}

#[test]
fn keys_are_followed_by_newer_ones_by_order_in_haproxys_words() {
    let folder = Folder(std::env::temp_dir().join(format!("tandem-keys-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    let three = |bytes: &str| [0; 3].map(|_| secret(bytes) + "\n").concat();
    let files = [
        ("short", three("48")),
        ("long", three("80")),
        ("site.pem", certificates().curve.clone()),
    ]
    .map(|(name, text)| (folder.path(name), text));
    for (path, text) in &files {
        std::fs::write(path, text).unwrap();
    }
    let given = files
        .each_ref()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let port = free_port();
    let _proxy = Proxy::start_with(&given, &folder.config("ours", port));
    let their_port = free_port();
    let haproxy = Haproxy::start(&folder.config("theirs", their_port), their_port);
    let ours = |command: &str| ask(&folder.0.join("ours"), command);
    let same = |command: &str| {
        let own = ours(command);
        if haproxy.is_some() {
            assert_eq!(own, ask(&folder.0.join("theirs"), command), "{command}");
        }
        own
    };
    let ticket = folder.path("ticket");
    s_client(port, &["-tls1_3", "-sess_out", &ticket], ASK);
    let resumes = || s_client(port, &["-tls1_3", "-sess_in", &ticket], ASK).contains("\nReused,");
    assert!(resumes());
    let key = secret("48");
    for command in [
        "show tls-keys".to_owned(),
        "show tls-keys 0".to_owned(),
        "show tls-keys nosuch".to_owned(),
        "set ssl tls-key".to_owned(),
        "set ssl tls-key #0".to_owned(),
        "set ssl tls-key #0 x".to_owned(),
        format!("set ssl tls-key #0 {key}"),
        format!("set ssl tls-key #9 {key}"),
        format!("set ssl tls-key nosuch {key}"),
        format!("set ssl tls-key #1 {}", secret("40")),
    ] {
        same(&command);
    }
    assert!(resumes());
    let names = || -> Vec<String> {
        let shown = ours("show tls-keys #1");
        let keys = shown.lines().filter_map(|line| line.strip_prefix("1."));
        keys.map(|line| line[2..].to_owned()).collect()
    };
    let before = names();
    assert!(same(&format!("set ssl tls-key #1 {key}")).contains("updated!"));
    let after = names();
    assert_eq!((before.len(), &before[1..]), (3, &after[..2]));
    // The ticket's key was the last but one, and is the oldest now.
    assert!(resumes());
    let short = folder.path("short");
    assert!(same(&format!("set ssl tls-key {short} {}", secret("48"))).contains("updated!"));
    assert!(!resumes());
    // Nothing of the keys but their names is told.
    assert!(!ours("show tls-keys *").contains(&key[24..]));
}
