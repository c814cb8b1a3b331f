//! Mails about servers (`email-alert`): whom a section tells, and what waits before each mail server.
//!
//! Each section has a queue of its own before each of its mail servers, as in haproxy: one mail at a
//! time, and one attempt each. Nothing here waits, so that a mail server can hold up nothing but mails.

mod dialogue;
mod talk;

use super::checks::ms;
use crate::plan::Plan;
use crate::rules::convert::format_time;
use config::haproxy::model::{Config, EmailAlert, Host, Mailer, Mailers};
use dialogue::{Envelope, Letter};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use sys::epoll::{Epoll, Interest, Ready};
use talk::Talk;
use trafficlog::Level;

/// Tokens of these sockets lie between this and those of checks.
pub const TOKEN_BASE: u64 = 1 << 31;
/// Mails that may wait before a server; beyond it the oldest goes, because the newest say what is
/// true now.
const MOST: usize = 100;

#[derive(Debug, Default)]
pub struct Alerts {
    /// By the section's index.
    routes: HashMap<usize, Route>,
    queues: BTreeMap<u64, Queue>,
    /// Those with something to send.
    busy: BTreeSet<u64>,
    /// The number of the next queue.
    next: u64,
}

/// Whom a section tells.
#[derive(Debug)]
struct Route {
    envelope: Envelope,
    /// The least urgent level that is told.
    level: u8,
    queues: Vec<u64>,
}

/// Section, mailers section and place in it: a queue outlives a reload.
type Key = (String, String, usize);

#[derive(Debug)]
struct Queue {
    key: Key,
    /// `None`: the section sends no mails any more, but for those that wait.
    section: Option<usize>,
    /// The mailer, for the log.
    mailer: String,
    /// `None`: its name has no address.
    place: Option<SocketAddr>,
    patience: u64,
    waiting: VecDeque<Arc<Letter>>,
    talk: Option<Talk>,
}

/// A line for the log of a section.
pub type Said = (usize, String);

impl Alerts {
    pub fn configure(&mut self, plan: &Plan) {
        let numbers = self.queues.iter();
        let mut before: HashMap<Key, u64> = numbers.map(|(n, q)| (q.key.clone(), *n)).collect();
        self.routes.clear();
        let model = &plan.model;
        for (section, proxy) in model.proxies.iter().enumerate() {
            if proxy.disabled || !proxy.kind.is_backend() {
                continue;
            }
            let Some((mut route, mailers)) = route(model, &proxy.email_alert) else {
                continue;
            };
            for (at, mailer) in mailers.servers.iter().enumerate() {
                let key = (proxy.name.0.clone(), mailers.name.value.clone(), at);
                let number = before.remove(&key).unwrap_or_else(|| {
                    self.next += 1;
                    self.next
                });
                let queue = self.queues.entry(number).or_insert_with(|| Queue::new(key));
                queue.follow(section, mailer, plan);
                queue.patience = ms(mailers.timeout);
                route.queues.push(number);
            }
            self.routes.insert(section, route);
        }
        for number in before.into_values() {
            if let Some(queue) = self.queues.get_mut(&number) {
                queue.section = None;
            }
            self.settle(number);
        }
    }

    /// Something became of a server: those who want to know get a mail.
    pub fn tell(&mut self, section: usize, level: Level, line: &str) {
        let Some(route) = self.routes.get(&section) else {
            return;
        };
        if level as u8 > route.level || route.queues.is_empty() {
            return;
        }
        let second = i64::try_from(sys::epoll::unix_us() / 1_000_000).unwrap_or_default();
        let date = format_time(b"%a, %d %b %Y %H:%M:%S +0000 (UTC)", second, 0);
        let date = String::from_utf8_lossy(&date);
        let letter = Arc::new(Letter::new(&route.envelope, line, &date));
        for number in &route.queues {
            if let Some(queue) = self.queues.get_mut(number) {
                queue.waiting.push_back(letter.clone());
                self.busy.insert(*number);
            }
        }
    }

    /// When something is to be done next.
    pub fn next_due(&self) -> Option<u64> {
        let queues = self.busy.iter().filter_map(|n| self.queues.get(n));
        let due = |queue: &Queue| queue.talk.as_ref().map_or(0, |talk| talk.deadline);
        queues.map(due).min()
    }

