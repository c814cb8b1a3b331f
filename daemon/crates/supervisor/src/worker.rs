//! One child process and the channel to it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::PathBuf;
use std::time::Instant;

use ipc::message::{FarewellPacket, HeldAddress};
use ipc::pulse::Pulse;
use ipc::{CHANNEL_FD, Channel, ChannelError, FromWorker, ToWorker};
use sys::epoll::{Epoll, Interest};
use sys::process::{Child, Exit, Identity, Spawn, spawn};
use sys::signal::Signal;

use crate::liveness::Liveness;

/// Whose beats are missing is known: one process is watched.
pub const PULSE: u64 = 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Vrrp,
    Proxy,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Vrrp, Self::Proxy];

    /// As `status` shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vrrp => "vrrp",
            Self::Proxy => "proxy",
        }
    }

    /// Sub-command under which the binary becomes this process.
    pub fn command(self) -> &'static str {
        match self {
            Self::Vrrp => "vrrp-worker",
            Self::Proxy => "proxy-worker",
        }
    }

    fn channel_token(self) -> u64 {
        match self {
            Self::Vrrp => 3,
            Self::Proxy => 5,
        }
    }

    /// Only the VRRP process is watched as closely.
    fn is_watched(self) -> bool {
        self == Self::Vrrp
    }

    fn exit_token(self) -> u64 {
        self.channel_token() + 1
    }

    /// Whose channel (false) or end (true) an event is about.
    pub fn of_token(token: u64) -> Option<(Self, bool)> {
        Self::ALL.into_iter().find_map(|kind| {
            if token == kind.channel_token() {
                Some((kind, false))
            } else {
                (token == kind.exit_token()).then_some((kind, true))
            }
        })
    }
}

/// Rights that the proxy gives up before it reads a byte from the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confinement {
    pub identity: Option<Identity>,
    pub chroot: Option<PathBuf>,
    /// It keeps the right to addresses that are not this machine's, and to mark packets.
    pub raw: bool,
}

impl Confinement {
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if let Some(identity) = &self.identity {
            let groups: Vec<String> = identity.groups.iter().map(ToString::to_string).collect();
            arguments.extend([
                "--uid".into(),
                identity.uid.to_string().into(),
                "--gid".into(),
                identity.gid.to_string().into(),
                "--groups".into(),
                groups.join(",").into(),
            ]);
        }
        if let Some(directory) = &self.chroot {
            arguments.extend(["--chroot".into(), directory.clone().into()]);
        }
        if self.raw {
            arguments.push("--raw".into());
        }
        arguments
    }
}

/// A running child.
#[derive(Debug)]
pub struct Worker {
    kind: Kind,
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
    /// Starts the process from this same executable. `config_id`: which `@ID` lines count;
    /// `silent`: nothing of the terminal is left to it.
    pub fn start(
        kind: Kind,
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
            .filter(|(name, _)| name != "NOTIFY_SOCKET" && name != "WATCHDOG_USEC")
            .chain(config_id.map(|id| (ipc::CONFIG_ID.into(), id.into())))
            .collect();
        let child = spawn(&Spawn {
            program: OsStr::new("/proc/self/exe"),
            name: Some(OsStr::new("tandemd")),
            args: &args,
            env: &env,
            identity: None,
            channel: Some((theirs.as_fd(), CHANNEL_FD)),
            death_signal: Some(Signal::TERM),
            silent,
            own_group: false,
        })?;
        let pulse = kind.is_watched().then(Pulse::new).transpose()?;
        if let Some(pulse) = &pulse {
            channel
                .send(&ToWorker::Pulse, &[pulse.as_fd()])
                .map_err(io::Error::other)?;
            epoll.add(pulse, PULSE, Interest::Input)?;
        }
        epoll.add(&channel, kind.channel_token(), Interest::Input)?;
        epoll.add(child.pidfd(), kind.exit_token(), Interest::Input)?;
        Ok(Self {
            kind,
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
        })
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
        if let Some(pulse) = &self.pulse {
            let _ = epoll.delete(pulse);
        }
    }

    fn watch(&mut self, epoll: &Epoll) {
        let wanted = if self.channel.wants_write() {
            Interest::InputOutput
        } else {
            Interest::Input
        };
        if wanted != self.interest
            && epoll
                .modify(&self.channel, self.kind.channel_token(), wanted)
                .is_ok()
        {
            self.interest = wanted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lead_back_to_their_worker() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_token(kind.channel_token()), Some((kind, false)));
            assert_eq!(Kind::of_token(kind.exit_token()), Some((kind, true)));
        }
        assert_eq!(Kind::of_token(99), None);
    }

    #[test]
    fn confinement_becomes_arguments() {
        let confinement = Confinement {
            identity: Some(Identity {
                uid: 99,
                gid: 98,
                groups: vec![5, 6],
            }),
            chroot: Some("/var/lib/haproxy".into()),
            raw: true,
        };
        let expected = "--uid 99 --gid 98 --groups 5,6 --chroot /var/lib/haproxy --raw";
        let arguments = confinement.arguments();
        assert_eq!(arguments.join(OsStr::new(" ")), expected);
    }
}
