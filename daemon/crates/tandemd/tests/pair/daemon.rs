//! The binary under test on one host.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::Mutex;

use serde_json::Value;
use testkit::segment::Host;

use super::{Pair, wait};

pub const BINARY: &str = env!("CARGO_BIN_EXE_tandemd");

pub struct Daemon {
    child: Mutex<std::process::Child>,
    pub pid: u32,
    pub run_dir: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// Starts it; the caller waits for what it needs.
    pub fn start(
        pair: &Pair,
        host: &Host,
        haproxy: Option<&Path>,
        keepalived: Option<&Path>,
    ) -> Self {
        Self::start_file(Path::new(BINARY), pair, host, haproxy, keepalived)
    }

    /// The same of another copy of the binary.
    pub fn start_file(
        binary: &Path,
        pair: &Pair,
        host: &Host,
        haproxy: Option<&Path>,
        keepalived: Option<&Path>,
    ) -> Self {
        let run_dir = pair.directory.join(format!("run-{}", host.name));
        let log = pair.directory.join(format!("log-{}", host.name));
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = host.namespace.command(binary);
        command
            .args(["run", "--foreground", "--run-dir"])
            .arg(&run_dir);
        for (name, path) in [("--haproxy", haproxy), ("--keepalived", keepalived)] {
            if let Some(path) = path {
                command.arg(name).arg(path);
            }
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        let child = command.spawn().unwrap();
        let pid = child.id();
        Self {
            child: Mutex::new(child),
            pid,
            run_dir,
            log,
        }
    }

    pub fn wait_ready(&self) {
        wait("the daemon is ready", || {
            assert!(self.is_running(), "it ended: {}", self.log());
            self.log().contains("tandemd: ready")
        });
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub fn is_running(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_none()
    }

    pub fn status(&self) -> Value {
        let output = self.tell(["status", "--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command of the binary against this daemon.
    pub fn tell<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Output {
        let mut command = Command::new(BINARY);
        command.args(words).arg("--run-dir").arg(&self.run_dir);
        command.output().unwrap()
    }

    pub fn worker(&self, name: &str) -> u32 {
        self.find_worker(name)
            .unwrap_or_else(|| panic!("no {name} process: {}", self.log()))
    }

    pub fn find_worker(&self, name: &str) -> Option<u32> {
        let status = self.status();
        let processes = status["processes"].as_array()?;
        let process = processes.iter().find(|process| process["name"] == name)?;
        u32::try_from(process["pid"].as_u64()?).ok()
    }

    pub fn restarts(&self, name: &str) -> u64 {
        let status = self.status();
        let processes = status["processes"].as_array().unwrap();
        let process = processes.iter().find(|process| process["name"] == name);
        process.map_or(0, |process| process["restarts"].as_u64().unwrap())
    }

    pub fn signal(&self, signal: &str) {
        signal_process(self.pid, signal);
    }

    /// Waits for the end of the process.
    pub fn wait_end(&self) -> ExitStatus {
        let mut status = None;
        wait("the daemon ends", || {
            status = self.child.lock().unwrap().try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        if let Ok(None) = child.try_wait() {
            // Its workers end with it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn signal_process(pid: u32, signal: &str) {
    let status = Command::new("kill")
        .args([&format!("-{signal}"), &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -{signal} {pid}");
}

/// Processes in a host's namespace.
pub fn processes_on(host: &Host) -> Vec<u32> {
    let output = Command::new("ip")
        .args(["netns", "pids", host.namespace.name()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}
