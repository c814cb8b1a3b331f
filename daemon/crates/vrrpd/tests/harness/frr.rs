//! Debian's frr: zebra and vrrpd in a namespace with a folder of their own, and the macvlan that
//! frr wants to find (its manual, "VRRP", "System configuration").

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::segment::Host;

const FOLDER: &str = "/usr/lib/frr";

pub struct Frr {
    folder: PathBuf,
    zebra: Child,
    vrrpd: Child,
    ipv6: bool,
}

/// Prints why when it cannot run.
pub fn missing() -> bool {
    let found = Path::new(FOLDER).join("vrrpd").exists();
    if !found {
        eprintln!("skipped: needs vrrpd from the package frr");
    }
    !found
}

/// A router of frr's: how the addresses are said to it and to the kernel.
#[derive(Debug, Clone, Copy)]
pub struct Router {
    pub ipv6: bool,
    pub priority: u8,
    pub interval_ms: u32,
    pub addresses: &'static [&'static str],
}

/// The interface that holds the virtual addresses; frr finds it by its link address.
pub fn add_macvlan(host: &Host, router: &Router) {
    let (name, mac) = if router.ipv6 {
        ("vrrp6", "00:00:5e:00:02:4d")
    } else {
        ("vrrp4", "00:00:5e:00:01:4d")
    };
    let ip = |words: &[&str]| host.namespace.ip(words);
    ip(&[
        "link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge",
    ]);
    ip(&["link", "set", name, "address", mac]);
    for address in router.addresses {
        let mut words = vec!["addr", "add", address, "dev", name];
        if router.ipv6 {
            words.push("nodad");
        }
        ip(&words);
    }
    ip(&["link", "set", name, "up"]);
}

impl Frr {
    pub fn start(host: &Host, router: &Router) -> Self {
        let name = format!(
            "tandem-frr-{}-{}",
            std::process::id(),
            host.namespace.name()
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let family = if router.ipv6 { "ipv6" } else { "ip" };
        let mut text = format!(
            "interface eth0\n vrrp 77 version 3\n vrrp 77 priority {}\n vrrp 77 advertisement-interval {}\n",
            router.priority, router.interval_ms
        );
        for address in router.addresses {
            let address = address.split('/').next().unwrap_or(address);
            text = format!("{text} vrrp 77 {family} {address}\n");
        }
        std::fs::write(folder.join("vrrpd.conf"), text).unwrap();
        std::fs::write(folder.join("zebra.conf"), "").unwrap();
        // The daemons give up root for their own user.
        let status = Command::new("chown")
            .args(["-R", "frr:frr"])
            .arg(&folder)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "chown to frr");
        let zebra = daemon(host, &folder, "zebra");
        await_file(&folder.join("zserv.api"));
        let vrrpd = daemon(host, &folder, "vrrpd");
        await_file(&folder.join("vrrpd.vty"));
        Self {
            folder,
            zebra,
            vrrpd,
            ipv6: router.ipv6,
        }
    }

    /// As `show vrrp` names it.
    pub fn status(&self) -> String {
        let mut command = Command::new("vtysh");
        command.arg("--vty_socket").arg(&self.folder);
        let output = command.args(["-c", "show vrrp json"]).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let family = if self.ipv6 { "v6" } else { "v4" };
        let status = answer[0][family]["status"].as_str();
        status.unwrap_or_default().to_owned()
    }

    pub fn await_status(&self, wanted: &str) {
        let deadline = Instant::now() + super::PATIENCE;
        while self.status() != wanted {
            assert!(
                Instant::now() < deadline,
                "frr is {}, not {wanted}\n{}",
                self.status(),
                std::fs::read_to_string(self.folder.join("vrrpd.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Frr {
    fn drop(&mut self) {
        for child in [&mut self.vrrpd, &mut self.zebra] {
            let pid = child.id().to_string();
            let _ = Command::new("kill").args(["-s", "TERM", &pid]).status();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn daemon(host: &Host, folder: &Path, name: &str) -> Child {
    let file = |kind: &str| folder.join(format!("{name}.{kind}"));
    host.namespace
        .command(Path::new(FOLDER).join(name))
        .arg("--config_file")
        .arg(file("conf"))
        .arg("--pid_file")
        .arg(file("pid"))
        .arg("--socket")
        .arg(folder.join("zserv.api"))
        .arg("--vty_socket")
        .arg(folder)
        // No port: only the socket in the folder.
        .args(["--vty_port", "0", "--log"])
        .arg(format!("file:{}", file("log").display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn await_file(path: &Path) {
    let deadline = Instant::now() + super::PATIENCE;
    while !path.exists() {
        assert!(
            Instant::now() < deadline,
            "{} does not come",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
