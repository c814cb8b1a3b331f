//! The loop, and everything it owns.

mod announcing;
mod checks;
mod claims;
mod configure;
mod conflict;
mod differing;
mod effects;
mod farewell;
mod firewall;
mod hardening;
mod hearing;
mod lasting;
mod lasting_paths;
mod mail;
mod messages;
mod neighbourhood;
mod network;
mod notify;
mod open;
mod paths;
mod receive;
mod settings;
mod speaking;
mod status;
mod stop;
mod supervised;
mod tracking;
mod verify;
mod vmac;
mod watched;
mod witnessing;

pub use conflict::Conflict;
pub use differing::Difference;
pub use hearing::Reporter;
pub use paths::HeldPath;
pub use verify::Verdicts;

use std::collections::BTreeMap;

use ipc::FromWorker;
use ipc::channel::Channel;
use netlink::{Netlink, Watch};
use sys::epoll::{Epoll, Events, Interest};
use sys::rawsock::PacketSocket;
use sys::signal::SignalFd;
use vrrp::instance::State;
use vrrp::tracking::{Debounce, Health};
use vrrp::{InstanceId, Micros, Node};

use crate::lateness::Lateness;
use crate::links::Links;
use crate::plan::{GroupPlan, ScriptPlan};
use crate::running::Running;
use crate::sockets::Sockets;
use crate::timer::Timer;
use crate::{WorkerError, clock};
use ipc::watch::{FileSpec, ProcessSpec};
use watched::Watched;

const CHANNEL: u64 = 0;
const TIMER: u64 = 1;
const SIGNALS: u64 = 2;
const WATCH: u64 = 3;
const PATHS: u64 = 4;
const FIRST_SOCKET: u64 = 16;

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
    listening: Vec<(u32, claims::Kind)>,
    lasting: Vec<crate::plan::VipPlan>,
    lasting_paths: lasting_paths::LastingPaths,
    path_watch: Option<Watch>,
    /// What the supervisor was told to take away last.
    undo_left: Vec<Vec<u8>>,
    /// What the firewall table holds.
    filter: netlink::firewall::Filter,
    /// Settings of the kernel as they were before.
    settings_before: Vec<(String, String)>,
    node: Node,
    running: BTreeMap<InstanceId, Running>,
    next_id: u32,
    groups: Vec<GroupPlan>,
    scripts: BTreeMap<String, (ScriptPlan, Debounce)>,
    files: BTreeMap<String, Watched<FileSpec>>,
    processes: BTreeMap<String, Watched<ProcessSpec>>,
    proxy: Health,
    proxy_reason: String,
    next_heartbeat: Micros,
    next_probe: Micros,
    stopping: bool,
    lateness: Lateness,
    /// How this process is scheduled, and whether its memory is locked.
    hardening: hardening::Hardening,
    /// Adverts and announcements that could not be sent.
    send_errors: u64,
    foreign_adverts: u64,
    /// Packets without a whole header.
    unreadable: u64,
    results: BTreeMap<String, checks::Results>,
    prepared: bool,
    /// Included files, read by the supervisor.
    attachments: Vec<ipc::Attachment>,
    fifos: Vec<crate::fifo::Fifo>,
    /// Where peers say whether they hear us, and when it is looked at next.
    reports: Option<std::net::UdpSocket>,
    next_reports: Micros,
    next_witness: Micros,
    supervisor: supervised::Supervisor,
}

impl Worker {
    pub fn run(mut self) -> Result<(), WorkerError> {
        let mut events = Events::with_capacity(64);
        while !self.finished() {
            self.arm()?;
            self.epoll.wait(&mut events, None)?;
            // Packets first: after a stall they tell whether a deadline still means anything.
            for ready in events.iter().filter(|ready| ready.token >= FIRST_SOCKET) {
                self.receive(ready.token);
                self.hear_claims(ready.token);
                self.hear_witness(ready.token);
            }
            for ready in events.iter() {
                match ready.token {
                    WATCH => self.network_changed()?,
                    PATHS => self.paths_changed()?,
                    SIGNALS => self.signalled()?,
                    TIMER => self.note_lateness(),
                    _ => {}
                }
            }
            self.fire();
            if events.iter().any(|ready| ready.token == CHANNEL) {
                self.read_channel()?;
            }
            self.judge_supervisor(clock::monotonic());
            self.advance_stop();
            self.listen_for_claims();
            self.flush()?;
        }
        self.take_up_lasting_paths(Vec::new());
        self.take_up_lasting(Vec::new());
        self.remove_all_vmacs();
        self.say(&FromWorker::Stopped);
        if self.channel_open {
            // The supervisor may be gone by now; there is nobody else to tell.
            let _ = self.channel.drain(std::time::Duration::from_millis(200));
        }
        Ok(())
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
            self.next_path_retry(),
            self.next_announcement(),
            self.next_question(),
            self.next_look_at_witnesses(),
            self.next_look(),
        ];
        let next = deadlines.into_iter().flatten().min().unwrap_or(Micros::MAX);
        Ok(self.timer.arm(next.min(self.next_heartbeat))?)
    }

    fn note_lateness(&mut self) {
        if let Some(due) = self.timer.take() {
            self.lateness.note(clock::monotonic().saturating_sub(due));
        }
    }

    fn fire(&mut self) {
        let now = clock::monotonic();
        if self.node.next_deadline().is_some_and(|at| at <= now) {
            let effects = self.node.fire(now);
            self.execute(effects);
        }
        self.announce_pending();
        self.ask_neighbours();
        self.look_for_conflicts();
        self.look_at_witnesses();
        self.retry_paths();
        if self.next_link_change().is_some_and(|at| at <= now) {
            self.reassess();
        }
        self.hear_reports(now);
        if now >= self.next_heartbeat {
            let interval = ipc::message::HEARTBEAT_INTERVAL.as_micros();
            self.next_heartbeat = now + Micros::try_from(interval).unwrap_or(10_000);
            // A supervisor that does not read needs no more proof of life.
            if self.channel.backlog() == 0 {
                self.say(&FromWorker::Heartbeat);
            }
        }
    }
}
