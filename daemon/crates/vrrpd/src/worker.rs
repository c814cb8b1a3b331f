//! The loop, and everything it owns.

mod announcing;
mod claims;
mod configure;
mod conflict;
mod effects;
mod farewell;
mod firewall;
mod lasting;
mod messages;
mod network;
mod notify;
mod receive;
mod status;
mod tracking;
mod vmac;
mod watched;

pub use conflict::Conflict;

use std::collections::BTreeMap;

use ipc::FromWorker;
use ipc::channel::{Channel, ChannelError};
use netlink::{Netlink, Watch};
use sys::epoll::{Epoll, Events, Interest};
use sys::rawsock::PacketSocket;
use sys::signal::{Signal, SignalFd};
use vrrp::instance::State;
use vrrp::tracking::{Debounce, Health};
use vrrp::{Event, InstanceId, Micros, Node};

use crate::links::Links;
use crate::plan::{GroupPlan, ScriptPlan};
use crate::running::Running;
use crate::sockets::Sockets;
use crate::timer::Timer;
use crate::watching::{WatchedFile, WatchedProcess};
use crate::{WorkerError, clock};

const CHANNEL: u64 = 0;
const TIMER: u64 = 1;
const SIGNALS: u64 = 2;
const WATCH: u64 = 3;
const FIRST_SOCKET: u64 = 16;

/// Log lines are dropped beyond this many bytes that the supervisor has not taken.
const LOG_BACKLOG: usize = 1 << 20;

/// Without a supervisor there is no service to keep up: peers that take requests get this long.
const ORPHAN_PATIENCE: Micros = 50_000;

pub const WARNING: u8 = 4;
pub const NOTICE: u8 = 5;
pub const INFO: u8 = 6;

pub struct Worker {
    channel: Channel,
    channel_open: bool,
    channel_interest: Interest,
    epoll: Epoll,
    timer: Timer,
    signals: SignalFd,
    netlink: Netlink,
    watch: Watch,
    links: Links,
    packets: PacketSocket,
    sockets: Sockets,
    claims: Vec<claims::Listener>,
    /// Where listeners were asked for last.
    listening: Vec<(u32, bool)>,
    lasting: Vec<crate::plan::VipPlan>,
    /// Addresses whose packets are dropped.
    unaccepted: Vec<std::net::IpAddr>,
    node: Node,
    running: BTreeMap<InstanceId, Running>,
    next_id: u32,
    groups: Vec<GroupPlan>,
    scripts: BTreeMap<String, (ScriptPlan, Debounce)>,
    files: BTreeMap<String, WatchedFile>,
    processes: BTreeMap<String, WatchedProcess>,
    next_watch: Micros,
    proxy: Health,
    proxy_reason: String,
    next_heartbeat: Micros,
    next_probe: Micros,
    stopping: bool,
    /// The longest that a wake-up came late, and adverts that could not be sent.
    lateness: Micros,
    send_errors: u64,
    foreign_adverts: u64,
    prepared: bool,
    /// Included files, read by the supervisor.
    attachments: Vec<ipc::Attachment>,
    fifos: Vec<crate::fifo::Fifo>,
}

impl Worker {
    pub fn new(channel: Channel) -> Result<Self, WorkerError> {
        let epoll = Epoll::new()?;
        let timer = Timer::new()?;
        let signals = SignalFd::new(&[Signal::TERM, Signal::INT])?;
        let mut netlink = Netlink::open()?;
        // Watch before reading, so that no change falls between.
        let watch = Watch::open()?;
        let links = Links::read(&mut netlink)?;
        epoll.add(&channel, CHANNEL, Interest::Input)?;
        epoll.add(&timer, TIMER, Interest::Input)?;
        epoll.add(&signals, SIGNALS, Interest::Input)?;
        epoll.add(&watch, WATCH, Interest::Input)?;
        Ok(Self {
            channel,
            channel_open: true,
            channel_interest: Interest::Input,
            epoll,
            timer,
            signals,
            netlink,
            watch,
            links,
            packets: PacketSocket::sender()?,
            sockets: Sockets::new(FIRST_SOCKET),
            claims: Vec::new(),
            listening: Vec::new(),
            lasting: Vec::new(),
            unaccepted: Vec::new(),
            node: Node::default(),
            running: BTreeMap::new(),
            next_id: 0,
            groups: Vec::new(),
            scripts: BTreeMap::new(),
            files: BTreeMap::new(),
            processes: BTreeMap::new(),
            next_watch: 0,
            proxy: Health::Unknown,
            proxy_reason: String::new(),
            next_heartbeat: clock::monotonic(),
            next_probe: clock::monotonic(),
            stopping: false,
            lateness: 0,
            send_errors: 0,
            foreign_adverts: 0,
            prepared: false,
            attachments: Vec::new(),
            fifos: Vec::new(),
        })
    }

