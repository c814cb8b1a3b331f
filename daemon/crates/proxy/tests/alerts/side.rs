//! Haproxy or ours with pages to check and mail servers of its own.

use super::sink::{Manner, Sink};
use crate::support::told::Page;
use crate::support::{self, haproxy};
use std::fmt::Write as _;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// One of both: its pages, its mail servers, and how it is given orders.
pub struct Side {
    pub pages: [Page; 2],
    pub sinks: Vec<Sink>,
    pub log: UdpSocket,
    socket: PathBuf,
}

impl Side {
    pub fn start(name: &str, manners: &[Manner]) -> Self {
        let socket = format!("tandem-alerts-{}-{}", std::process::id(), name);
        Self {
            pages: [0, 1].map(|_| Page::start()),
            sinks: manners.iter().map(|m| Sink::start(*m)).collect(),
            log: UdpSocket::bind("127.0.0.1:0").unwrap(),
            socket: std::env::temp_dir().join(socket),
        }
    }

    pub fn config(&self, listen: u16, dead: Option<u16>, backends: &[(&str, &str)]) -> String {
        let mut text = format!(
            "global\n log 127.0.0.1:{} local0\n stats socket {} level admin\nmailers relays\n timeout mail {}\n",
            self.log.local_addr().unwrap().port(),
            self.socket.display(),
            // Only where one is to be waited for.
            if dead.is_some() { "1500ms" } else { "8s" },
        );
        let ports = self.sinks.iter().map(|sink| sink.port).chain(dead);
        for (at, port) in ports.enumerate() {
            let _ = writeln!(text, " mailer m{at} 127.0.0.1:{port}");
        }
        text.push_str("defaults\n log global\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n option httpchk\n http-check disable-on-404\n email-alert mailers relays\n email-alert from lb@example.org\n email-alert to ops@example.org\n");
        // In haproxy 'timeout check' takes the place of 'timeout mail' once a mailer is connected.
        text.push_str(match dead {
            Some(_) => " default-server inter 700ms fall 1 rise 1\n",
            None => " timeout check 5s\n default-server inter 25ms fall 2 rise 2\n",
        });
        let _ = writeln!(text, "listen web\n bind 127.0.0.1:{listen}");
        let [s, t] = self.pages.each_ref().map(|page| page.port);
        for (name, settings) in backends {
            let _ = writeln!(
                text,
                "backend {name}\n{settings} server s 127.0.0.1:{s} check\n server u 127.0.0.1:{s} track {name}/s\n server t 127.0.0.1:{t} backup check"
            );
        }
        text
    }

    pub fn order(&self, backends: &[(&str, &str)], order: &str) {
        for (name, _) in backends {
            let command = format!("set server {name}/s state {order}");
            haproxy::ask(&self.socket, &command);
        }
    }

    /// Waits until each of these servers is seen so.
    pub fn wait(&self, backends: &[(&str, &str)], server: &str, wanted: &str) {
        let end = Instant::now() + support::WAIT;
        loop {
            let csv = haproxy::ask(&self.socket, "show stat");
            let seen = |name: &str| {
                let line = csv
                    .lines()
                    .find_map(|l| l.strip_prefix(&format!("{name},{server},")));
                line.and_then(|line| line.split(',').nth(15).map(str::to_owned))
            };
            let missing = backends
                .iter()
                .find(|(name, _)| seen(name).as_deref() != Some(wanted));
            let Some((name, _)) = missing else {
                return;
            };
            let now = Instant::now();
            assert!(now < end, "{name}/{server}: {:?}, not {wanted}", seen(name));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until all servers of both pages were asked again.
    pub fn wait_asked(&self, backends: &[(&str, &str)]) {
        for page in &self.pages {
            page.wait_asked(page.asked() + 3 * backends.len());
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}
