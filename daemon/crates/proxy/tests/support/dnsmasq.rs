//! A real name server: Debian's dnsmasq, on a port of loopback.

use super::{WAIT, free_port};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Dnsmasq {
    pub port: u16,
    child: Option<Child>,
    hosts: PathBuf,
    /// Further arguments.
    more: Vec<String>,
}

impl Dnsmasq {
    /// With these lines of a hosts file; `None` when it is not installed.
    pub fn start(hosts: &str, more: &[&str]) -> Option<Self> {
        Command::new("dnsmasq").arg("--version").output().ok()?;
        let port = free_port();
        let name = format!("tandem-names-{}-{port}", std::process::id());
        let mut server = Self {
            port,
            child: None,
            hosts: std::env::temp_dir().join(name),
            more: more.iter().map(|word| (*word).to_owned()).collect(),
        };
        std::fs::write(&server.hosts, hosts).unwrap();
        server.begin();
        Some(server)
    }

    /// Starts it (again), and waits for its first answer.
    pub fn begin(&mut self) {
        let mut command = Command::new("dnsmasq");
        command.args([
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--pid-file=",
        ]);
        command.args([
            "--user=root",
            "--no-resolv",
            "--no-hosts",
            "--bind-interfaces",
        ]);
        command.args([
            "--listen-address=127.0.0.1",
            "--local-ttl=1",
            "--local=/test/",
        ]);
        command.arg(format!("--port={}", self.port));
        command.arg(format!("--addn-hosts={}", self.hosts.display()));
        command.args(&self.more).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(("127.0.0.1", self.port)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let end = Instant::now() + WAIT;
        let question = b"\x01\x02\x01\0\0\x01\0\0\0\0\0\0\x02up\x04test\0\0\x01\0\x01";
        loop {
            let _ = socket.send(question);
            if socket.recv(&mut [0; 512]).is_ok() {
                return;
            }
            assert!(Instant::now() < end, "dnsmasq does not answer");
        }
    }

    /// It dies without a word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Other lines from now on.
    pub fn hosts(&self, text: &str) {
        std::fs::write(&self.hosts, text).unwrap();
        let pid = self.child.as_ref().map_or(0, Child::id).to_string();
        assert!(
            Command::new("kill")
                .args(["-HUP", &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_file(&self.hosts);
    }
}
