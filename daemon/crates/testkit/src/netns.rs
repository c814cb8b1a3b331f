//! Network namespaces with a process's name on them. Needs root and ip(8).

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// How the name of every namespace begins; the number of the process that made it follows.
pub const PREFIX: &str = "tdm";
const FOLDER: &str = "/run/netns";

static COUNTER: AtomicU32 = AtomicU32::new(0);
static SWEEP: Once = Once::new();

/// Whether namespaces can be made; the reason when not, for a test to print as it is skipped.
pub fn unavailable() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("needs root to make network namespaces".to_owned());
    }
    match Command::new("ip").arg("-V").output() {
        Ok(_) => None,
        Err(error) => Some(format!("needs ip from the package iproute2: {error}")),
    }
}

/// A network namespace, removed when dropped.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// A fresh namespace with its loopback up.
    ///
    /// # Panics
    /// When the kernel or ip(8) refuses: a test without its network has nothing to say.
    pub fn new(label: &str) -> Self {
        SWEEP.call_once(sweep);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{label}", std::process::id());
        ip(&["netns", "add", &name]);
        let namespace = Self { name };
        namespace.ip(&["link", "set", "lo", "up"]);
        // No duplicate address detection: interfaces made by tests have no duplicates to find.
        namespace.sysctl("net.ipv6.conf.default.accept_dad", "0");
        namespace.sysctl("net.ipv6.conf.all.accept_dad", "0");
        namespace
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// `ip ARGS` inside.
    pub fn ip(&self, arguments: &[&str]) -> String {
        let mut all = vec!["-n", self.name.as_str()];
        all.extend(arguments);
        ip(&all)
    }

    pub fn sysctl(&self, key: &str, value: &str) {
        let setting = format!("{key}={value}");
        checked(self.command("sysctl").args(["-q", "-w", &setting]));
    }

    /// A command that runs inside; it keeps its process id through the change.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.name])
            .arg(program.as_ref());
        command
    }

    /// Runs `body` on a thread of its own inside: sockets that it opens stay in the namespace.
    pub fn enter<T: Send>(&self, body: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let inside = scope.spawn(move || Self::inside(&self.name, body));
            match inside.join() {
                Ok(value) => value,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Runs `body` inside on this thread, which never leaves again.
    ///
    /// # Panics
    /// When there is no namespace of this name.
    pub fn inside<T>(name: &str, body: impl FnOnce() -> T) -> T {
        let path = format!("{FOLDER}/{name}");
        let file = File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
            .unwrap_or_else(|error| panic!("entering {path}: {error}"));
        body()
    }

    /// A further interface, down; it has a carrier as soon as it is set up.
    pub fn add_link(&self, name: &str) {
        let other = format!("{name}-peer");
        self.ip(&["link", "add", name, "type", "veth", "peer", "name", &other]);
        self.ip(&["link", "set", &other, "up"]);
    }

    /// The addresses on an interface as `ADDR/LEN`.
    pub fn addresses(&self, interface: &str) -> Vec<String> {
        let text = self.ip(&["-o", "addr", "show", "dev", interface]);
        text.lines()
            .filter_map(|line| {
                let mut words = line
                    .split_whitespace()
                    .skip_while(|word| !word.starts_with("inet"));
                words.nth(1).map(str::to_owned)
            })
            .collect()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "del", &self.name])
            .output();
    }
}

/// Removes what killed test processes left behind.
fn sweep() {
    let Ok(entries) = std::fs::read_dir(FOLDER) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next());
        let Some(Ok(pid)) = pid.map(str::parse::<u32>) else {
            continue;
        };
        if !Path::new(&format!("/proc/{pid}")).exists() {
            let _ = Command::new("ip").args(["netns", "del", &name]).output();
        }
    }
}

/// `ip ARGS` outside any namespace of ours; its standard output.
pub fn ip(arguments: &[&str]) -> String {
    let output = checked(Command::new("ip").args(arguments));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn checked(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
