//! Debian's keepalived on a host, for what it does beside ours.

use std::path::Path;
use std::process::{Child, Stdio};

use testkit::segment::Host;

use super::daemon::signal_process;

pub struct Keepalived(Child);

impl Keepalived {
    pub fn start(host: &Host, file: &Path) -> Self {
        let folder = file.parent().unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut command = host.namespace.command("keepalived");
        command.args([
            "--dont-fork",
            "--log-console",
            "--log-detail",
            "--vrrp",
            "--use-file",
        ]);
        command.arg(file).arg("--pid").arg(folder.join("pid"));
        command.arg("--vrrp_pid").arg(folder.join("vrrp.pid"));
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        Self(command.spawn().unwrap())
    }

    pub fn signal(&self, name: &str) {
        signal_process(self.0.id(), name);
    }

    pub fn stop(mut self) {
        self.signal("TERM");
        self.0.wait().unwrap();
    }
}

impl Drop for Keepalived {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.signal("TERM");
            let _ = self.0.wait();
        }
    }
}
