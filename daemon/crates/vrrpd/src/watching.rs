//! Files and processes that instances track (keepalived.conf(5), `track_file` and
//! `vrrp_track_process`).

use std::fs;
use std::io;

use vrrp::Micros;
use vrrp::tracking::Health;

use crate::plan::{FilePlan, ProcessPlan};
use crate::running::LinkState;

/// A whole look through /proc while enough processes are known, and while they are not.
const RARELY: Micros = 5_000_000;
const OFTEN: Micros = 250_000;
/// The kernel cuts a program's name to this length.
const NAME: usize = 15;

/// A file with a number in it.
#[derive(Debug)]
pub struct WatchedFile {
    plan: FilePlan,
    pub health: Health,
}

impl WatchedFile {
    /// Makes the file where the configuration says so.
    pub fn new(plan: FilePlan) -> io::Result<Self> {
        if let Some(value) = plan.init
            && (plan.overwrite || !fs::exists(&plan.path)?)
        {
            fs::write(&plan.path, format!("{value}\n"))?;
        }
        let mut file = Self {
            plan,
            health: Health::Unknown,
        };
        file.look();
        Ok(file)
    }

    pub fn look(&mut self) {
        self.health = match fs::read_to_string(&self.plan.path) {
            Ok(text) if text.trim().is_empty() => Health::Value(0),
            Ok(text) => text.trim().parse().map_or(Health::Unusable, Health::Value),
            // No file says nothing against the instance.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Health::Value(0),
            Err(_) => Health::Unusable,
        };
    }
}

/// Processes of one kind.
#[derive(Debug)]
pub struct WatchedProcess {
    plan: ProcessPlan,
    members: Vec<u32>,
    next_scan: Micros,
    standing: LinkState,
    pub health: Health,
}

impl WatchedProcess {
    pub fn new(plan: ProcessPlan, now: Micros) -> Self {
        let mut process = Self {
            plan,
            members: Vec::new(),
            next_scan: now,
            standing: LinkState::default(),
            health: Health::Unknown,
        };
        process.look(now);
        process
    }

    /// Looks after the processes that are known, and for others now and then.
    pub fn look(&mut self, now: Micros) {
        let plan = &self.plan;
        let before = self.members.len();
        self.members.retain(|pid| plan.matches(*pid));
        if now >= self.next_scan || self.members.len() < before {
            self.members = pids().filter(|pid| plan.matches(*pid)).collect();
            self.next_scan = now + if self.enough() { RARELY } else { OFTEN };
        }
        let (down, up) = (self.plan.terminate_delay, self.plan.fork_delay);
        let well = self.standing.observe(self.enough(), now, down, up);
        self.health = if well { Health::Up } else { Health::Down };
    }

    fn enough(&self) -> bool {
        let count = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        let most = self.plan.quorum_max.unwrap_or(u32::MAX);
        (self.plan.quorum..=most).contains(&count)
    }
}

impl ProcessPlan {
    fn matches(&self, pid: u32) -> bool {
        let Some((name, state)) = stat(pid) else {
            return false;
        };
        if matches!(state, 'Z' | 'X') {
            return false;
        }
        let wanted = self.argv.first().map_or("", String::as_str);
        let by_path = self.full_command || wanted.contains('/');
        let cut = wanted.get(..NAME).unwrap_or(wanted);
        if !by_path && name != cut {
            return false;
        }
        if !by_path && self.argv.len() == 1 {
            return true;
        }
        let words = command_line(pid);
        let program = words.first().map_or("", String::as_str);
        (!by_path || program == wanted) && self.parameters_match(words.get(1..).unwrap_or(&[]))
    }

    fn parameters_match(&self, given: &[String]) -> bool {
        let wanted = self.argv.get(1..).unwrap_or(&[]);
        if wanted.is_empty() && !self.full_command {
            return true;
        }
        if self.initial {
            given.starts_with(wanted)
        } else {
            given == wanted
        }
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Name and state, from `/proc/PID/stat` (proc_pid_stat(5)): the name is in brackets and may
/// have some itself.
fn stat(pid: u32) -> Option<(String, char)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.split_once('(')?;
    let (name, rest) = rest.rsplit_once(") ")?;
    Some((name.to_owned(), rest.chars().next()?))
}

fn command_line(pid: u32) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = bytes.split(|byte| *byte == 0);
    let mut words: Vec<String> = words
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    // Every word is ended by a zero, the last one too.
    words.pop();
    words
}