    pub fn run(mut self) -> Result<(), WorkerError> {
        let mut events = Events::with_capacity(64);
        while !self.finished() {
            self.arm()?;
            self.epoll.wait(&mut events, None)?;
            // Packets first: after a stall they tell whether a deadline still means anything.
            for ready in events.iter().filter(|ready| ready.token >= FIRST_SOCKET) {
                self.receive(ready.token);
                self.hear_claims(ready.token);
            }
            for ready in events.iter() {
                match ready.token {
                    WATCH => self.network_changed()?,
                    SIGNALS => self.signalled()?,
                    TIMER => self.note_lateness(),
                    _ => {}
                }
            }
            self.fire();
            if events.iter().any(|ready| ready.token == CHANNEL) {
                self.read_channel()?;
            }
            self.advance_stop();
            self.listen_for_claims();
            self.flush()?;
        }
        self.take_up_lasting(Vec::new());
        self.remove_all_vmacs();
        self.say(&FromWorker::Stopped);
        if self.channel_open {
            // The supervisor may be gone by now; there is nobody else to tell.
            let _ = self.channel.drain(std::time::Duration::from_millis(200));
        }
        Ok(())
    }

    fn finished(&self) -> bool {
        self.stopping && self.states().all(|(_, state)| state == State::Init)
    }

    fn states(&self) -> impl Iterator<Item = (InstanceId, State)> + '_ {
        self.running.keys().map(|id| (*id, self.state_of(*id)))
    }

    fn state_of(&self, id: InstanceId) -> State {
        self.node.get(id).map_or(State::Init, vrrp::Instance::state)
    }

    fn arm(&mut self) -> Result<(), WorkerError> {
        let deadlines = [
            self.node.next_deadline(),
            self.next_link_change(),
            self.next_announcement(),
            self.next_look(),
            self.next_look_at_watched(),
        ];
        let next = deadlines.into_iter().flatten().min().unwrap_or(Micros::MAX);
        Ok(self.timer.arm(next.min(self.next_heartbeat))?)
    }

    fn note_lateness(&mut self) {
        if let Some(due) = self.timer.take() {
            self.lateness = self.lateness.max(clock::monotonic().saturating_sub(due));
        }
    }

    fn fire(&mut self) {
        let now = clock::monotonic();
        if self.node.next_deadline().is_some_and(|at| at <= now) {
            let effects = self.node.fire(now);
            self.execute(effects);
        }
        self.announce_pending();
        self.look_for_conflicts();
        self.watch_files_and_processes();
        if self.next_link_change().is_some_and(|at| at <= now) {
            self.reassess();
        }
        if now >= self.next_heartbeat {
            let interval = ipc::message::HEARTBEAT_INTERVAL.as_micros();
            self.next_heartbeat = now + Micros::try_from(interval).unwrap_or(10_000);
            // A supervisor that does not read needs no more proof of life.
            if self.channel.backlog() == 0 {
                self.say(&FromWorker::Heartbeat);
            }
        }
    }

    fn signalled(&mut self) -> Result<(), WorkerError> {
        while self.signals.read()?.is_some() {
            self.begin_stop(None);
        }
        Ok(())
    }

    /// Hands every mastership over, then stops. `limit` shortens the wait for a successor.
    fn begin_stop(&mut self, limit: Option<Micros>) {
        self.stopping = true;
        self.hand_over(limit);
    }

    fn hand_over(&mut self, limit: Option<Micros>) {
        let now = clock::monotonic();
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            let Some(instance) = self.node.get(id) else {
                continue;
            };
            let usual = instance.handover_patience();
            let patience = limit.map_or(usual, |limit| limit.min(usual));
            let effects = self.node.step(id, Event::Handover { patience }, now);
            self.execute(effects);
        }
    }

    /// Whatever is no longer master has nothing to wait for.
    fn advance_stop(&mut self) {
        if !self.stopping {
            return;
        }
        let now = clock::monotonic();
        let done: Vec<_> = self
            .states()
            .filter(|(_, state)| !matches!(state, State::Master | State::Init))
            .map(|(id, _)| id)
            .collect();
        for id in done {
            let effects = self.node.step(id, Event::Stop, now);
            self.execute(effects);
        }
    }

    fn log(&mut self, severity: u8, text: String) {
        if self.channel.backlog() < LOG_BACKLOG {
            self.say(&FromWorker::Log { severity, text });
        }
    }

    fn say(&mut self, message: &FromWorker) {
        if self.channel_open
            && let Err(error) = self.channel.send(message, &[])
        {
            self.channel_failed(&error);
        }
    }

    fn flush(&mut self) -> Result<(), WorkerError> {
        if !self.channel_open {
            return Ok(());
        }
        if let Err(error) = self.channel.flush() {
            self.channel_failed(&error);
            return Ok(());
        }
        let wanted = if self.channel.wants_write() {
            Interest::InputOutput
        } else {
            Interest::Input
        };
        if wanted != self.channel_interest {
            self.epoll.modify(&self.channel, CHANNEL, wanted)?;
            self.channel_interest = wanted;
        }
        Ok(())
    }

    /// The supervisor is gone or talks nonsense: without it nobody runs checks, the proxy or a
    /// restart, so this host must not keep addresses.
    fn channel_failed(&mut self, _error: &ChannelError) {
        if !self.channel_open {
            return;
        }
        self.channel_open = false;
        let _ = self.epoll.delete(&self.channel);
        self.begin_stop(Some(ORPHAN_PATIENCE));
    }
}
