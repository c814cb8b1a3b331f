//! Cleans up after a run that was killed: a process that only waits for the run's end.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{BenchError, While as _};

/// Hidden subcommand of this program.
pub const COMMAND: &str = "janitor";
const NAMESPACES: &str = "/run/netns";

/// Where a run keeps its files.
pub fn folder_of(run: u32) -> PathBuf {
    std::env::temp_dir().join(format!("tandem-bench-{run}"))
}

/// The janitor of this process. The pipe to it breaks when this process ends, however it ends.
#[derive(Debug)]
pub struct Janitor {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Janitor {
    pub fn hire() -> Result<Self, BenchError> {
        let program = std::env::current_exe().during("finding this program")?;
        let mut command = Command::new(program);
        command.arg(COMMAND).arg(std::process::id().to_string());
        // In a group of its own: Ctrl-C is for the run, not for who cleans up after it.
        command.stdin(Stdio::piped()).process_group(0);
        let mut child = command.spawn().during("starting the janitor")?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.child.wait();
    }
}

/// The janitor's work: waits for the end of the run, then removes all that bears its number.
pub fn clean_after(run: u32) {
    let mut ignored = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut ignored);
    let end = Instant::now() + Duration::from_secs(10);
    let mut left = namespaces_of(run);
    for name in &left {
        // What runs inside may start something anew; what has no namespace left cannot.
        while end_processes(name) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    left.retain(|name| !delete(name));
    for name in left {
        eprintln!("failover-bench: the namespace {name} could not be removed");
    }
    let _ = std::fs::remove_dir_all(folder_of(run));
}

fn namespaces_of(run: u32) -> Vec<String> {
    let prefix = format!("{}{run}-", testkit::netns::PREFIX);
    let Ok(entries) = std::fs::read_dir(Path::new(NAMESPACES)) else {
        return Vec::new();
    };
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(&prefix)).collect()
}

/// Kills what runs in a namespace; whether there was anything.
fn end_processes(namespace: &str) -> bool {
    let output = Command::new("ip")
        .args(["netns", "pids", namespace])
        .output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let pids: Vec<_> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    for pid in pids
        .iter()
        .filter_map(|pid| rustix::process::Pid::from_raw(*pid))
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    !pids.is_empty()
}

fn delete(namespace: &str) -> bool {
    let status = Command::new("ip")
        .args(["netns", "del", namespace])
        .status();
    status.is_ok_and(|status| status.success())
}
