//! The other side of a succession: what the program before this one, in the same process, left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{OwnedFd, RawFd};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::succession::{RETURNED, STATE, State, environment};

/// What the program before this one left, if there was one in this process.
pub(super) fn found() -> Option<Result<Found, String>> {
    let number = std::env::var(STATE).ok()?;
    Some(read(&number).map_err(|error| format!("what the program before left: {error}")))
}

pub(super) struct Found {
    pub state: State,
    memory: RawFd,
    taken: HashMap<RawFd, OwnedFd>,
}

fn read(number: &str) -> io::Result<Found> {
    let memory: RawFd = number.parse().map_err(io::Error::other)?;
    // Of its own, so that whoever reads it again finds the beginning.
    let mut text = Vec::new();
    File::open(format!("/proc/self/fd/{memory}"))?.read_to_end(&mut text)?;
    Ok(Found {
        state: serde_json::from_slice(&text)?,
        memory,
        taken: HashMap::new(),
    })
}

impl Found {
    /// From here on the descriptors are this program's.
    pub fn take_all(&mut self) -> io::Result<()> {
        let state = &self.state;
        let workers = state.workers.iter();
        let of_workers = workers
            .flat_map(|it| [Some(it.channel), it.pulse])
            .flatten();
        let listeners = state.listeners.iter().map(|(_, fd)| *fd);
        let mut numbers = vec![state.lock, state.control, state.before];
        numbers.extend(state.client);
        numbers.extend(listeners.chain(of_workers));
        for number in numbers {
            // Some listen for two sections.
            if let Entry::Vacant(room) = self.taken.entry(number) {
                room.insert(sys::replace::take_kept(number)?);
            }
        }
        drop(sys::replace::take_kept(self.memory)?);
        Ok(())
    }

    pub fn fd(&mut self, number: RawFd) -> io::Result<OwnedFd> {
        let taken = self.taken.remove(&number);
        taken.ok_or_else(|| io::Error::other(format!("descriptor {number} was not left")))
    }

    /// This program cannot go on: the one before does. Comes back only with why not.
    pub fn go_back(&self, reason: &str) -> String {
        if std::env::var_os(RETURNED).is_some() {
            return reason.to_owned();
        }
        let before = PathBuf::from(format!("/proc/self/fd/{}", self.state.before));
        let args = &self.state.args;
        let ours = [
            (OsString::from(STATE), self.memory.to_string().into()),
            (OsString::from(RETURNED), reason.into()),
        ];
        let error = sys::replace::program(&before, args, &environment(ours), &[]);
        format!("{reason}; and the program before: {error}")
    }
}

/// The answer to whoever asked for the upgrade.
pub(super) fn verdict(state: &State, version: &str) -> Value {
    match std::env::var(RETURNED) {
        Ok(reason) => json!({ "error": format!("the new program could not go on: {reason}") }),
        Err(_) => json!({ "upgraded": true, "from": state.before_version, "to": version }),
    }
}
