//! This process becomes another program, and that one finds what this one had: its children and
//! their channels, the listening sockets, the lock, the client that waits for an answer. To systemd
//! and to the children it is the same process.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, RawFd};
use std::path::Path;
use std::time::Duration;

use ipc::message::{FarewellPacket, HeldAddress};
use ipc::watch::WatchList;
use ipc::{ListenerGrant, ScriptSpec, ServerOrders};
use rustix::fs::MemfdFlags;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Daemon;
use crate::configuration::Texts;
use crate::service::Word;
use crate::worker::{Kind, Rank, Worker};

/// Where the next program finds the number of the descriptor with the [`State`].
pub(super) const STATE: &str = "TANDEM_SUCCESSION";
/// Set for the program before when the next one could not go on: why.
pub(super) const RETURNED: &str = "TANDEM_RETURNED";

/// How long a process may take to hear what was said to it.
const DRAIN: Duration = Duration::from_secs(1);

/// All that a program needs to go on. Numbers of descriptors are those of this process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub form: u32,
    /// The program that leaves this, whatever became of its file: whoever cannot go on becomes it
    /// again.
    pub before: RawFd,
    /// Its command line.
    pub args: Vec<OsString>,
    pub before_version: String,
    pub generation: u64,
    pub attempt: u64,
    pub started_at: u64,
    pub loaded_at: u64,
    pub letters: u64,
    pub next_poll: u64,
    pub handed_over: bool,
    /// Somebody asked for a reload meanwhile.
    pub reload: bool,
    pub orders: Vec<ServerOrders>,
    pub amendments: Value,
    pub last_reload: Value,
    pub counted: Value,
    pub service: Option<Word>,
    pub haproxy: Option<Texts>,
    pub keepalived: Option<Texts>,
    pub certificates: Vec<String>,
    pub scripts: Vec<ScriptSpec>,
    pub watched: WatchList,
    pub lock: RawFd,
    pub control: RawFd,
    pub client: Option<RawFd>,
    pub listeners: Vec<(ListenerGrant, RawFd)>,
    pub workers: Vec<WorkerState>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WorkerState {
    pub kind: Kind,
    /// It only ends what it began.
    pub leaves: bool,
    pub pid: u32,
    pub channel: RawFd,
    /// The beginning of a message.
    pub unread: Vec<u8>,
    pub pulse: Option<RawFd>,
    pub restarts: u32,
    pub ready: Option<u64>,
    pub held: Vec<HeldAddress>,
    pub undo: Vec<Vec<u8>>,
    pub farewell: Vec<FarewellPacket>,
}

impl Daemon {
    /// Comes back only when it cannot be done.
    pub(super) fn become_program(&mut self) {
        let Some(program) = self.upgrade.as_ref().map(|upgrade| upgrade.program.clone()) else {
            return;
        };
        for slot in &mut self.slots {
            for worker in slot.worker.iter_mut().chain(&mut slot.leaver) {
                // What is not on its way by then was said to a process that hangs.
                let _ = worker.drain(DRAIN);
            }
        }
        let text = format!("becomes {}", program.display());
        self.journal.notice(&text);
        // Their next ones are started by the next program.
        self.readers.close();
        let error = match File::open("/proc/self/exe") {
            Ok(own) => {
                let (state, kept) = self.state(&own);
                replace(&program, &state, &kept)
            }
            Err(error) => error,
        };
        self.take_up_readers();
        self.fail_upgrade(&error.to_string());
    }

