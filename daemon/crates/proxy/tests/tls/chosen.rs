//! Which certificate a proxy shows: Debian's haproxy and ours with the same files.

use crate::folder::{DEFAULTS, Folder};
use std::process::{Command, Stdio};

/// The subject that is shown to a client that asks for that name.
fn subject(port: u16, name: &str, more: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(more)
        .stdin(Stdio::null());
    if name.is_empty() {
        command.arg("-noservername");
    } else {
        command.args(["-servername", name]);
    }
    let output = command.output().expect("the Debian package openssl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |start: &str| {
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with(start))
            .unwrap_or("-")
            .to_owned()
    };
    if line("subject=") == "-" {
        return "refused".to_owned();
    }
    [
        line("subject="),
        line("Peer signature type"),
        line("ALPN protocol"),
    ]
    .join(" | ")
}

#[test]
fn the_certificate_that_is_shown_is_the_one_that_haproxy_shows() {
    let folder = Folder::new("chosen");
    let named = |names: &str| format!("-addext subjectAltName={names}");
    folder.make(
        "a-first",
        "ec",
        "/CN=first.example",
        &named("DNS:first.example"),
    );
    folder.make(
        "b-site",
        "ec",
        "/CN=site.example/OU=ec",
        &named("DNS:site.example,DNS:*.site.example"),
    );
    folder.make(
        "c-rsa",
        "rsa",
        "/CN=site.example/OU=rsa",
        &named("DNS:site.example"),
    );
    folder.make(
        "d-deep",
        "ec",
        "/CN=x.site.example",
        &named("DNS:x.site.example"),
    );
    folder.make(
        "e-common",
        "rsa",
        "/CN=common.example",
        "-addext basicConstraints=CA:FALSE",
    );
    for end in ["a-first", "b-site", "c-rsa", "d-deep", "e-common"] {
        std::fs::remove_file(folder.0.join(format!("{end}.crt"))).unwrap();
    }
    let path = folder.0.display();
    let lists = folder.0.join("lists");
    std::fs::create_dir_all(&lists).unwrap();
    std::fs::write(
        lists.join("names"),
        format!(
            "{path}/a-first.pem !*\n# a remark\n{path}/b-site.pem *.wild.example !not.wild.example\n\
             {path}/c-rsa.pem [alpn h2,http/1.1 ssl-max-ver TLSv1.2] twelve.example\n\n\
             {path}/d-deep.pem !x.site.example\n"
        ),
    )
    .unwrap();
    let names = [
        "",
        "first.example",
        "site.example",
        "SITE.example",
        "www.site.example",
        "x.site.example",
        "y.x.site.example",
        "common.example",
        "none.example",
        "a.wild.example",
        "not.wild.example",
        "twelve.example",
    ];
    let rsa: &[&str] = &["-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"];
    let binds = [
        "crt @/a-first.pem crt @/b-site.pem crt @/c-rsa.pem crt @/d-deep.pem crt @/e-common.pem",
        "crt @/a-first.pem crt @/b-site.pem crt @/c-rsa.pem strict-sni",
        "crt-list @/lists/names alpn http/1.1",
    ];
    for bind in binds {
        let Some(both) = folder.start(&format!(
            "{DEFAULTS}frontend web\n bind 127.0.0.1:PORT ssl {bind}\n http-request return status 200\n"
        )) else {
            return;
        };
        for name in names {
            both.agree(&format!("{bind}: '{name}'"), |port| {
                subject(port, name, &["-alpn", "http/1.1"])
            });
        }
        for name in ["site.example", "common.example"] {
            both.agree(&format!("{bind}: '{name}' of RSA"), |port| {
                subject(port, name, rsa)
            });
        }
    }
}
