//! What servers are told of the client's TLS in a header of the PROXY protocol, by haproxy and by
//! ours: `send-proxy-v2-ssl`, `send-proxy-v2-ssl-cn` and the words of `proxy-v2-options`.

use crate::fetches::curl;
use crate::folder::{DEFAULTS, Folder};
use crate::support::Origin;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// Answers with what the connection began with, in hexadecimal digits; the client's port, which
/// differs, and the checksum over it are left out.
fn listener() -> Origin {
    Origin::start(|mut stream, _| {
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        while !seen.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
                _ => return,
            }
        }
        let end = seen.windows(4).position(|part| part == b"GET ").unwrap();
        seen.truncate(end);
        let mut told = String::new();
        if seen.starts_with(b"\r\n\r\n") {
            seen[24..28].fill(0);
            let sum = if seen.get(28) == Some(&3) {
                31..35
            } else {
                0..0
            };
            seen[sum].fill(0);
        } else {
            seen.truncate(10);
        }
        for byte in &seen {
            let _ = write!(told, "{byte:02x}");
        }
        let length = told.len();
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{told}"
        );
    })
}

const WORDS: [&str; 16] = [
    "send-proxy-v2",
    "send-proxy-v2-ssl",
    "send-proxy-v2-ssl-cn",
    "send-proxy-v2 proxy-v2-options ssl",
    "send-proxy-v2 proxy-v2-options cert-cn",
    "send-proxy-v2 proxy-v2-options ssl-cipher",
    "send-proxy-v2 proxy-v2-options cert-sig",
    "send-proxy-v2 proxy-v2-options cert-key",
    "send-proxy-v2 proxy-v2-options authority",
    "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id",
    "send-proxy-v2-ssl no-send-proxy-v2-ssl",
    "send-proxy-v2-ssl-cn no-send-proxy-v2-ssl-cn",
    "send-proxy-v2 send-proxy",
    "send-proxy-v2 no-send-proxy",
    "send-proxy send-proxy-v2 no-send-proxy-v2",
    "send-proxy-v2-ssl send-proxy",
];

/// The word that tells all.
const ALL: usize = 9;

fn config(origin: u16) -> String {
    let mut text = format!(
        "{DEFAULTS}frontend web\n bind 127.0.0.1:PORT ssl crt @/a-ec.pem crt @/b-rsa.pem crt @/c-ed.pem alpn h2,http/1.1 ca-file @/ca.pem verify optional crt-ignore-err all ca-ignore-err all\n unique-id-format uid\n use_backend %[path,field(2,/)]\n http-request set-path /b%[req.hdr(x-b)] if {{ req.hdr(x-b) -m found }}\n"
    );
    for (n, words) in WORDS.iter().enumerate() {
        let _ = writeln!(text, "backend b{n}\n server s 127.0.0.1:{origin} {words}");
    }
    text
}

fn folder() -> Folder {
    let folder = Folder::new("introduced");
    folder.make("a-ec", "ec", "/CN=www.example.org", "");
    folder.make("b-rsa", "rsa", "/CN=rsa.example.org", "");
    folder.openssl("req -x509 -nodes -days 30 -newkey ed25519 -subj /CN=ed.example.org -keyout c-ed.key -out c-ed.crt");
    folder.join("c-ed");
    folder.make(
        "ca",
        "ec",
        "/CN=root",
        "-addext basicConstraints=critical,CA:TRUE",
    );
    folder.make("stranger", "ec", "/CN=stranger", "");
    folder.openssl(
        "req -nodes -newkey rsa:2048 -subj /C=DE/CN=anna/CN=berta -keyout anna.key -out anna.csr",
    );
    std::fs::write(folder.0.join("extensions"), "basicConstraints=CA:FALSE\n").unwrap();
    folder.openssl(
        "x509 -req -extfile extensions -in anna.csr -CA ca.pem -CAkey ca.pem -set_serial 77 -days 20 -out anna.crt",
    );
    folder.join("anna");
    folder
}

/// Twice with one session; what the servers of both connections were told.
fn resumed(folder: &Folder, port: u16, version: &str) -> String {
    let mut told = String::new();
    for session in ["-sess_out", "-sess_in"] {
        let mut child = Command::new("openssl")
            .args([
                "s_client",
                "-quiet",
                "-connect",
                &format!("127.0.0.1:{port}"),
            ])
            .args([
                "-servername",
                "WWW.Example.org",
                "-cert",
                "anna.pem",
                version,
            ])
            .args([session, &format!("session-{port}")])
            .current_dir(&folder.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Debian package openssl");
        let mut input = child.stdin.take().unwrap();
        let request = format!("GET /b{ALL} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        input.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut answer)
            .unwrap();
        drop(input);
        child.wait().unwrap();
        told.push_str(answer.rsplit("\r\n").next().unwrap_or_default());
        told.push('\n');
    }
    told
}

#[test]
fn servers_are_told_of_the_clients_tls_what_haproxy_tells_them() {
    let (folder, origin) = (folder(), listener());
    let Some(both) = folder.start(&config(origin.port)) else {
        return;
    };
    let clients = [
        ("no certificate", &["--http1.1"][..]),
        ("HTTP/2", &[][..]),
        ("a certificate", &["--cert", "anna.pem", "--http1.1"][..]),
        (
            "TLS 1.2",
            &["--cert", "anna.pem", "--tls-max", "1.2", "--http1.1"][..],
        ),
        ("a stranger", &["--cert", "stranger.pem", "--no-alpn"][..]),
    ];
    for (what, arguments) in clients {
        for (n, words) in WORDS.iter().enumerate() {
            let path = format!("x-b: {n}");
            let all = [arguments, &["-H", &path]].concat();
            let seen = both.agree(&format!("{what}: {words}"), |port| {
                curl(&folder.0, port, &all)
            });
            if n == ALL {
                assert!(
                    seen.starts_with("0d0a0d0a000d0a515549540a2111"),
                    "{what}: {seen}"
                );
            }
        }
    }
    for host in ["rsa.example.org", "ed.example.org"] {
        both.agree(host, |port| {
            let (to, header) = (format!("{host}:{port}:127.0.0.1"), format!("x-b: {ALL}"));
            let url = format!("https://{host}:{port}/");
            curl(&folder.0, port, &["--resolve", &to, "-H", &header, &url])
        });
    }
    for version in ["-tls1_2", "-tls1_3"] {
        let told = both.agree(version, |port| resumed(&folder, port, version));
        // The first connection showed a certificate, the second took its session up.
        let flags: Vec<bool> = ["20004b07", "20004b05", "20005207", "20005205"]
            .map(|flags| told.contains(flags))
            .into();
        assert_eq!(flags.iter().filter(|told| **told).count(), 2, "{told}");
    }
}
