//! The supervisor's loop and everything it owns.

mod configure;
mod dead;
mod dumping;
mod examine;
mod heirs;
mod inheritance;
mod mail;
mod prepare;
mod proxy;
mod questions;
mod reload;
mod renewals;
mod resume;
mod start;
mod status;
mod stop;
mod succession;
mod tick;
mod upgrade;
mod workers;

use std::os::fd::OwnedFd;
use std::time::Instant;

use ipc::ServerOrders;
use ipc::watch::WatchList;
use sys::epoll::{Epoll, Events};
use sys::signal::{Signal, SignalFd};

use crate::configuration::Loaded;
use crate::control::{self, ClientId, Control, Request};
use crate::journal::Journal;
use crate::listeners::Listeners;
use crate::notify::{self, Notifications};
use crate::options::RunOptions;
use crate::outbox::{self, Outbox};
use crate::pid_file::PidFile;
use crate::programs::{self, Programs};
use crate::readers::{self, Readers};
use crate::run_dir::RunDir;
use crate::script::{self, Scripts};
use crate::service::Service;
use crate::slot::Slot;
use crate::systemd::ServiceManager;
use crate::users::Users;
use crate::watch::{self, Watcher};
use crate::worker::{Kind, PULSE, Rank, Worker};

pub use dumping::{JSON, STATS_CLEAR};
pub(crate) use prepare::inputs;
pub use prepare::texts;
use reload::Reload;
use renewals::Renewals;
use status::{Form, Handover, Poll};
use stop::Stopping;
pub use upgrade::FORM;
use upgrade::Upgrade;

const SIGNALS: u64 = 1;
const CONTROL: u64 = 2;

/// Exit status when all went as asked.
const OK: i32 = 0;
/// Exit status when the start failed or the daemon had to give up.
const FAILED: i32 = 1;

pub struct Daemon {
    options: RunOptions,
    epoll: Epoll,
    signals: SignalFd,
    control: Control,
    journal: Journal,
    manager: ServiceManager,
    run_dir: RunDir,
    users: Users,
    /// What the workers run on.
    current: Loaded,
    listeners: Listeners,
    generation: u64,
    /// Number of the last configuration that was tried; ahead of `generation` after a refusal.
    attempt: u64,
    /// Unix milliseconds.
    started_at: u64,
    loaded_at: u64,
    slots: Vec<Slot>,
    scripts: Scripts,
    notifications: Notifications,
    programs: Programs,
    /// Started when there is something to watch.
    watcher: Option<Watcher>,
    watched: WatchList,
    renewals: Renewals,
    readers: Readers,
    outbox: Outbox,
    /// Mails so far.
    letters: u64,
    service: Service,
    /// Servers of the proxy that are not as their configuration says.
    orders: Vec<ServerOrders>,
    /// What was changed of its configuration over runtime sockets.
    amendments: serde_json::Value,
    /// All workers have been ready once.
    serving: bool,
    reload: Option<Reload>,
    upgrade: Option<Upgrade>,
    /// The last verdict, or null.
    last_reload: serde_json::Value,
    waiting_reloads: Vec<Option<ClientId>>,
    polls: Vec<Poll>,
    next_poll: u64,
    handover: Option<Handover>,
    /// How to take away what addresses need whose connections still end after a stop.
    lingering: Vec<Vec<u8>>,
    /// What the proxy was told last of addresses that left; nothing yet of this process.
    departed: Option<Vec<ipc::Departed>>,
    /// A handover was asked for since the last configuration.
    handed_over: bool,
    stopping: Option<Stopping>,
    next_alive: Option<Instant>,
    /// Counters when they were cleared last.
    counted: serde_json::Value,
    pid_file: Option<PidFile>,
    vrrp_pid_file: Option<PidFile>,
    /// Told when everything runs: whoever started this process waits for it.
    starter: Option<OwnedFd>,
    exit: Option<i32>,
}

/// How the process came to be.
#[derive(Debug)]
pub enum Start {
    /// It is the one that somebody started and watches.
    Foreground,
    /// It was doubled off one that waits for a byte here before it ends; the terminal is left
    /// then.
    Background(OwnedFd),
}

/// Runs until stopped; the exit status.
pub fn run(options: RunOptions) -> i32 {
    run_as(options, Start::Foreground)
}

