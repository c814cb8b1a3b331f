//! Debian's keepalived in a namespace, as the other half of a pair.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testkit::segment::Host;

pub struct Keepalived {
    child: Child,
    folder: PathBuf,
}

/// Prints why when it cannot run.
pub fn missing() -> bool {
    let found = Command::new("keepalived").arg("-v").output().is_ok();
    if !found {
        eprintln!("skipped: needs keepalived from the package keepalived");
    }
    !found
}

impl Keepalived {
    pub fn start(host: &Host, text: &str) -> Self {
        let name = format!("tandem-{}-{}", std::process::id(), host.namespace.name());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("keepalived.conf");
        std::fs::write(&file, text).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = host
            .namespace
            .command("keepalived")
            .args(["--dont-fork", "--log-console", "--log-detail", "--vrrp"])
            .arg("--use-file")
            .arg(&file)
            .arg("--pid")
            .arg(folder.join("pid"))
            .arg("--vrrp_pid")
            .arg(folder.join("vrrp.pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        Self { child, folder }
    }

    /// Given a processor as readily as ours, so that a busy machine does not look like an outage.
    pub fn start_in_real_time(host: &Host, text: &str) -> Self {
        // Its own limit would have the kernel kill it.
        let realtime = "global_defs {\n  vrrp_rt_priority 10\n  vrrp_rlimit_rttime 10000000\n";
        Self::start(host, &text.replacen("global_defs {\n", realtime, 1))
    }

    /// What it said so far, for a failure's report.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub fn await_line(&self, part: &str) {
        let deadline = Instant::now() + super::PATIENCE;
        while !self.log().contains(part) {
            assert!(Instant::now() < deadline, "no '{part}' in\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGTERM, and waits until it is gone.
    pub fn stop(mut self) {
        self.signal("TERM", false);
        let _ = self.child.wait();
    }

    /// SIGKILL to parent and child at once: its addresses stay on the host.
    pub fn kill(mut self) {
        self.signal("KILL", true);
        let _ = self.child.wait();
    }

    fn signal(&self, name: &str, whole_group: bool) {
        let target = if whole_group {
            format!("-{}", self.child.id())
        } else {
            self.child.id().to_string()
        };
        let _ = Command::new("kill")
            .args(["-s", name, "--", &target])
            .status();
    }
}

impl Drop for Keepalived {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("KILL", true);
            let _ = self.child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
