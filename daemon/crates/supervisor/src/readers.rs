//! Programs that read notify FIFOs (keepalived.conf(5), `notify_fifo_script`): started with the
//! FIFO's path as last argument, started anew by every reload, ended with the daemon.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode};
use sys::epoll::Epoll;
use sys::process::Exit;

use crate::command::{Command, Running, Starter, end_if_late, finish};

/// Tokens of ends of readers begin here.
pub const FIRST_TOKEN: u64 = 4 << 32;
/// For those that end by themselves when nobody writes any more.
const LAST_LINES: Duration = Duration::from_millis(500);
/// A reader that fails is started again after so long, and twice as long after each failure.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// One that lived for so long has not failed at once.
const GOOD_LIFE: Duration = Duration::from_secs(10);
/// For as long as a reader is wanted.
const FOREVER: Duration = Duration::from_hours(24 * 365 * 100);

/// A FIFO and the program that reads it; the path is not among its arguments yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub path: String,
    pub command: Command,
}

#[derive(Debug)]
struct Reader {
    wanted: Wanted,
    running: Option<(Running, Instant)>,
    /// When it is to be started.
    due: Option<Instant>,
    pause: Duration,
}

#[derive(Debug, Default)]
pub struct Readers {
    list: Vec<Reader>,
    /// Asked to end, by FIFO: the next one waits for that, so that no line is read by two.
    leaving: Vec<(String, Running)>,
    /// FIFOs made here, to be removed again.
    made: BTreeSet<String>,
    next_token: u64,
}

impl Readers {
    /// Takes up a configuration: every reader of before ends, every one of now starts.
    pub fn set(&mut self, wanted: Vec<Wanted>, now: Instant) {
        self.dismiss(now);
        self.list = wanted
            .into_iter()
            .map(|wanted| Reader {
                wanted,
                running: None,
                due: Some(now),
                pause: PAUSE,
            })
            .collect();
        self.tidy();
    }

    /// Removes FIFOs that were made here and have no reader in the running configuration.
    pub fn tidy(&mut self) {
        let list = &self.list;
        self.made.retain(|path| {
            let kept = list.iter().any(|reader| reader.wanted.path == *path);
            if !kept {
                // Whoever removed it before has done this already.
                let _ = fs::remove_file(path);
            }
            kept
        });
    }

    /// Makes the FIFOs that are not there, before the VRRP process looks for them. It writes as
    /// a member of the group.
    pub fn make_fifos(&mut self, wanted: &[Wanted], starter: &Starter<'_>) -> Vec<String> {
        let mut warnings = Vec::new();
        for Wanted { path, command } in wanted {
            if let Ok(found) = fs::metadata(path) {
                if !found.file_type().is_fifo() {
                    warnings.push(format!(
                        "notify_fifo {path}: is there already and is no FIFO"
                    ));
                }
                continue;
            }
            let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP;
            let made = rustix::fs::mknodat(CWD, path, FileType::Fifo, mode, 0)
                .map_err(std::io::Error::from)
                // The umask takes away what the mode gives.
                .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o660)))
                .and_then(|()| match starter.identity(command) {
                    Ok(Some(identity)) => chown(path, Some(identity.uid), None),
                    // Starting it says what is wrong with the user.
                    Ok(None) | Err(_) => Ok(()),
                });
            match made {
                Ok(()) => {
                    self.made.insert(path.clone());
                }
                Err(error) => warnings.push(format!("notify_fifo {path}: {error}")),
            }
        }
        warnings
    }

    pub fn deadline(&self) -> Option<Instant> {
        let leaving = self.leaving.iter().map(|(_, running)| running.deadline);
        let free = self.list.iter().filter(|it| !self.is_left(&it.wanted.path));
        leaving.chain(free.filter_map(|reader| reader.due)).min()
    }

    /// Starts what is due, ends what was asked to end and does not.
    pub fn advance(&mut self, now: Instant, starter: &Starter<'_>) -> Vec<String> {
        for (_, running) in &mut self.leaving {
            end_if_late(running, now);
        }
        let mut warnings = Vec::new();
        let (leaving, next_token) = (&self.leaving, &mut self.next_token);
        for reader in &mut self.list {
            let path = &reader.wanted.path;
            let left = leaving.iter().any(|(leaving, _)| leaving == path);
            if left || reader.due.is_none_or(|at| now < at) {
                continue;
            }
            reader.due = None;
            *next_token += 1;
            let token = FIRST_TOKEN + *next_token % (1 << 31);
            let mut command = reader.wanted.command.clone();
            command.argv.push(path.clone());
            match starter.start(&command, token, now + FOREVER) {
                Ok(running) => reader.running = Some((running, now)),
                Err(reason) => warnings.push(format!(
                    "the reader of notify_fifo {path} cannot be run: {reason}; lines wait in the \
                     FIFO as far as it holds them"
                )),
            }
        }
        warnings
    }

    /// A reader's pidfd became readable.
    pub fn ended(&mut self, token: u64, now: Instant, epoll: &Epoll) -> Option<String> {
        if let Some(at) = self.leaving.iter().position(|(_, it)| it.token == token) {
            finish(&self.leaving.swap_remove(at).1, epoll);
            return None;
        }
        let of = |reader: &&mut Reader| {
            let running = reader.running.as_ref();
            running.is_some_and(|(running, _)| running.token == token)
        };
        let reader = self.list.iter_mut().find(of)?;
        let (running, since) = reader.running.take()?;
        let path = &reader.wanted.path;
        let how = match finish(&running, epoll) {
            // What went into the background by itself, or had read enough, meant to end.
            Some(Exit::Code(0)) => {
                return Some(format!(
                    "the reader of notify_fifo {path} ended; a reload starts it again"
                ));
            }
            Some(Exit::Code(code)) => format!("ended with status {code}"),
            Some(Exit::Signal(signal)) => format!("was ended by signal {signal}"),
            None => "is gone".to_owned(),
        };
        if now.saturating_duration_since(since) >= GOOD_LIFE {
            reader.pause = PAUSE;
        }
        reader.due = Some(now + reader.pause);
        let again = reader.pause.as_secs();
        reader.pause = (reader.pause * 2).min(LONGEST_PAUSE);
        Some(format!(
            "the reader of notify_fifo {path} {how}; it is started again in {again} s"
        ))
    }

    /// The daemon ends: readers get a moment to take the last lines, then are asked to end.
    pub fn finish(&mut self, now: Instant) {
        for mut reader in std::mem::take(&mut self.list) {
            if let Some((mut running, _)) = reader.running.take() {
                running.deadline = now + LAST_LINES;
                self.leaving.push((reader.wanted.path, running));
            }
        }
    }

    pub fn is_leaving(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// Nobody writes any more.
    pub fn close(&mut self) {
        for (_, running) in self.leaving.drain(..) {
            running.kill();
        }
        for path in std::mem::take(&mut self.made) {
            let _ = fs::remove_file(path);
        }
    }

    fn dismiss(&mut self, now: Instant) {
        for mut reader in std::mem::take(&mut self.list) {
            if let Some((mut running, _)) = reader.running.take() {
                running.ask(now);
                self.leaving.push((reader.wanted.path, running));
            }
        }
    }

    fn is_left(&self, path: &str) -> bool {
        self.leaving.iter().any(|(leaving, _)| leaving == path)
    }
}