/// The same for a process that may have to leave its terminal.
pub fn run_as(options: RunOptions, start: Start) -> i32 {
    let starter = match start {
        Start::Foreground => None,
        Start::Background(starter) => Some(starter),
    };
    match Daemon::start(options, starter) {
        Ok(mut daemon) => daemon.serve(),
        Err(text) => {
            eprintln!("{text}");
            FAILED
        }
    }
}

impl Daemon {
    fn serve(&mut self) -> i32 {
        let mut events = Events::with_capacity(64);
        loop {
            let timeout = self.time_to_next();
            if let Err(error) = self.epoll.wait(&mut events, timeout) {
                self.journal.error(&format!("waiting for events: {error}"));
                return FAILED;
            }
            let tokens: Vec<u64> = events.iter().map(|ready| ready.token).collect();
            for token in tokens {
                self.event(token);
            }
            self.tick(Instant::now());
            if let Some(status) = self.exit {
                self.close_mail();
                self.readers.close();
                self.listeners.remove_files(&Listeners::default());
                self.run_dir.clean();
                if self.options.stand_in.is_some() {
                    self.run_dir.remove();
                }
                return status;
            }
        }
    }

    fn event(&mut self, token: u64) {
        match token {
            SIGNALS => self.signalled(),
            watch::TOKEN => self.watched(),
            outbox::TOKEN => self.mail_ended(),
            PULSE => self.beat_missing(Instant::now()),
            CONTROL => self.control.accept(&self.epoll, Instant::now()),
            _ if token >= programs::FIRST_TOKEN => self.program_ended(token),
            _ if token >= readers::FIRST_TOKEN => {
                let said = self.readers.ended(token, Instant::now(), &self.epoll);
                if let Some(warning) = said {
                    self.journal.warning(&warning);
                }
            }
            _ if token >= notify::FIRST_TOKEN => {
                if let Some(warning) = self.notifications.ended(token, &self.epoll) {
                    self.journal.warning(&warning);
                }
            }
            _ if token >= script::FIRST_TOKEN => {
                let reports = self.scripts.ended(token, &self.epoll);
                self.script_reports(reports);
            }
            _ if token >= control::FIRST_TOKEN => {
                if let Some((client, request)) = self.control.ready(token, &self.epoll) {
                    self.asked(client, &request);
                }
            }
            _ => match Kind::of_token(token) {
                Some((rank, kind, false)) => self.read_ranked(kind, rank),
                Some((Rank::Current, kind, true)) => self.worker_ended(kind),
                Some((Rank::Heir, kind, true)) => self.heir_ended(kind),
                Some((Rank::Leaver, kind, true)) => self.leaver_ended(kind),
                None => {}
            },
        }
    }

    fn signalled(&mut self) {
        while let Ok(Some(received)) = self.signals.read() {
            let signal = received.signal;
            if signal == Signal::HUP.as_raw() {
                self.journal.info("reload asked for by SIGHUP");
                self.begin_reload(None);
            } else if signal == Signal::USR2.as_raw() && self.options.stand_in.is_none() {
                // As haproxy's master takes it; keepalived's users mean something else.
                self.journal.info("reload asked for by SIGUSR2");
                self.begin_reload(None);
            } else if signal == Signal::CHILD.as_raw() {
                // Ends of children come by their own descriptors.
            } else if let Some(kind) = dumping::kind_of(signal) {
                self.begin_dump(kind);
            } else {
                self.begin_stop(signal == Signal::INT.as_raw());
            }
        }
    }

    fn asked(&mut self, client: ClientId, request: &Request) {
        match *request {
            Request::Status => self.begin_status(client, Form::Document),
            Request::Metrics => self.begin_status(client, Form::Exposition),
            Request::Reload => self.begin_reload(Some(client)),
            Request::Handover { timeout_ms } => self.begin_handover(client, timeout_ms),
            Request::Lead => self.lead(client),
            Request::Upgrade { ref program, form } => self.begin_upgrade(client, program, form),
        }
    }

    fn slot(&mut self, kind: Kind) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.kind == kind)
    }

    fn worker(&mut self, kind: Kind) -> Option<&mut Worker> {
        self.slot(kind).and_then(|slot| slot.worker.as_mut())
    }

    fn reply(&mut self, client: Option<ClientId>, reply: &serde_json::Value) {
        if let Some(client) = client {
            self.control.reply(client, reply, &self.epoll);
        }
    }
}

/// Unix milliseconds.
fn unix_ms() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(0)
}