    /// Sends what waits and gives up what takes too long.
    pub fn run_due(&mut self, now: u64, epoll: &Epoll) -> Vec<Said> {
        let mut said = Vec::new();
        for number in self.busy.iter().copied().collect::<Vec<_>>() {
            if let Some(queue) = self.queues.get_mut(&number) {
                queue.run(TOKEN_BASE + number, now, epoll, &mut said);
            }
            self.settle(number);
        }
        said
    }

    pub fn on_event(&mut self, ready: Ready) -> Option<Said> {
        let queue = self.queues.get_mut(&(ready.token - TOKEN_BASE))?;
        let end = queue.talk.as_mut()?.advance(ready)?;
        // What waits behind it is sent with what is due.
        queue
            .talk
            .take()
            .and_then(|talk| queue.told(talk.letter(), end))
    }

    /// A queue that is empty rests, or goes with its section.
    fn settle(&mut self, number: u64) {
        let idle = |queue: &Queue| queue.waiting.is_empty() && queue.talk.is_none();
        if self.queues.get(&number).is_some_and(idle) {
            self.busy.remove(&number);
            let left = |queue: &Queue| queue.section.is_none();
            if self.queues.get(&number).is_some_and(left) {
                self.queues.remove(&number);
            }
        }
    }
}

impl Queue {
    fn new(key: Key) -> Self {
        Self {
            key,
            section: None,
            mailer: String::new(),
            place: None,
            patience: 0,
            waiting: VecDeque::new(),
            talk: None,
        }
    }

    fn follow(&mut self, section: usize, mailer: &Mailer, plan: &Plan) {
        let (host, ip) = match &mailer.host {
            Host::Ip(ip) => (ip.to_string(), Some(*ip)),
            Host::Name(name) => {
                let known = plan.log_targets.names.get(name);
                (name.clone(), known.copied())
            }
        };
        self.section = Some(section);
        self.mailer = format!("{} ({host} port {})", mailer.name, mailer.port);
        self.place = ip.map(|ip| SocketAddr::new(ip, mailer.port));
    }

    fn run(&mut self, token: u64, now: u64, epoll: &Epoll, said: &mut Vec<Said>) {
        while self.waiting.len() > MOST {
            if let Some(letter) = self.waiting.pop_front() {
                let why = format!("{MOST} newer ones wait");
                said.extend(self.told(&letter, Err(why)));
            }
        }
        if let Some(talk) = self.talk.as_mut().filter(|talk| now >= talk.deadline) {
            let end = talk.timed_out();
            let talk = self.talk.take();
            said.extend(talk.and_then(|talk| self.told(talk.letter(), end)));
        }
        while self.talk.is_none()
            && let Some(letter) = self.waiting.pop_front()
        {
            match self.begin(&letter, token, now, epoll) {
                Ok(talk) => self.talk = Some(talk),
                Err(why) => said.extend(self.told(&letter, Err(why))),
            }
        }
    }

    fn begin(
        &self,
        letter: &Arc<Letter>,
        token: u64,
        now: u64,
        epoll: &Epoll,
    ) -> Result<Talk, String> {
        let place = self.place.ok_or("its name has no address")?;
        let opened = Talk::begin(place, letter.clone(), now.saturating_add(self.patience));
        let begun = opened.and_then(|talk| {
            epoll.add(&talk.fd, token, Interest::Stream)?;
            Ok(talk)
        });
        begun.map_err(|error| super::probe::text(&error))
    }

    /// A mail that nobody gets is worth a line in the log.
    fn told(&self, letter: &Letter, end: Result<(), String>) -> Option<Said> {
        let why = end.err()?;
        let line = format!(
            "mail '{}' is not sent by mailer {}: {why}.",
            letter.line, self.mailer
        );
        Some((self.section?, line))
    }
}

/// Whom a section tells, where it says all that this takes.
fn route<'m>(model: &'m Config, alert: &EmailAlert) -> Option<(Route, &'m Mailers)> {
    let name = alert.mailers.as_ref()?;
    let mailers = model.mailers.iter().find(|m| m.name.value == name.value)?;
    let host = alert.host.as_ref().map_or_else(
        || {
            let machine = rustix::system::uname();
            machine.nodename().to_string_lossy().into_owned()
        },
        |host| host.value.clone(),
    );
    let route = Route {
        envelope: Envelope {
            from: alert.from.as_ref()?.value.clone(),
            to: alert.to.as_ref()?.value.clone(),
            host,
        },
        level: alert
            .level
            .as_ref()
            .map_or(Level::Alert as u8, |level| level.value as u8),
        queues: Vec::new(),
    };
    Some((route, mailers))
}
