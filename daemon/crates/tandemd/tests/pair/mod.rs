//! Two hosts, a client and a web host on one segment; the real binary on both hosts, nginx as
//! the servers behind it.

// Each test binary uses its own part of this.
#![allow(dead_code, unused_imports)]

pub mod adverts;
pub mod daemon;
pub mod keepalived;
pub mod kept;
pub mod program;
pub mod traces;
pub mod traffic;

use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use testkit::segment::{Host, Segment};

pub use testkit::waiting::wait_for;

pub use daemon::Daemon;
pub use keepalived::Keepalived;
pub use traffic::Traffic;

pub const VIP: &str = "10.77.0.100";

pub struct Pair {
    pub a: Arc<Host>,
    pub b: Arc<Host>,
    pub client: Arc<Host>,
    pub web: Host,
    pub segment: Segment,
    servers: Child,
    pub directory: PathBuf,
}

/// Reason to leave the tests out on this machine.
pub fn unavailable() -> Option<String> {
    testkit::netns::unavailable().or_else(|| {
        let nginx = std::process::Command::new("nginx").arg("-v").output();
        let error = nginx.err()?;
        Some(format!("needs nginx from the package nginx-light: {error}"))
    })
}

/// Ends the test as skipped, with the reason, where it cannot run.
#[macro_export]
macro_rules! require_pair {
    () => {
        if let Some(reason) = pair::unavailable() {
            eprintln!("skipped: {reason}");
            return;
        }
    };
}

impl Pair {
    pub fn new(label: &str) -> Self {
        let segment = Segment::new();
        let host = |name: &str, number: u8| {
            segment.host(
                name,
                &[
                    &format!("10.77.0.{number}/24"),
                    &format!("fd77::{number}/64"),
                ],
            )
        };
        let (a, b) = (Arc::new(host("a", 11)), Arc::new(host("b", 12)));
        let (client, web) = (Arc::new(host("c", 13)), host("w", 14));
        // Short, because of the 108 bytes of a unix socket's path.
        let name = format!("tdm-{label}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let servers = start_servers(&web, &directory);
        Self {
            a,
            b,
            client,
            web,
            segment,
            servers,
            directory,
        }
    }

    /// Writes haproxy.cfg with these server lines for both hosts.
    pub fn write_haproxy(&self, servers: &[&str]) -> PathBuf {
        let lines = servers.iter().fold(String::new(), |lines, line| {
            lines + "    server " + line + " check inter 100\n"
        });
        let text = format!(
            "global\n    maxconn 1000\ndefaults\n    mode http\n    timeout connect 1s\n    timeout client 10s\n    timeout server 10s\nfrontend web\n    bind {VIP}:80\n    default_backend app\nbackend app\n    balance roundrobin\n{lines}"
        );
        self.write("haproxy.cfg", &text)
    }

    /// Writes keepalived.conf of a host; `more` goes into the instance.
    pub fn write_keepalived(&self, host: &Host, priority: u8, more: &str) -> PathBuf {
        let text = format!(
            "vrrp_instance VI_1 {{\n    state BACKUP\n    interface eth0\n    virtual_router_id 51\n    priority {priority}\n    version 3\n    advert_int 0.1\n    virtual_ipaddress {{\n        {VIP}/24\n    }}\n    #tandem: track_proxy\n{more}}}\n"
        );
        self.write(&format!("keepalived-{}.conf", host.name), &text)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The daemon on both hosts with both servers, `a` being master.
    pub fn start(&self) -> (Daemon, Daemon) {
        let haproxy = self.write_haproxy(&["w1 10.77.0.14:8001", "w2 10.77.0.14:8002"]);
        let start = |host: &Arc<Host>, priority| {
            let keepalived = self.write_keepalived(host, priority, "");
            Daemon::start(self, host, Some(&haproxy), Some(&keepalived))
        };
        let a = start(&self.a, 254);
        let b = start(&self.b, 253);
        a.wait_ready();
        b.wait_ready();
        wait("a holds the address", || {
            self.a.has(VIP) && !self.b.has(VIP)
        });
        (a, b)
    }

    /// By order, from `a` to `b`.
    pub fn hand_over(&self, a: &Daemon, vip: &str) {
        let output = a.tell(["handover"]);
        assert!(output.status.success(), "{output:?}");
        wait("b holds the address", || {
            self.b.has(vip) && !self.a.has(vip)
        });
    }

    /// A server of one answer of this length, and in the configuration `/long` goes to it; a reload
    /// takes that up.
    pub fn add_long(&self, length: usize) {
        kept::serve_long(&self.web, "10.77.0.14:8009", length);
        let path = self.directory.join("haproxy.cfg");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace(
            "    default_backend app\n",
            "    use_backend long if { path /long }\n    default_backend app\n",
        );
        let long = "backend long\n    timeout server 60s\n    server l 10.77.0.14:8009\n";
        std::fs::write(&path, text + long).unwrap();
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        let _ = self.servers.kill();
        let _ = self.servers.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Ports 8001 to 8003 answer with `w1` to `w3`.
fn start_servers(web: &Host, directory: &std::path::Path) -> Child {
    let server = |number: u8| {
        format!(
            "server {{ listen 10.77.0.14:800{number}; location / {{ return 200 \"w{number}\\n\"; }} }}\n"
        )
    };
    let servers: String = (1..=3).map(server).collect();
    let shown = directory.display();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {shown}/nginx.pid;\nerror_log {shown}/nginx.log;\nevents {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path {shown}/n1; proxy_temp_path {shown}/n2; fastcgi_temp_path {shown}/n3; uwsgi_temp_path {shown}/n4; scgi_temp_path {shown}/n5;\n{servers}}}\n"
    );
    let path = directory.join("nginx.conf");
    std::fs::write(&path, text).unwrap();
    let mut command = web.namespace.command("nginx");
    let child = command.arg("-c").arg(&path).spawn().unwrap();
    wait("nginx serves", || {
        web.namespace
            .enter(|| std::net::TcpStream::connect("10.77.0.14:8003").is_ok())
    });
    child
}

/// Waits until something holds, for at most half a minute.
pub fn wait(what: &str, holds: impl FnMut() -> bool) {
    wait_for(what, Duration::from_secs(30), holds);
}
