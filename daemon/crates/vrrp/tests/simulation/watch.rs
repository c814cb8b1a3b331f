//! What must hold at every moment of every history:
//!
//! 1. after an election's time of quiet each island has exactly one master,
//! 2. an island never lacks a master for longer than an election takes, whatever gets lost,
//! 3. in quiet nobody changes,
//! 4. a release always precedes silence: whoever stops being master has said priority 0, or has
//!    heard a better master; and whoever is master is heard.

use vrrp::Micros;
use vrrp::instance::{Action, Instance, State};
use vrrp::timers::SECOND;

use super::longest_wait;

/// How long an old master may overlap with its successor, waiting for its announcement.
const HANDOVER_OVERLAP: Micros = 252_000;

/// From an advert that preempts to the last hearing it, in fair weather.
const PREEMPTION_OVERLAP: Micros = 1_000;

/// The most that any history here configures or asks for.
pub const LONGEST_PREEMPT_DELAY: Micros = 3 * SECOND;
pub const LONGEST_PATIENCE: Micros = SECOND;

/// Three adverts of the slowest node and the longest skew.
pub fn election_time(nodes: &[Instance]) -> Micros {
    let slowest = nodes.iter().map(|node| node.settings().interval).max();
    longest_wait(slowest.unwrap_or(0))
}

#[derive(Debug)]
pub struct Watch {
    /// The last moment at which something happened to a node, or a late packet may have arrived.
    stirred: Micros,
    /// The same, and packets that were lost.
    unquiet: Micros,
    /// Since when each island has no master, or has two.
    masterless: [Option<Micros>; 2],
    several: [Option<Micros>; 2],
    last_advert: Vec<Micros>,
    violation: Option<String>,
}

impl Watch {
    pub fn new(now: Micros, count: usize) -> Self {
        Self {
            stirred: now,
            unquiet: now,
            masterless: [None; 2],
            several: [None; 2],
            last_advert: vec![now; count],
            violation: None,
        }
    }

    pub fn disturbed(&mut self, at: Micros) {
        self.stirred = self.stirred.max(at);
        self.lost(at);
    }

    pub fn lost(&mut self, at: Micros) {
        self.unquiet = self.unquiet.max(at);
    }

    pub fn advertised(&mut self, node: usize, at: Micros) {
        self.last_advert[node] = at;
    }

    pub fn violated(&mut self, at: Micros, what: impl FnOnce() -> String) {
        self.violation
            .get_or_insert_with(|| format!("at {at}: {}", what()));
    }

    pub fn violation(&self) -> Option<&String> {
        self.violation.as_ref()
    }

    /// What a node does in one step.
    pub fn actions(
        &mut self,
        now: Micros,
        node: usize,
        before: State,
        actions: &[Action],
        after: &Instance,
    ) {
        let mut said_goodbye = false;
        for action in actions {
            match *action {
                Action::SendAdvert { priority, .. } => {
                    self.last_advert[node] = now;
                    said_goodbye |= priority == 0;
                }
                Action::Release if !said_goodbye => self.check_yielding(now, node, after),
                Action::Transition { to, .. } => self.check_cause(now, node, to, after),
                _ => {}
            }
        }
        if before == State::Master && after.state() != State::Master && !said_goodbye {
            self.check_yielding(now, node, after);
        }
    }

    /// Only a better master, or the successor of a handover, is a reason to go without a farewell.
    fn check_yielding(&mut self, now: Micros, node: usize, after: &Instance) {
        let own = (after.effective_priority(), after.settings().address);
        let succeeded = after.heard().is_some_and(|heard| {
            let recent = after.yielded() && now - heard.at <= HANDOVER_OVERLAP;
            (heard.priority, heard.source) > own || (recent && heard.priority > 0)
        });
        if !succeeded {
            self.violated(now, || {
                format!("node {node} fell silent without a farewell")
            });
        }
    }

    fn check_cause(&mut self, now: Micros, node: usize, to: State, after: &Instance) {
        let longest = longest_wait(after.settings().interval.max(SECOND));
        let own_timers = LONGEST_PREEMPT_DELAY + LONGEST_PATIENCE + 2 * longest;
        if now > self.unquiet + own_timers {
            self.violated(now, || {
                format!("node {node} becomes {} without a cause", to.label())
            });
        }
    }

    /// Nothing changes between `now` and `until`.
    pub fn look(
        &mut self,
        now: Micros,
        until: Micros,
        nodes: &[Instance],
        awake: &[bool],
        island: &[u32],
    ) {
        let wait = election_time(nodes);
        let mut able = [false; 2];
        let mut masters = [0; 2];
        let mut handing_over = false;
        for (node, instance) in nodes.iter().enumerate().filter(|(node, _)| awake[*node]) {
            let place = island[node] as usize;
            let is_master = instance.state() == State::Master;
            able[place] |= is_master || instance.state() == State::Backup;
            masters[place] += u32::from(is_master);
            handing_over |= is_master && instance.is_handing_over();
            if is_master && !instance.is_handing_over() {
                self.check_heard(node, until, instance.settings().interval);
            }
        }
        for place in 0..2 {
            since(
                &mut self.masterless[place],
                able[place] && masters[place] == 0,
                now,
            );
            since(&mut self.several[place], masters[place] > 1, now);
            let without = self.masterless[place].map(|from| from.max(self.stirred));
            // The last advert was still on its way.
            let longest = wait + 20 + super::FAIR.max_delay;
            if without.is_some_and(|from| until.saturating_sub(from) > longest) {
                self.violated(until, || {
                    format!("island {place} has no master for too long")
                });
            }
            let overlap = if handing_over {
                wait + HANDOVER_OVERLAP
            } else {
                wait
            };
            let quiet = until.saturating_sub(self.unquiet);
            let lasting = self.several[place].is_some_and(|from| until - from > PREEMPTION_OVERLAP);
            if lasting && quiet > overlap {
                self.violated(until, || {
                    format!("island {place} has several masters in quiet")
                });
            }
        }
    }

    /// A master that is awake is heard each interval.
    fn check_heard(&mut self, node: usize, until: Micros, interval: Micros) {
        let last = self.last_advert[node].max(self.unquiet.min(until));
        if until.saturating_sub(last) > interval {
            self.violated(until, || format!("master {node} is silent"));
        }
    }
}

fn since(slot: &mut Option<Micros>, holds: bool, now: Micros) {
    if holds {
        slot.get_or_insert(now);
    } else {
        *slot = None;
    }
}
