//! The loop, and everything it owns.

mod announcing;
mod checks;
mod chores;
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
mod legacy;
mod lingering;
mod mail;
mod messages;
mod moving;
mod neighbourhood;
mod network;
mod notify;
mod open;
mod paths;
mod receive;
mod relaying;
mod rounds;
mod settings;
mod speaking;
mod status;
mod stop;
mod supervised;
mod tracking;
mod verify;
mod vmac;
mod watched;
mod why;
mod witnessing;

pub use conflict::Conflict;
pub use differing::Difference;
pub use hearing::Reporter;
pub use paths::HeldPath;
pub use verify::Verdicts;

use std::collections::BTreeMap;

use ipc::FromWorker;
use ipc::channel::Channel;
use ipc::pulse::Pulse;
use netlink::{Netlink, Watch};
use sys::epoll::{Epoll, Events, Interest};
use sys::rawsock::{Batch, PacketSocket};
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
use legacy::Succession;
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

#[allow(clippy::struct_excessive_bools)] // independent facts about the process
pub struct Worker {
    channel: Channel,
    channel_open: bool,
    channel_interest: Interest,
    epoll: Epoll,
    /// Of what the loop waits for, that which is neither a packet nor the timer.
    others: Epoll,
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
    /// Addresses on their way from or to another host.
    moving: moving::Moving,
    /// What the firewall table holds.
    filter: netlink::firewall::Filter,
    /// Settings of the kernel as they were before.
    settings_before: Vec<(String, String)>,
    node: Node,
    /// Boxed: a tree's nodes are half empty, and these are large.
    running: BTreeMap<InstanceId, Box<Running>>,
    next_id: u32,
    groups: Vec<GroupPlan>,
    scripts: BTreeMap<String, (ScriptPlan, Debounce)>,
    files: BTreeMap<String, Watched<FileSpec>>,
    processes: BTreeMap<String, Watched<ProcessSpec>>,
    proxy: Health,
    proxy_reason: String,
    /// Where the supervisor sees that this process lives.
    pulse: Option<Pulse>,
    last_beat: Micros,
    /// It holds addresses.
    serves: bool,
    rounds: rounds::Rounds,
    /// When each `garp_group` may send its next announcement.
    group_announcements: BTreeMap<usize, Micros>,
    stopping: bool,
    succession: legacy::Succession,
    lateness: Lateness,
    /// How this process is scheduled, and whether its memory is locked.
    hardening: hardening::Hardening,
    /// Adverts and announcements that could not be sent.
    send_errors: u64,
    foreign_adverts: u64,
    /// When the supervisor is told next what is held.
    report_due: Option<Micros>,
    /// The instances of each router id.
    by_router: BTreeMap<u8, Vec<InstanceId>>,
    /// Room for received packets; taken while they are at work.
    batch: Option<Batch>,
    /// How long a bunch of adverts may take; zero while each is taken at once.
    gathering: Micros,
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
    next_note: Micros,
    /// Some instance's [`Running::heard_by_peer`] may be known.
    hearing_noted: bool,
    /// Reports of ours that wait, and until when.
    outboxes: BTreeMap<hearing::Route, hearing::Outbox>,
    reports_due: Option<Micros>,
    next_witness: Micros,
    supervisor: supervised::Supervisor,
    /// When the memory that changes of state took is given back.
    trim_at: Option<Micros>,
    /// When the turn of the loop began.
    woken: Micros,
    /// Zero when something happened that may concern more than the instance it happened to.
    next_chores: Micros,
}

impl Worker {
    pub fn run(mut self) -> Result<(), WorkerError> {
        let mut events = Events::with_capacity(64);
        while !self.finished() && self.succession != Succession::Left {
            self.arm()?;
            self.epoll.wait(&mut events, None)?;
            self.woken = clock::monotonic();
            // Packets first: after a stall they tell whether a deadline still means anything.
            for ready in events.iter().filter(|ready| ready.token >= FIRST_SOCKET) {
                self.hear(ready.token);
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
            if events.iter().any(|ready| !self.is_routine(ready.token)) {
                self.next_chores = 0;
            }
            self.fire();
            if events.iter().any(|ready| ready.token == CHANNEL) {
                self.read_channel()?;
                if self.succession == Succession::Left {
                    break;
                }
            }
            self.judge_supervisor(clock::monotonic());
            if self.next_chores == 0 {
                self.advance_stop();
                self.listen_for_claims();
            }
            self.report_changes();
            self.flush()?;
            if events.iter().any(|ready| self.is_advert(ready.token)) {
                self.gather();
            }
        }
        self.leave();
        if self.channel_open {
            // The supervisor may be gone by now; there is nobody else to tell.
            let _ = self.channel.drain(std::time::Duration::from_secs(1));
        }
        Ok(())
    }

    /// The end. What a next process goes on with stays.
    fn leave(&mut self) {
        if self.succession == Succession::None {
            self.leave_moving();
            self.take_up_lasting_paths(Vec::new());
            self.take_up_lasting(Vec::new());
            self.remove_all_vmacs();
            if self.report_due.is_some() {
                self.report_holding();
            }
        }
        self.say(&FromWorker::Stopped);
    }

    /// Whoever's socket has something: adverts come far more often than the rest.
    fn hear(&mut self, token: u64) {
        if self.is_advert(token) {
            self.receive(token);
        } else if self.claims.iter().any(|it| it.is(token)) {
            self.hear_claims(token);
        } else {
            self.hear_witness(token);
        }
    }

    fn states(&self) -> impl Iterator<Item = (InstanceId, State)> + '_ {
        self.running.keys().map(|id| (*id, self.state_of(*id)))
    }

    fn state_of(&self, id: InstanceId) -> State {
        self.node.get(id).map_or(State::Init, vrrp::Instance::state)
    }
}
