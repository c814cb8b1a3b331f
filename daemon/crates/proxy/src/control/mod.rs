//! The control thread: the channel to the supervisor, health checks, status, reloads. Workers
//! never wait for it.

mod aftermath;
mod alerts;
mod change;
mod checks;
mod commands;
mod configure;
mod enrol;
mod error;
mod events;
mod examined;
mod exporter;
mod framed;
mod grants;
mod lasting;
mod layers;
mod legacy;
mod load;
mod moves;
mod observed;
mod orders;
mod outcome;
mod page;
mod peers;
mod probe;
mod prober;
mod renewed;
mod reports;
mod resolver;
mod roster;
mod routers;
mod rows;
mod seal;
mod seen;
mod service;
mod status;
mod supervisor;
mod team;
mod voice;
mod whom;

use crate::peering::Peering;
use crate::plan::{Attachments, Plan};
use crate::shared::Registry;
use crate::worker::Grant;
use aftermath::Warming;
use checks::{Checks, TOKEN_BASE};
use commands::{Amendments, RuntimeSockets};
use config::haproxy::model;
use events::Events as EventLog;
use ipc::FromWorker;
use ipc::channel::Channel;
use lasting::Lasting;
use page::Secret;
use resolver::Resolver;
use routers::Routers;
use rows::Overall;
use std::sync::Arc;
use std::time::Duration;
use sys::epoll::{Epoll, Events, Interest, monotonic_ms};
use team::Team;

pub use error::RunError;

const CHANNEL: u64 = 1;
const REPORTS: u64 = 2;
/// Of the runtime sockets' clients.
const DESK: u64 = 3;

/// How long log servers may take for what is left at the end.
const LAST_LINES: Duration = Duration::from_secs(1);

pub struct Control {
    channel: Channel,
    epoll: Epoll,
    registry: Option<Registry>,
    /// Files that the configuration names, read by the supervisor; and those for the next one, which
    /// take their place when it is accepted.
    attachments: Attachments,
    arrived: Option<Attachments>,
    team: Option<Team>,
    plan: Option<Arc<Plan>>,
    /// Plans that connections still go by.
    retired: Vec<Arc<Plan>>,
    grants: Vec<Grant>,
    checks: Checks,
    warming: Warming,
    resolver: Resolver,
    lasting: Lasting,
    legacy: legacy::Legacy,
    overall: Overall,
    /// When counters are looked at next.
    next_look: u64,
    sockets: RuntimeSockets,
    /// The model as it was written, and what was changed of it since; whether that still has to
    /// be taken up, and which servers begin with that.
    written: Option<Arc<model::Config>>,
    /// How long what follows from it may be computed on spare time.
    patience: Duration,
    amendments: Amendments,
    amends: bool,
    fresh: Vec<(String, String)>,
    log: EventLog,
    secret: Secret,
    routers: Routers,
    /// Hosts that share stick tables with this one, if there are any.
    peering: Option<Peering>,
    peers_grants: Vec<Grant>,
    /// What was told last about the service.
    service: Option<(bool, String)>,
    lost_listener: bool,
    /// Generation, the plan's serial and workers that have not taken it up yet.
    pending: Option<(u64, u64, usize)>,
    stopped: usize,
    stopping: bool,
    channel_output: bool,
}

impl Control {
    pub fn new(channel: Channel) -> Result<Self, RunError> {
        let epoll = Epoll::new()?;
        epoll.add(&channel, CHANNEL, Interest::Input)?;
        Ok(Self {
            channel,
            epoll,
            registry: None,
            attachments: Attachments::new(),
            arrived: None,
            team: None,
            plan: None,
            retired: Vec::new(),
            grants: Vec::new(),
            checks: Checks::default(),
            warming: Warming::default(),
            resolver: Resolver::default(),
            lasting: Lasting::default(),
            legacy: legacy::Legacy::default(),
            overall: Overall::default(),
            next_look: 0,
            sockets: RuntimeSockets::default(),
            written: None,
            patience: Duration::ZERO,
            amendments: Amendments::default(),
            amends: false,
            fresh: Vec::new(),
            log: EventLog::default(),
            secret: Secret::default(),
            routers: Routers::default(),
            peering: None,
            peers_grants: Vec::new(),
            service: None,
            lost_listener: false,
            pending: None,
            stopped: 0,
            stopping: false,
            channel_output: false,
        })
    }

