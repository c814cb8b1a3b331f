//! One engine running on one node, and the signals it gets.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use testkit::segment::Host;

use crate::error::{BenchError, While as _};
use crate::pair::Engine;

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Programs {
    pub tandemd: PathBuf,
    pub keepalived: PathBuf,
}

#[derive(Debug)]
pub struct Daemon {
    child: Child,
    /// Its own process and, being a leader, its process group.
    pid: Pid,
    log: PathBuf,
}

impl Daemon {
    /// Starts it with a configuration; `folder` is for its pid files, sockets and log.
    pub fn start(
        engine: Engine,
        programs: &Programs,
        host: &Host,
        configuration: &Path,
        folder: &Path,
    ) -> Result<Self, BenchError> {
        std::fs::create_dir_all(folder).during("making a folder")?;
        let log = folder.join("log");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .during("opening a log")?;
        let mut command = match engine {
            Engine::Keepalived => {
                let mut command = host.namespace.command(&programs.keepalived);
                command
                    .args(["--dont-fork", "--log-console", "--vrrp", "--use-file"])
                    .arg(configuration);
                command.arg("--pid").arg(folder.join("pid"));
                command.arg("--vrrp_pid").arg(folder.join("vrrp.pid"));
                command
            }
            Engine::Tandemd => {
                let mut command = host.namespace.command(&programs.tandemd);
                command
                    .args(["run", "--foreground", "--keepalived"])
                    .arg(configuration);
                command.arg("--run-dir").arg(folder.join("run"));
                command
            }
        };
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().during("opening a log")?)
            .stderr(file);
        let child = command
            .process_group(0)
            .spawn()
            .during("starting a daemon")?;
        let pid = Pid::from_child(&child);
        Ok(Self { child, pid, log })
    }

    pub fn signal(&self, signal: Signal) -> Result<(), BenchError> {
        kill_process(self.pid, signal).during("signalling the parent")
    }

    /// To every process at once: the kernel walks the group before any of them can react.
    pub fn signal_all(&self, signal: Signal) -> Result<(), BenchError> {
        let children = self.children()?;
        for child in &children {
            let group = rustix::process::getpgid(Some(*child)).during("looking at a child")?;
            if group != self.pid {
                return Err(BenchError::Panicked(format!(
                    "{child:?} left its parent's process group"
                )));
            }
        }
        kill_process_group(self.pid, signal).during("signalling the group")
    }

    /// The process that speaks VRRP.
    pub fn vrrp_child(&self) -> Result<Pid, BenchError> {
        let children = self.children()?;
        let speaks = |pid: &Pid| {
            let path = format!("/proc/{}/cmdline", pid.as_raw_nonzero());
            let line = std::fs::read(path).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            line.contains("vrrp-worker") || line.contains("keepalived")
        };
        let found = children.into_iter().find(speaks);
        found.ok_or_else(|| BenchError::Ended {
            what: "the VRRP process".to_owned(),
            log: self.log(),
        })
    }

    fn children(&self) -> Result<Vec<Pid>, BenchError> {
        let pid = self.pid.as_raw_nonzero();
        let path = format!("/proc/{pid}/task/{pid}/children");
        let text = std::fs::read_to_string(&path).during("looking for children")?;
        let pids = text
            .split_whitespace()
            .filter_map(|word| Pid::from_raw(word.parse().ok()?));
        Ok(pids.collect())
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    pub fn wait_end(&mut self, at_most: Duration) -> Result<(), BenchError> {
        let end = Instant::now() + at_most;
        while !self.has_ended() {
            if Instant::now() > end {
                return Err(BenchError::Timeout {
                    what: "a daemon ends".to_owned(),
                    after: at_most,
                });
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// The last lines that it said.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = self.child.wait();
    }
}