    fn state<'d>(&'d self, own: &'d File) -> (State, Kept<'d>) {
        let mut kept = Kept::default();
        let half = |files: &[_], attachments: &[_]| (files.to_vec(), attachments.to_vec());
        let haproxy = self.current.haproxy.as_ref();
        let keepalived = self.current.keepalived.as_ref();
        let client = self.upgrade.as_ref().and_then(|upgrade| upgrade.client);
        let client = client.and_then(|client| self.control.connection(client));
        let grants = self.listeners.grants();
        let open = grants.into_iter().zip(self.listeners.fds());
        let mut workers = Vec::new();
        for slot in &self.slots {
            let both = [(&slot.worker, Rank::Current), (&slot.leaver, Rank::Leaver)];
            for (worker, rank) in both {
                if let Some(worker) = worker {
                    workers.push(kept.worker((slot.kind, rank), worker, slot.restarts));
                }
            }
        }
        let state = State {
            form: super::FORM,
            before: kept.keep(own.as_fd()),
            args: std::env::args_os().collect(),
            before_version: format!("{} ({})", self.options.version, self.options.commit),
            generation: self.generation,
            attempt: self.attempt,
            started_at: self.started_at,
            loaded_at: self.loaded_at,
            letters: self.letters,
            next_poll: self.next_poll,
            handed_over: self.handed_over,
            reload: !self.waiting_reloads.is_empty(),
            orders: self.orders.clone(),
            amendments: self.amendments.clone(),
            last_reload: self.last_reload.clone(),
            counted: self.counted.clone(),
            service: self.service.told().cloned(),
            haproxy: haproxy.map(|it| half(&it.files, &it.attachments)),
            keepalived: keepalived.map(|it| half(&it.files, &it.attachments)),
            certificates: self.current.certificates.clone(),
            scripts: self.scripts.specs(),
            watched: self.watched.clone(),
            lock: kept.keep(self.run_dir.lock_file()),
            control: kept.keep(self.control.listener()),
            client: client.map(|client| kept.keep(client)),
            listeners: open.map(|(grant, fd)| (grant, kept.keep(fd))).collect(),
            workers,
        };
        (state, kept)
    }
}

fn replace(program: &Path, state: &State, kept: &Kept<'_>) -> io::Error {
    let written = rustix::fs::memfd_create(c"tandem-succession", MemfdFlags::CLOEXEC)
        .map_err(io::Error::from)
        .and_then(|memory| {
            let mut memory = File::from(memory);
            serde_json::to_writer(&mut memory, state)?;
            memory.flush()?;
            memory.rewind()?;
            Ok(memory)
        });
    let memory = match written {
        Ok(memory) => memory,
        Err(error) => return error,
    };
    let mut args = state.args.clone();
    if let Some(name) = args.first_mut() {
        *name = program.into();
    }
    let number = memory.as_raw_fd().to_string();
    let ours = [(OsString::from(STATE), number.into())];
    let mut kept = kept.0.clone();
    kept.push(memory.as_fd());
    sys::replace::program(program, &args, &environment(ours), &kept)
}

/// Descriptors that stay open.
#[derive(Default)]
struct Kept<'d>(Vec<BorrowedFd<'d>>);

impl<'d> Kept<'d> {
    fn keep(&mut self, fd: BorrowedFd<'d>) -> RawFd {
        self.0.push(fd);
        fd.as_raw_fd()
    }

    fn worker(
        &mut self,
        (kind, rank): (Kind, Rank),
        worker: &'d Worker,
        restarts: u32,
    ) -> WorkerState {
        let pulse = worker.pulse.as_ref().map(|pulse| pulse.as_fd());
        WorkerState {
            kind,
            leaves: rank == Rank::Leaver,
            pid: worker.pid(),
            channel: self.keep(worker.channel().as_fd()),
            unread: worker.channel().unread().to_vec(),
            pulse: pulse.map(|pulse| self.keep(pulse)),
            restarts,
            ready: worker.ready,
            held: worker.held.clone(),
            undo: worker.undo.clone(),
            farewell: worker.farewell.clone(),
        }
    }
}

/// This process's variables without those of a succession, and these.
pub(super) fn environment(
    ours: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let others = std::env::vars_os().filter(|(name, _)| name != STATE && name != RETURNED);
    others.chain(ours).collect()
}
