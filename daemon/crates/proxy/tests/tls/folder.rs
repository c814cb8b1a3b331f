//! A folder of certificates, and Debian's haproxy and ours with the same files from it.

use crate::support::haproxy::Haproxy;
use crate::support::{Proxy, free_port};
use std::path::PathBuf;
use std::process::Command;

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("tandem-tls-{name}-{id}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn openssl(&self, arguments: &str) {
        let mut words = arguments.split_whitespace();
        let done = Command::new("openssl")
            .args(words.by_ref())
            .current_dir(&self.0)
            .output()
            .expect("the Debian package openssl");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments}: {said}");
    }

    /// `NAME.pem` with the certificate and the key of it, signed by itself.
    pub fn make(&self, name: &str, kind: &str, subject: &str, extra: &str) {
        let kind = match kind {
            "rsa" => "rsa:2048",
            _ => "ec -pkeyopt ec_paramgen_curve:P-256",
        };
        self.openssl(&format!(
            "req -x509 -nodes -days 30 -newkey {kind} -subj {subject} {extra} -keyout {name}.key -out {name}.crt"
        ));
        self.join(name);
    }

    pub fn join(&self, name: &str) {
        let read = |end| std::fs::read_to_string(self.0.join(format!("{name}.{end}"))).unwrap();
        std::fs::write(
            self.0.join(format!("{name}.pem")),
            read("crt") + &read("key"),
        )
        .unwrap();
        // A key beside a certificate belongs to it.
        std::fs::remove_file(self.0.join(format!("{name}.key"))).unwrap();
    }

    /// All files, as the supervisor would hand them over.
    fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = std::fs::read_to_string(&path).unwrap();
                    files.push((path.display().to_string(), text));
                }
            }
        }
        files
    }

    /// Both proxies with this configuration; `@` is the folder, `PORT` the port.
    pub fn start(&self, text: &str) -> Option<Both> {
        let (theirs, ours) = (free_port(), free_port());
        let config = |port: u16| {
            let text = text.replace('@', &self.0.display().to_string());
            text.replace("PORT", &port.to_string())
        };
        let Some(haproxy) = Haproxy::start(&config(theirs), theirs) else {
            eprintln!("skipped: the haproxy binary is not installed");
            return None;
        };
        let files = self.files();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        Some(Both {
            ports: [theirs, ours],
            _haproxy: haproxy,
            _proxy: Proxy::start_with(&files, &config(ours)),
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Both {
    ports: [u16; 2],
    _haproxy: Haproxy,
    _proxy: Proxy,
}

impl Both {
    /// What both answer, which must be the same.
    pub fn agree(&self, what: &str, ask: impl Fn(u16) -> String) -> String {
        let [theirs, ours] = self
            .ports
            .map(|port| ask(port).replace(&port.to_string(), "PORT"));
        assert_eq!(theirs, ours, "{what}: haproxy's on the left");
        ours
    }
}

pub const DEFAULTS: &str = "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n";
