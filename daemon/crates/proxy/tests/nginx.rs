//! A real origin: nginx with plain, ranged and compressed answers, and while it reloads.

mod support;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::{Client, Proxy, free_port, http_config, status_of};

struct Nginx {
    child: Child,
    dir: PathBuf,
    port: u16,
}

impl Nginx {
    /// `None` when it is not installed.
    fn start() -> Option<Self> {
        let port = free_port();
        let dir = std::env::temp_dir().join(format!("tandem-nginx-{}-{port}", std::process::id()));
        std::fs::create_dir_all(dir.join("www")).unwrap();
        let d = dir.display();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|k| format!("{k}_temp_path {d}/{k}; "))
            .concat();
        let text = format!(
            "worker_processes 2; daemon off; user root; pid {d}/pid; error_log {d}/log; events {{ worker_connections 512; }}\nhttp {{ access_log off; {paths} gzip on; gzip_min_length 1; gzip_types *; server {{ listen 127.0.0.1:{port}; root {d}/www; }} }}\n"
        );
        std::fs::write(dir.join("conf"), text).unwrap();
        let child = Command::new("nginx")
            .arg("-c")
            .arg(dir.join("conf"))
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let end = Instant::now() + support::WAIT;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { child, dir, port })
    }

    fn page(&self, name: &str, size: usize) -> Vec<u8> {
        let page: Vec<u8> = (0..size)
            .map(|n| u8::try_from(n * 31 % 251).unwrap())
            .collect();
        std::fs::write(self.dir.join("www").join(name), &page).unwrap();
        page
    }

    /// SIGHUP: new workers, the old ones close their idle connections.
    fn reload(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn pages_of_all_sizes_arrive_whole() {
    let Some(nginx) = Nginx::start() else {
        eprintln!("skipped: the nginx binary is not installed");
        return;
    };
    let pages: Vec<_> = [0, 1, 1024, 65_536, 70_000, 5_000_000]
        .map(|size| (format!("p{size}"), nginx.page(&format!("p{size}"), size)))
        .into();
    let port = free_port();
    let _proxy = Proxy::start(&http_config(
        port,
        "",
        &format!("    server n 127.0.0.1:{}", nginx.port),
    ));
    let mut client = Client::connect(port);
    for _ in 0..3 {
        for (name, page) in &pages {
            let (head, body) = client.get(&format!("/{name}"));
            assert_eq!(status_of(&head), 200);
            assert!(
                body == *page,
                "{name}: {} of {} bytes",
                body.len(),
                page.len()
            );
        }
    }
    client.send("GET /p5000000 HTTP/1.1\r\nHost: t\r\nRange: bytes=100-300099\r\n\r\n");
    let (head, body) = client.response();
    assert_eq!((status_of(&head), body.len()), (206, 300_000));
    assert!(body[..] == pages[5].1[100..300_100]);
    client.send("GET /p70000 HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
    let (head, body) = client.response();
    assert!(
        head.contains("Transfer-Encoding: chunked") && head.contains("Content-Encoding: gzip"),
        "{head}"
    );
    assert_eq!(gunzip(&body), pages[4].1);
    assert_eq!(status_of(&client.get("/missing").0), 404);
}

fn gunzip(data: &[u8]) -> Vec<u8> {
    let mut child = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(data).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn a_server_that_reloads_costs_no_request() {
    let Some(nginx) = Nginx::start() else {
        eprintln!("skipped: the nginx binary is not installed");
        return;
    };
    let page = nginx.page("page", 2000);
    let port = free_port();
    let config = http_config(port, "", &format!("    server n 127.0.0.1:{}", nginx.port));
    let _proxy = Proxy::start(&config.replace("nbthread 1", "nbthread 2"));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, page) = (stop.clone(), page.clone());
            std::thread::spawn(move || {
                let mut client = Client::connect(port);
                let mut count = 0;
                while !stop.load(Ordering::SeqCst) {
                    let (head, body) = client.get("/page");
                    assert_eq!(status_of(&head), 200);
                    assert!(body == page);
                    count += 1;
                }
                count
            })
        })
        .collect();
    for _ in 0..8 {
        nginx.reload();
        std::thread::sleep(Duration::from_millis(150));
    }
    stop.store(true, Ordering::SeqCst);
    let total: u32 = clients.into_iter().map(|c| c.join().unwrap()).sum();
    assert!(total > 100, "only {total} requests");
}
