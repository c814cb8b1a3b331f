//! One child process and the channel to it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use ipc::message::{FarewellPacket, HeldAddress};
use ipc::pulse::Pulse;
use ipc::{CHANNEL_FD, Channel, ChannelError, FromWorker, ToWorker};
use sys::epoll::{Epoll, Interest};
use sys::process::{Child, Exit, Spawn, spawn};
use sys::signal::Signal;

pub use crate::confinement::Confinement;
use crate::kind::STEP;
pub use crate::kind::{Kind, Rank};
use crate::liveness::Liveness;

/// For the supervisor alone.
const OWN_VARIABLES: [&str; 4] = [
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "TANDEM_SUCCESSION",
    "TANDEM_RETURNED",
];

/// Whose beats are missing is known: one process is watched.
pub const PULSE: u64 = 9;

/// Without a change of what is held for so long, nothing waits for this process.
const CALM: Duration = Duration::from_secs(5);

/// A running child.
#[derive(Debug)]
pub struct Worker {
    kind: Kind,
    rank: Rank,
    child: Child,
    channel: Channel,
    interest: Interest,
    pub started: Instant,
    /// Last configuration that it said it took up.
    pub ready: Option<u64>,
    /// Where it beats; watched from its first beat on.
    pub pulse: Option<Pulse>,
    pub liveness: Liveness,
    /// When it is told next that we live.
    pub next_word: Option<Instant>,
    /// Addresses to take away when it dies.
    pub held: Vec<HeldAddress>,
    /// When the memory that the last change of it took is given back.
    pub calm_at: Option<Instant>,
    /// Netlink requests that take away what else it has set.
    pub undo: Vec<Vec<u8>>,
    /// What to send when it dies.
    pub farewell: Vec<FarewellPacket>,
}

impl Worker {
    /// Starts the process from this same executable, unless `program` says another one.
    /// `config_id`: which `@ID` lines count; `silent`: nothing of the terminal is left to it.
    pub fn start(
        (kind, rank): (Kind, Rank),
        program: Option<&Path>,
        confinement: &Confinement,
        config_id: Option<&str>,
        silent: bool,
        epoll: &Epoll,
    ) -> io::Result<Self> {
        let (mut channel, theirs) = Channel::pair()?;
        let mut args: Vec<OsString> = vec![kind.command().into()];
        args.extend(["--parent".into(), std::process::id().to_string().into()]);
        args.extend(confinement.arguments());
        let env: Vec<(OsString, OsString)> = std::env::vars_os()
            // The service manager talks to the supervisor alone.
            .filter(|(name, _)| !OWN_VARIABLES.iter().any(|own| name == own))
            .chain(config_id.map(|id| (ipc::CONFIG_ID.into(), id.into())))
            .collect();
        let child = spawn(&Spawn {
            program: program.map_or(OsStr::new("/proc/self/exe"), Path::as_os_str),
            name: Some(OsStr::new("tandemd")),
            args: &args,
            env: &env,
            identity: None,
            channel: Some((theirs.as_fd(), CHANNEL_FD)),
            death_signal: Some(Signal::TERM),
            silent,
            own_group: false,
            least_oom_score: None,
        })?;
        let pulse = kind.is_watched().then(Pulse::new).transpose()?;
        if let Some(pulse) = &pulse {
            channel
                .send(&ToWorker::Pulse, &[pulse.as_fd()])
                .map_err(io::Error::other)?;
        }
        let worker = Self::new((kind, rank), child, channel, pulse);
        worker.enrol(epoll)?;
        Ok(worker)
    }

    /// A process that the program before this one started.
    pub fn adopt(
        ranked: (Kind, Rank),
        pid: u32,
        channel: Channel,
        pulse: Option<Pulse>,
        epoll: &Epoll,
    ) -> io::Result<Self> {
        let worker = Self::new(ranked, Child::adopt(pid)?, channel, pulse);
        worker.enrol(epoll)?;
        Ok(worker)
    }

    fn new(
        (kind, rank): (Kind, Rank),
        child: Child,
        channel: Channel,
        pulse: Option<Pulse>,
    ) -> Self {
        Self {
            kind,
            rank,
            child,
            channel,
            interest: Interest::Input,
            started: Instant::now(),
            ready: None,
            next_word: pulse.is_some().then(Instant::now),
            pulse,
            liveness: Liveness::default(),
            held: Vec::new(),
            calm_at: None,
            undo: Vec::new(),
            farewell: Vec::new(),
        }
    }

    fn token(&self) -> u64 {
        self.rank as u64 * STEP + self.kind.token()
    }

    fn enrol(&self, epoll: &Epoll) -> io::Result<()> {
        // The beats of one process alone are listened to.
        if let Some(pulse) = self.pulse.as_ref().filter(|_| self.rank == Rank::Current) {
            epoll.add(pulse, PULSE, Interest::Input)?;
        }
        epoll.add(&self.channel, self.token(), self.interest)?;
        epoll.add(self.child.pidfd(), self.token() + 1, Interest::Input)
    }

    /// From now on it is this to the others of its kind.
    pub fn take_rank(&mut self, rank: Rank, epoll: &Epoll) -> io::Result<()> {
        self.forget(epoll);
        self.rank = rank;
        self.enrol(epoll)
    }

    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Everything that was said to it is on its way.
    pub fn drain(&mut self, limit: Duration) -> Result<(), ChannelError> {
        self.channel.drain(limit)
    }

    /// It holds these addresses now.
    pub fn holds(&mut self, addresses: Vec<HeldAddress>) {
        self.held = addresses;
        self.calm_at = Some(Instant::now() + CALM);
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    pub fn send(
        &mut self,
        message: &ToWorker,
        fds: &[BorrowedFd<'_>],
        epoll: &Epoll,
    ) -> Result<(), ChannelError> {
        self.channel.send(message, fds)?;
        self.watch(epoll);
        Ok(())
    }

    pub fn flush(&mut self, epoll: &Epoll) -> Result<(), ChannelError> {
        self.channel.flush()?;
        self.watch(epoll);
        Ok(())
    }

    pub fn try_receive(&mut self) -> Result<Option<FromWorker>, ChannelError> {
        Ok(self.channel.try_receive()?.map(|received| received.message))
    }

    /// The channel broke: its descriptor must not wake the loop for ever. The end of the process
    /// comes by its own event.
    pub fn silence(&mut self, epoll: &Epoll) {
        let _ = epoll.delete(&self.channel);
    }

    pub fn kill(&self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.signal(Signal::KILL);
    }

    pub fn try_wait(&self) -> Option<Exit> {
        self.child.try_wait().ok().flatten()
    }

    pub fn forget(&self, epoll: &Epoll) {
        let _ = epoll.delete(&self.channel);
        let _ = epoll.delete(self.child.pidfd());
        if let Some(pulse) = self.pulse.as_ref().filter(|_| self.rank == Rank::Current) {
            let _ = epoll.delete(pulse);
        }
    }

    fn watch(&mut self, epoll: &Epoll) {
        let wanted = if self.channel.wants_write() {
            Interest::InputOutput
        } else {
            Interest::Input
        };
        if wanted != self.interest && epoll.modify(&self.channel, self.token(), wanted).is_ok() {
            self.interest = wanted;
        }
    }
}