    /// Runs until `Stop` is done or the supervisor is gone.
    pub fn run(mut self) -> Result<(), RunError> {
        let mut events = Events::with_capacity(256);
        loop {
            let due = [
                self.checks.next_due(),
                self.resolver.next_due(),
                self.warming.next_due(),
                self.lasting.next_due(),
                self.routers.next_due(),
                self.log.next_due(),
                self.plan.is_some().then_some(self.next_look),
            ];
            let wait = due
                .into_iter()
                .flatten()
                .min()
                .map(|at| Duration::from_millis(at.saturating_sub(monotonic_ms())));
            self.epoll.wait(&mut events, wait)?;
            let now = monotonic_ms();
            let mut changes = Vec::new();
            let mut moves = Vec::new();
            for ready in events.iter() {
                match ready.token {
                    CHANNEL => self.on_channel()?,
                    REPORTS => changes.extend(self.on_reports(now)?),
                    DESK => self.on_desk(now, &mut changes)?,
                    t if t >= TOKEN_BASE => {
                        changes.extend(self.checks.on_event(ready, now, &self.epoll));
                    }
                    t if t >= alerts::TOKEN_BASE => self.log.on_event(ready),
                    t if t >= resolver::TOKEN_BASE => {
                        moves.extend(self.resolver.on_event(t, now, &self.epoll));
                    }
                    _ => {}
                }
            }
            moves.extend(self.resolver.run_due(now, &self.epoll));
            let answers = self.resolver.askers.take_answers();
            if let Some(team) = self.team.as_ref().filter(|_| !answers.is_empty()) {
                team.answer(answers);
            }
            if self.resolver.take_logs_moved() {
                self.follow_logs(now);
            }
            changes.extend(self.checks.run_due(now, &self.epoll));
            if let Some(plan) = &self.plan {
                self.log.changes(plan, &changes);
            }
            if !moves.is_empty() {
                changes.extend(self.follow_names(&moves, now));
            }
            if let (Some(plan), Some(team)) = (&self.plan, &self.team) {
                self.resolver.follow_checks(&changes, now);
                aftermath::follow(&changes, plan, team, &mut self.warming, now);
                // Who waits in a queue may be served by a server that came back.
                if self.checks.roster().take_stirred() {
                    self.lasting.stir();
                    team.nudge();
                }
            }
            self.warming.run_due(now);
            self.give_up_on_routers(now);
            self.look_back(now);
            self.free_retired();
            for examination in self.checks.examined.take_requests() {
                self.channel
                    .send(&FromWorker::Examine { examination }, &[])?;
            }
            self.tell_service()?;
            self.tell_orders(monotonic_ms())?;
            self.log.send_mails(monotonic_ms(), &self.epoll);
            self.log.flush();
            self.watch_output()?;
            if self.stopping && self.team.as_ref().is_none_or(|t| self.stopped >= t.len()) {
                return self.end();
            }
        }
    }

    fn end(mut self) -> Result<(), RunError> {
        std::mem::take(&mut self.sockets).end();
        self.peering = None;
        if let Some(team) = self.team.take() {
            team.join();
        }
        self.bequeath_rest()?;
        if let Some(plan) = &self.plan {
            plan.log_targets.finish(LAST_LINES);
        }
        self.channel.send(&FromWorker::Stopped, &[])?;
        self.channel.drain(Duration::from_secs(1))?;
        Ok(())
    }
}
