//! The thread's loop: sockets, deadlines, changes of entries.

use super::common::{Common, Random};
use super::group::Group;
use super::running::Running;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use sys::epoll::{Epoll, Events, Interest, Ready, Waker, monotonic_ms};

pub const WAKER: u64 = 0;
/// Changes are gathered for so many milliseconds before they are sent.
const PAUSE: u64 = 10;
const BUFFER: usize = 64 * 1024;

#[derive(Debug)]
pub struct Service {
    epoll: Arc<Epoll>,
    waker: Arc<Waker>,
    pub sections: Vec<Running>,
    next_token: u64,
    random: Random,
    /// When changes are taken up next, if there are some.
    gather: Option<u64>,
    gathered: u64,
    stopped: bool,
}

impl Service {
    pub fn new(epoll: Arc<Epoll>, waker: Arc<Waker>) -> Self {
        let seed = sys::epoll::unix_us() ^ u64::from(std::process::id()) << 32;
        Self {
            epoll,
            waker,
            sections: Vec::new(),
            next_token: WAKER,
            random: Random(seed | 1),
            gather: None,
            gathered: 0,
            stopped: false,
        }
    }

    /// Sessions of sections that share the same with the same hosts go on.
    pub fn configure(&mut self, groups: Vec<Group>, now: u64) {
        let mut before = std::mem::take(&mut self.sections);
        for group in groups {
            let at = before.iter().position(|old| old.group.name == group.name);
            let old = at.map(|at| before.swap_remove(at));
            let same = |running: &Running, group: &Group| -> bool {
                let cookies = |group: &Group| -> Vec<u64> {
                    group.listeners.iter().map(|l| l.cookie).collect()
                };
                cookies(&running.group) == cookies(group)
            };
            let mut running = match old {
                Some(mut old) if group.goes_on(&old.group) => {
                    let listens_on = same(&old, &group);
                    if listens_on {
                        // The descriptors that are watched stay.
                        let listeners = std::mem::take(&mut old.group.listeners);
                        old.group = Group { listeners, ..group };
                        self.sections.push(old);
                        continue;
                    }
                    self.ignore(&old);
                    old.group = group;
                    old
                }
                Some(old) => {
                    self.ignore(&old);
                    Running::new(group, now)
                }
                None => Running::new(group, now),
            };
            running.listening.clear();
            for listener in &running.group.listeners {
                self.next_token += 1;
                let added = self
                    .epoll
                    .add(&*listener.fd, self.next_token, Interest::Stream);
                running
                    .listening
                    .push(added.map_or(u64::MAX, |()| self.next_token));
            }
            self.sections.push(running);
        }
        for gone in &before {
            self.ignore(gone);
        }
        self.gather = Some(now);
    }

    /// Other threads hold the same sockets: closing them here is not enough.
    fn ignore(&self, running: &Running) {
        for listener in &running.group.listeners {
            let _ = self.epoll.delete(&*listener.fd);
        }
    }

    /// What changed last is sent as far as that goes at once.
    pub fn stop(&mut self) {
        self.take_up(monotonic_ms());
        self.turn(&mut vec![0; BUFFER], monotonic_ms());
        self.configure(Vec::new(), 0);
        self.stopped = true;
    }

    fn take_up(&mut self, now: u64) {
        (self.gather, self.gathered) = (None, now);
        for running in &self.sections {
            for shared in &running.group.tables {
                shared.table.take_up_changes(now);
            }
        }
    }

    fn turn(&mut self, buffer: &mut [u8], now: u64) -> bool {
        let mut more = false;
        let mut common = Common {
            epoll: &self.epoll,
            next_token: &mut self.next_token,
            random: &mut self.random,
            buffer,
            now,
        };
        for running in &mut self.sections {
            more |= running.turn(&mut common);
        }
        more
    }

    fn on_event(&mut self, ready: Ready, now: u64) {
        let mut common = Common {
            epoll: &self.epoll,
            next_token: &mut self.next_token,
            random: &mut self.random,
            buffer: &mut [],
            now,
        };
        for running in &mut self.sections {
            let listening = running.listening.iter().position(|t| *t == ready.token);
            if let Some(listener) = listening {
                return running.accept(listener, &mut common);
            }
            if running.on_event(ready) {
                return;
            }
        }
    }

    /// What happened, then what is due; how long to wait then.
    fn round(&mut self, events: &Events, buffer: &mut [u8], now: u64) -> Option<Duration> {
        for ready in events.iter() {
            if ready.token == WAKER {
                self.waker.clear();
                self.gather.get_or_insert(now.max(self.gathered + PAUSE));
                continue;
            }
            self.on_event(ready, now);
        }
        if self.gather.is_some_and(|at| now >= at) {
            self.take_up(now);
        }
        if self.turn(buffer, now) {
            return Some(Duration::ZERO);
        }
        let dues = self.sections.iter().filter_map(Running::due);
        let due = dues.chain(self.gather).min();
        due.map(|at| Duration::from_millis(at.saturating_sub(now)))
    }
}

pub fn run(service: &Mutex<Service>, epoll: &Epoll) {
    let mut events = Events::with_capacity(64);
    let mut buffer = vec![0; BUFFER];
    let mut wait = None;
    loop {
        if epoll.wait(&mut events, wait).is_err() {
            return;
        }
        let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
        if service.stopped {
            return;
        }
        wait = service.round(&events, &mut buffer, monotonic_ms());
    }
}
