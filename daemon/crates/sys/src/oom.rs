//! How soon a process goes when memory runs out: proc(5), `oom_score_adj`.

use std::io;

use rustix::fs::{Mode, OFlags, SeekFrom, open, seek};

/// `-1000` (never) to `1000` (first).
pub fn set_score(score: i32) -> io::Result<()> {
    std::fs::write("/proc/self/oom_score_adj", score.to_string())
}

/// Raises the score of this process to `least`, and never lowers it: that needs no right. System
/// calls alone, for the child between fork and exec.
pub(crate) fn raise_score(least: Score) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC;
    let file = open(c"/proc/self/oom_score_adj", flags, Mode::empty())?;
    let mut text = [0; 8];
    let read = rustix::io::read(&file, &mut text)?;
    if number(&text[..read]) < least.number {
        seek(&file, SeekFrom::Start(0))?;
        rustix::io::write(&file, &least.text[..least.length])?;
    }
    Ok(())
}

/// A score with its text, written before the fork.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    number: i32,
    text: [u8; 12],
    length: usize,
}

impl Score {
    pub(crate) fn new(number: i32) -> Self {
        let written = number.to_string();
        let mut text = [0; 12];
        text[..written.len()].copy_from_slice(written.as_bytes());
        let length = written.len();
        Self {
            number,
            text,
            length,
        }
    }
}

fn number(text: &[u8]) -> i32 {
    let text = text.trim_ascii_end();
    let (sign, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let digits = digits.iter().map(|digit| i32::from(digit & 15));
    sign * digits.fold(0, |number, digit| number * 10 + digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Exit, Spawn, spawn};
    use std::ffi::{OsStr, OsString};

    /// Whether a child that is raised to `least` finds this score.
    fn child_has(least: Option<i32>, score: i32) -> bool {
        let script = format!("read -r score </proc/self/oom_score_adj; [ \"$score\" = {score} ]");
        let args: [OsString; 2] = ["-c".into(), script.into()];
        let child = spawn(&Spawn {
            program: OsStr::new("/bin/sh"),
            name: None,
            args: &args,
            env: &[],
            identity: None,
            channel: None,
            death_signal: None,
            silent: true,
            own_group: false,
            least_oom_score: least,
        });
        child.unwrap().wait().unwrap() == Exit::Code(0)
    }

    #[test]
    fn a_child_is_raised_to_its_least_score_and_never_lowered() {
        let text = std::fs::read("/proc/self/oom_score_adj").unwrap();
        let own = number(&text);
        assert!((-1000..=1000).contains(&own), "{own}");
        let (below, above) = ((own - 7).max(-1000), (own + 7).min(1000));
        assert!(child_has(None, own));
        assert!(child_has(Some(below), own));
        assert!(child_has(Some(above), above));
        // This process stays as it was.
        assert_eq!(std::fs::read("/proc/self/oom_score_adj").unwrap(), text);
    }

    #[test]
    fn scores_are_read_as_the_kernel_writes_them() {
        for (text, score) in [("-1000\n", -1000), ("0\n", 0), ("300\n", 300)] {
            assert_eq!(number(text.as_bytes()), score);
        }
    }
}
