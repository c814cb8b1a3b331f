//! Processes of one kind: found in /proc, and followed by a descriptor each, so that an end is
//! known at once. Needs no right and no process events of the kernel, which containers lack.

use std::fs;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use ipc::watch::{Parameters, ProcessSpec};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::standing::Standing;

/// Between two looks through /proc: while processes are missing, while too many would matter, and
/// otherwise.
const SOON: Duration = Duration::from_millis(100);
const NOW_AND_THEN: Duration = Duration::from_millis(500);
const RARELY: Duration = Duration::from_secs(5);
/// The kernel cuts a program's name to this length.
const NAME: usize = 15;

#[derive(Debug)]
pub struct Processes {
    pub spec: ProcessSpec,
    members: Vec<(u32, OwnedFd)>,
    next_scan: Option<Instant>,
    standing: Standing,
    /// What was said last.
    pub told: Option<bool>,
}

impl Processes {
    pub fn new(spec: ProcessSpec) -> Self {
        Self {
            spec,
            members: Vec::new(),
            next_scan: None,
            standing: Standing::default(),
            told: None,
        }
    }

    pub fn pidfds(&self) -> impl Iterator<Item = &OwnedFd> {
        self.members.iter().map(|(_, pidfd)| pidfd)
    }

    pub fn due(&self) -> Option<Instant> {
        self.next_scan
            .into_iter()
            .chain(self.standing.change_at)
            .min()
    }

    /// Whether there are as many as there should be, if that was not said yet.
    pub fn look(&mut self, now: Instant) -> Option<bool> {
        let spec = &self.spec;
        // An ended one is still in the table until its parent takes note.
        self.members.retain(|(pid, _)| matches(spec, *pid));
        if self.next_scan.is_none_or(|at| now >= at) {
            self.scan();
            let pause = match (self.is_enough(), self.spec.quorum_max) {
                (false, _) => SOON,
                (true, Some(_)) => NOW_AND_THEN,
                (true, None) => RARELY,
            };
            self.next_scan = Some(now + pause);
        } else if !self.is_enough() {
            let soon = now + SOON;
            self.next_scan = self.next_scan.map(|at| at.min(soon));
        }
        let delay = Duration::from_micros;
        let (down, up) = (self.spec.terminate_delay_us, self.spec.fork_delay_us);
        let enough = self.is_enough();
        let well = self.standing.observe(enough, now, delay(down), delay(up));
        (self.told.replace(well) != Some(well)).then_some(well)
    }

    fn scan(&mut self) {
        let mut found = Vec::new();
        for pid in pids().filter(|pid| matches(&self.spec, *pid)) {
            if let Some(at) = self.members.iter().position(|(known, _)| *known == pid) {
                found.push(self.members.swap_remove(at));
            } else if let Some(raw) = Pid::from_raw(pid.cast_signed())
                && let Ok(pidfd) = pidfd_open(raw, PidfdFlags::empty())
            {
                found.push((pid, pidfd));
            }
        }
        self.members = found;
    }

    fn is_enough(&self) -> bool {
        let count = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        let most = self.spec.quorum_max.unwrap_or(u32::MAX);
        // `quorum_max 0`: well while there is none.
        (self.spec.quorum.min(most)..=most).contains(&count)
    }
}

fn matches(spec: &ProcessSpec, pid: u32) -> bool {
    let Some((name, state)) = stat(pid) else {
        return false;
    };
    let wanted = spec.argv.first().map_or("", String::as_str);
    let by_path = spec.full_command || wanted.contains('/');
    let cut = wanted.get(..NAME).unwrap_or(wanted);
    if matches!(state, 'Z' | 'X') || (!by_path && name != cut) {
        return false;
    }
    if !by_path && spec.parameters == Parameters::Any {
        return true;
    }
    let words = command_line(pid);
    let Some((program, given)) = words.split_first() else {
        // A thread of the kernel has none.
        return false;
    };
    let wanted_parameters = spec.argv.get(1..).unwrap_or_default();
    (!by_path || program == wanted) && agree(spec.parameters, wanted_parameters, given)
}

fn agree(how: Parameters, wanted: &[String], given: &[String]) -> bool {
    match (how, wanted.split_last()) {
        (Parameters::Any, _) => true,
        (Parameters::Exact, _) | (_, None) => given == wanted,
        (Parameters::Partial, _) => given.starts_with(wanted),
        (Parameters::Initial, Some((last, first))) => {
            given.len() == wanted.len()
                && given.starts_with(first)
                && given[first.len()].starts_with(last.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_agree_as_param_match_says() {
        let words =
            |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        let cases = [
            (Parameters::Any, "-c", "x y", true),
            (Parameters::Exact, "-c file", "-c file", true),
            (Parameters::Exact, "-c", "-c file", false),
            (Parameters::Exact, "", "-c", false),
            (Parameters::Partial, "-c", "-c file", true),
            (Parameters::Partial, "-c fi", "-c file", false),
            (Parameters::Initial, "-c fi", "-c file", true),
            (Parameters::Initial, "-c fi", "-c file more", false),
            (Parameters::Initial, "-x fi", "-c file", false),
            (Parameters::Initial, "", "-c", false),
            (Parameters::Partial, "", "", true),
        ];
        for (how, wanted, given, expected) in cases {
            let agreed = agree(how, &words(wanted), &words(given));
            assert_eq!(agreed, expected, "{how:?} {wanted:?} {given:?}");
        }
    }
}
