//! Farewell to connections of addresses that another host has now. They go on here for a while, as
//! the VRRP process sees to, and then nowhere: until then each answer says that it is the last (RFC
//! 9112 §9.6, RFC 9113 §6.8), and a connection that is asked nothing ends a moment before. Whatever is
//! left then is reset while its client can still hear of it: it would wait for what cannot come.

use super::Worker;
use super::chores::NEVER;
use super::conn::State;
use crate::plan::Mode;
use ipc::Departed;
use std::net::IpAddr;

/// What a client of HTTP/2 sent before it heard that its connection ends has come by then.
const UNDER_WAY_MS: u64 = 1_000;
/// So long before the end unasked connections begin to go. What is said then has to come through, and
/// the other host passes on for less time than this one listens.
const LAST_CALL_MS: u64 = 3_000;
/// So long before the end everything else goes. The other host passes on nothing any more: what a
/// client answers meets its reset, too.
const LAST_WORD_MS: u64 = 500;
/// In so long they go one by one, so that their clients do not come back all at once.
const SPREAD_MS: u32 = 1_000;

/// How far the farewell has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Clients hear that they are to go elsewhere.
    Told,
    /// Connections of HTTP/2 take no more streams.
    Left,
    /// Unasked connections end.
    Called,
    /// All others, too.
    Over,
}

#[derive(Debug)]
pub struct Departure {
    address: IpAddr,
    stage: Stage,
    /// Monotonic milliseconds: since when it is known, and when nothing comes here any more.
    since: u64,
    until: u64,
}

impl Departure {
    fn next(&self) -> u64 {
        let call = self.until.saturating_sub(LAST_CALL_MS);
        match self.stage {
            Stage::Told => call.min(self.since + UNDER_WAY_MS),
            Stage::Left => call,
            Stage::Called => self.until.saturating_sub(LAST_WORD_MS),
            Stage::Over => self.until,
        }
    }

    fn stage_at(&self, now: u64) -> Stage {
        if now + LAST_WORD_MS >= self.until {
            Stage::Over
        } else if now + LAST_CALL_MS >= self.until {
            Stage::Called
        } else if now >= self.since + UNDER_WAY_MS {
            Stage::Left
        } else {
            Stage::Told
        }
    }
}

impl Worker {
    /// In place of those before.
    pub(super) fn take_departures(&mut self, departed: &[Departed]) {
        // What ends just now is not forgotten over it, should this worker be late.
        self.go_on_parting();
        let mut before = std::mem::take(&mut self.departures);
        for it in departed {
            let until = it.until_us / 1000;
            let same = |old: &mut Departure| (old.address, old.until) == (it.address, until);
            let known = before.extract_if(.., same).next();
            self.departures.push(known.unwrap_or(Departure {
                address: it.address,
                stage: Stage::Told,
                since: self.now,
                until,
            }));
        }
        self.plan_farewell();
        for i in self.clients.indexes() {
            if self.clients[i].state == State::Multiplexed && self.departure(i).is_some() {
                self.warn_h2(i);
            }
        }
    }

    fn plan_farewell(&mut self) {
        let next = self.departures.iter().map(Departure::next).min();
        self.chores.farewell = next.unwrap_or(NEVER);
        self.parting = self.stop_at.is_some() || !self.departures.is_empty();
    }

    /// Whether a connection is to end after this exchange because its end is near anyway.
    pub(super) fn is_parting(&self, i: u32) -> bool {
        self.parting && (self.stop_at.is_some() || self.departure(i).is_some())
    }

    #[cold]
    fn departure(&self, i: u32) -> Option<&Departure> {
        let local = sys::tcp::local_address(self.clients[i].link.fd()).ok()?;
        // One that listens for both families sees the older one inside the newer.
        let address = local.ip().to_canonical();
        self.departures.iter().find(|it| it.address == address)
    }

    /// Whether connections of the address that this one came by take no more streams.
    pub(super) fn has_left(&self, i: u32) -> bool {
        self.stop_at.is_some() || self.departure(i).is_some_and(|it| it.stage > Stage::Told)
    }

    /// The farewell goes on with the clock.
    pub(super) fn go_on_parting(&mut self) {
        if self.now < self.chores.farewell {
            return;
        }
        let now = self.now;
        for departure in &mut self.departures {
            departure.stage = departure.stage_at(now);
        }
        for i in self.clients.indexes() {
            self.part_from(i);
        }
        self.departures.retain(|it| it.until > now);
        self.plan_farewell();
        self.flush_h2();
    }

    /// Who is told a second time does not mind.
    fn part_from(&mut self, i: u32) {
        // A connection that ends takes its streams along.
        let Some(c) = self.clients.get(i).filter(|c| !c.link.is_stream()) else {
            return;
        };
        let multiplexed = c.state == State::Multiplexed;
        let free = c.frontend().mode == Mode::Http && (multiplexed || c.awaits_request());
        let Some(stage) = self.departure(i).map(|it| it.stage) else {
            return;
        };
        if stage == Stage::Over {
            self.clients[i].link.break_off();
            return self.abort(i, b'K', b'D');
        }
        if !free {
            return;
        }
        if stage > Stage::Told && multiplexed {
            self.leave_h2(i);
        }
        if stage == Stage::Called {
            let wait = self.draw() % SPREAD_MS;
            self.end_unless_asked(i, wait.into());
        }
    }

    /// The process ends before they do: what an end leaves to be sent could not leave any more.
    pub(super) fn break_departed(&mut self) {
        for i in self.clients.indexes() {
            self.break_if_departed(i);
        }
    }

    /// A connection of an address that another host has ends by a reset.
    pub(super) fn break_if_departed(&mut self, i: u32) {
        if !self.clients[i].link.is_stream() && self.departure(i).is_some() {
            self.clients[i].link.break_off();
        }
    }

    /// A connection in the middle of nothing ends when nothing comes for so long: silently, even
    /// where a first request was still expected.
    pub(super) fn end_unless_asked(&mut self, i: u32, wait: u64) {
        let c = &mut self.clients[i];
        if c.awaits_request() {
            let wait = wait.min(c.deadline.saturating_sub(self.now));
            c.first = false;
            self.set_deadline(i, wait);
        }
    }
}
