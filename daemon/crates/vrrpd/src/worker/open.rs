//! A worker before its first configuration.

use std::collections::BTreeMap;

use ipc::channel::Channel;
use netlink::{Netlink, Watch};
use sys::epoll::{Epoll, Interest};
use sys::rawsock::{Batch, PacketSocket};
use sys::signal::{Signal, SignalFd};
use vrrp::Node;
use vrrp::tracking::Health;

use super::hardening::Hardening;
use super::supervised::Supervisor;
use super::{CHANNEL, FIRST_SOCKET, SIGNALS, TIMER, WATCH, Worker};
use crate::WorkerError;
use crate::lateness::Lateness;
use crate::links::Links;
use crate::sockets::Sockets;
use crate::timer::Timer;

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
        let others = Epoll::new()?;
        others.add(&channel, CHANNEL, Interest::Input)?;
        others.add(&signals, SIGNALS, Interest::Input)?;
        others.add(&watch, WATCH, Interest::Input)?;
        Ok(Self {
            channel,
            channel_open: true,
            channel_interest: Interest::Input,
            epoll,
            others,
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
            lasting_paths: super::lasting_paths::LastingPaths::default(),
            path_watch: None,
            undo_left: Vec::new(),
            moving: super::moving::Moving::default(),
            filter: netlink::firewall::Filter::default(),
            settings_before: Vec::new(),
            node: Node::default(),
            running: BTreeMap::new(),
            next_id: 0,
            groups: Vec::new(),
            scripts: BTreeMap::new(),
            files: BTreeMap::new(),
            processes: BTreeMap::new(),
            proxy: Health::Unknown,
            proxy_reason: String::new(),
            pulse: None,
            last_beat: 0,
            serves: false,
            rounds: super::rounds::Rounds::default(),
            group_announcements: BTreeMap::new(),
            stopping: false,
            succession: super::legacy::Succession::default(),
            lateness: Lateness::default(),
            hardening: Hardening::default(),
            send_errors: 0,
            foreign_adverts: 0,
            report_due: None,
            by_router: BTreeMap::new(),
            batch: Some(Batch::new()?),
            gathering: 0,
            unreadable: 0,
            results: BTreeMap::new(),
            prepared: false,
            attachments: Vec::new(),
            fifos: Vec::new(),
            reports: None,
            next_reports: 0,
            next_note: 0,
            hearing_noted: false,
            outboxes: BTreeMap::new(),
            reports_due: None,
            next_witness: 0,
            supervisor: Supervisor::default(),
            trim_at: None,
            woken: crate::clock::monotonic(),
            next_chores: 0,
        })
    }
}
