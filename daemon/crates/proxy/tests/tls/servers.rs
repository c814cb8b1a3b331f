//! TLS with servers: nginx and OpenSSL behind the proxy, and what is logged where they do not come
//! to terms.

use crate::certificates::certificates;
use crate::support::{Client, Proxy, free_port, status_of};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A TLS server that ends with the test.
pub struct Server {
    child: Child,
    pub port: u16,
    folder: Option<std::path::PathBuf>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn wait_for(port: u16) {
    let end = Instant::now() + crate::support::WAIT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "it does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Server {
    /// nginx that tells the name that it was asked for, whether the session was taken up again, and
    /// how many requests its connection has seen. `None` when it is not installed.
    pub fn nginx(extra: &str) -> Option<Self> {
        let (port, made) = (free_port(), certificates());
        let folder =
            std::env::temp_dir().join(format!("tandem-nginx-tls-{}-{port}", std::process::id()));
        std::fs::create_dir_all(folder.join("www")).unwrap();
        let body: Vec<u8> = crate::bodies::pattern(12 << 20);
        std::fs::write(folder.join("www/long"), body).unwrap();
        let d = folder.display();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|k| format!("{k}_temp_path {d}/{k}; "))
            .concat();
        let (crt, key) = (made.path("curve.crt"), made.path("curve.key"));
        let text = format!(
            "worker_processes 1; daemon off; user root; pid {d}/pid; error_log {d}/log; events {{ worker_connections 512; }}\nhttp {{ access_log off; {paths} server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {crt}; ssl_certificate_key {key}; ssl_session_cache shared:s:1m; {extra} location / {{ root {d}/www; }} location /told {{ return 200 \"$ssl_server_name $ssl_session_reused $connection_requests $ssl_protocol\"; }} }} }}\n"
        );
        std::fs::write(folder.join("conf"), text).unwrap();
        let child = Command::new("nginx")
            .arg("-c")
            .arg(folder.join("conf"))
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            eprintln!("skipped: the nginx binary is not installed");
            return None;
        };
        wait_for(port);
        Some(Self {
            child,
            port,
            folder: Some(folder),
        })
    }

    /// OpenSSL's server, which answers each GET with what was agreed upon.
    pub fn openssl(arguments: &[&str]) -> Self {
        let (port, made) = (free_port(), certificates());
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-accept",
                &format!("127.0.0.1:{port}"),
                "-www",
                "-quiet",
            ])
            .args([
                "-cert",
                &made.path("curve.crt"),
                "-key",
                &made.path("curve.key"),
            ])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed");
        wait_for(port);
        Self {
            child,
            port,
            folder: None,
        }
    }
}

/// A plain frontend before one server over TLS.
pub fn before(server: &str, extra: &str) -> (u16, Proxy) {
    let (port, made) = (free_port(), certificates());
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 2s\n    retries 0\n    http-reuse always\n{extra}\nfrontend web\n    bind 127.0.0.1:{port}\n    default_backend app\nbackend app\n    server s {server}\n"
    );
    let files = [("/c/ca.pem", &made.curve[..]), ("/c/rsa.pem", &made.rsa)];
    (port, Proxy::start_with(&files, &config))
}

fn told(port: u16, host: &str) -> String {
    let mut client = Client::connect(port);
    let (_, body) = client
        .send(format!(
            "GET /told HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ))
        .response();
    String::from_utf8(body).unwrap()
}

#[test]
fn a_server_is_verified_asked_by_name_and_its_connection_kept() {
    let Some(nginx) = Server::nginx("ssl_protocols TLSv1.2 TLSv1.3;") else {
        return;
    };
    let line = format!(
        "127.0.0.1:{} ssl verify required ca-file /c/ca.pem sni str(example.test)",
        nginx.port
    );
    let (port, _proxy) = before(&line, "");
    assert_eq!(told(port, "h"), "example.test . 1 TLSv1.3");
    assert_eq!(told(port, "h"), "example.test . 2 TLSv1.3");
}

#[test]
fn connections_are_kept_for_the_name_that_they_asked_for() {
    let Some(nginx) = Server::nginx("ssl_protocols TLSv1.2 TLSv1.3;") else {
        return;
    };
    let line = format!("127.0.0.1:{} ssl verify none sni req.hdr(host)", nginx.port);
    let (port, _proxy) = before(&line, "");
    assert_eq!(told(port, "one.test"), "one.test . 1 TLSv1.3");
    assert_eq!(told(port, "two.test:8443"), "two.test . 1 TLSv1.3");
    assert_eq!(told(port, "one.test"), "one.test . 2 TLSv1.3");
    assert_eq!(told(port, "two.test"), "two.test . 2 TLSv1.3");
}

#[test]
fn sessions_with_servers_are_taken_up_again() {
    for (version, name) in [("TLSv1.2", "1.2"), ("TLSv1.3", "1.3")] {
        let Some(nginx) = Server::nginx(&format!("ssl_protocols {version}; keepalive_timeout 0;"))
        else {
            return;
        };
        let line = format!("127.0.0.1:{} ssl verify none sni str(a.test)", nginx.port);
        let (port, _proxy) = before(&line, "");
        assert_eq!(told(port, "h"), format!("a.test . 1 TLSv{name}"));
        assert_eq!(told(port, "h"), format!("a.test r 1 TLSv{name}"));
        assert_eq!(told(port, "h"), format!("a.test r 1 TLSv{name}"));
    }
}

/// OpenSSL's page, which ends with its connection.
fn page(port: u16) -> String {
    let mut client = Client::connect(port);
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    String::from_utf8_lossy(&client.rest()).into_owned()
}

#[test]
fn a_server_that_is_not_believed_is_not_asked() {
    let server = Server::openssl(&[]);
    for line in [
        // Signed by somebody else, and for another name.
        "ssl verify required ca-file /c/rsa.pem",
        "ssl verify required ca-file /c/ca.pem sni str(other.test)",
        "ssl verify required ca-file /c/ca.pem verifyhost other.test",
    ] {
        let (port, _proxy) = before(&format!("127.0.0.1:{} {line}", server.port), "");
        let (head, _) = Client::connect(port).get("/");
        assert_eq!(status_of(&head), 503, "{line}");
    }
    let line = format!(
        "127.0.0.1:{} ssl verify required ca-file /c/ca.pem",
        server.port
    );
    let (port, _proxy) = before(&line, "");
    assert!(page(port).contains("TLSv1.3"));
}

#[test]
fn every_suite_is_spoken_with_servers() {
    for suite in [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ] {
        let arguments = if suite.starts_with("TLS") {
            ["-tls1_3", "-ciphersuites", suite]
        } else {
            ["-tls1_2", "-cipher", suite]
        };
        let server = Server::openssl(&arguments);
        let (port, _proxy) = before(&format!("127.0.0.1:{} ssl verify none", server.port), "");
        assert!(page(port).contains(suite), "{suite}");
    }
}
