//! keepalived of Debian and this binary under keepalived's name, with the same command lines on
//! the same host.

// Each test binary uses its own part of this.
#![allow(dead_code)]

pub mod faults;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use testkit::segment::{Host, Segment};

pub const VIP: &str = "10.79.0.100";

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Keepalived,
    Tandemd,
}

pub struct Bench {
    pub host: Host,
    pub segment: Segment,
    pub folder: PathBuf,
}

/// Reason to leave the tests out on this machine.
pub fn unavailable() -> Option<String> {
    testkit::netns::unavailable().or_else(|| {
        let error = Command::new("keepalived").arg("-v").output().err()?;
        Some(format!(
            "needs keepalived from the package keepalived: {error}"
        ))
    })
}

/// Ends the test as skipped, with the reason, where it cannot run.
#[macro_export]
macro_rules! require_bench {
    () => {
        if let Some(reason) = dropin::unavailable() {
            eprintln!("skipped: {reason}");
            return;
        }
    };
}

impl Bench {
    pub fn new(label: &str) -> Self {
        let segment = Segment::new();
        let host = segment.host("k", &["10.79.0.5/24"]);
        let folder = std::env::temp_dir().join(format!("tdm-{label}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tandemd"), folder.join("keepalived"))
            .unwrap();
        Self {
            host,
            segment,
            folder,
        }
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn program(&self, who: Who) -> PathBuf {
        match who {
            Who::Keepalived => "/usr/sbin/keepalived".into(),
            Who::Tandemd => self.folder.join("keepalived"),
        }
    }

    /// A command on the host; its dumps go into the folder.
    pub fn command(&self, who: Who, line: &str) -> Command {
        let mut command = self.host.namespace.command(self.program(who));
        command
            .args(line.split_whitespace())
            .current_dir(&self.folder)
            .env("TMPDIR", &self.folder);
        command
    }

    pub fn run(&self, who: Who, line: &str) -> Output {
        self.command(who, line).output().unwrap()
    }

    pub fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }

    pub fn pid(&self, name: &str) -> Option<u32> {
        self.read(name)?.trim().parse().ok()
    }

    /// Ends what a pid file of this test names.
    pub fn end(&self, file: &str) {
        if let Some(pid) = self.pid(file) {
            signal(pid, "KILL");
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for file in ["main.pid", "vrrp.pid"] {
            self.end(file);
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An instance with one address; `more` goes into it.
pub fn instance(more: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 79\n state MASTER\n priority 255\n virtual_ipaddress {{\n  {VIP}/24\n }}\n{more}}}\n"
    )
}

pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .output();
}

pub fn lives(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Waits until something holds, for at most 15 seconds.
pub fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "not in time: {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
