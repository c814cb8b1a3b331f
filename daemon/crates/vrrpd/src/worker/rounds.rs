//! How often a master looks around on its links, and how far it gets each time.
//!
//! Once a second it asks who else has its addresses, and asks neighbours from them. A host full of
//! instances takes turns, so that it does not send more questions than adverts. A link on which
//! nobody answers may come back at any moment, perhaps with another master on its far side that
//! gives way in silence: there one neighbour is asked at the pace of the adverts, and the first
//! answer has everything announced again.

use std::collections::BTreeMap;

use netlink::Gateway;
use vrrp::{InstanceId, Micros};

use super::{INFO, Worker};
use crate::clock;

const PERIOD: Micros = 1_000_000;
/// However often adverts are sent.
const SHORTEST: Micros = 100_000;
/// Questions without an answer that are no accident.
const SILENT: u32 = 3;
/// Own addresses that the links are asked for in one round, all instances together.
const PROBES: usize = 32;
/// How old they may be that decide who is asked.
const GATEWAYS_EVERY: Micros = 10_000_000;
/// Questions to neighbours in one round.
const QUESTIONS: usize = 64;
/// Those of one instance.
const OF_ONE: usize = 8;

#[derive(Debug, Default)]
pub struct Rounds {
    /// Some instance is master, or some conflict is to be let go.
    pub wanted: bool,
    next: Micros,
    /// Where nobody answers is asked again.
    next_retry: Micros,
    /// Rounds on an interface since its last answer.
    unanswered: BTreeMap<u32, u32>,
    /// As they were read last; a router's table of routes may be long.
    gateways: Option<(Micros, Vec<Gateway>)>,
    /// Which master is next.
    probes: usize,
    questions: usize,
}

impl Rounds {
    pub fn next(&self) -> Micros {
        match (self.wanted, self.unanswered.is_empty()) {
            (false, _) => Micros::MAX,
            (true, true) => self.next,
            (true, false) => self.next.min(self.next_retry),
        }
    }

    /// An answer came; true when the interface had been silent for long.
    fn answered(&mut self, index: u32) -> bool {
        let before = self.unanswered.remove(&index);
        before.is_some_and(|rounds| rounds >= SILENT)
    }
}

impl Worker {
    pub(super) fn look_around(&mut self, now: Micros) {
        if now < self.rounds.next() {
            return;
        }
        let masters = self.masters();
        let whole = now >= self.rounds.next;
        if whole {
            self.rounds.next = now + PERIOD;
            self.let_go(now);
            self.forget_differences(now);
            self.probe_in_turn(&masters);
        }
        self.rounds.next_retry = now + self.pace(&masters);
        self.ask_in_turn(&masters, whole);
        if masters.is_empty() {
            self.rounds.unanswered.clear();
        }
    }

    fn pace(&self, masters: &[InstanceId]) -> Micros {
        let plans = masters.iter().filter_map(|id| self.running.get(id));
        let intervals = plans.map(|running| running.plan.settings.interval);
        intervals.min().unwrap_or(PERIOD).clamp(SHORTEST, PERIOD)
    }

    fn probe_in_turn(&mut self, masters: &[InstanceId]) {
        let mut left = PROBES;
        let first = self.rounds.probes;
        for id in turn(masters, first) {
            if left == 0 {
                return;
            }
            self.rounds.probes = self.rounds.probes.wrapping_add(1);
            let Some(running) = self.running.get_mut(&id) else {
                continue;
            };
            for (index, address) in running.next_to_ask() {
                self.ask_for(index, address);
                left = left.saturating_sub(1);
            }
        }
    }

    /// The next few neighbours of each master. Where nobody answers only one of them, and on other
    /// links none unless the round is a whole one.
    fn ask_in_turn(&mut self, masters: &[InstanceId], whole: bool) {
        if masters.is_empty() {
            return;
        }
        let gateways = self.gateways();
        let around = self.neighbourhood_with(gateways);
        let silent = self.rounds.unanswered.clone();
        let mut left = QUESTIONS;
        let mut asked: Vec<u32> = Vec::new();
        let first = self.rounds.questions;
        for id in turn(masters, first) {
            if left == 0 {
                break;
            }
            self.rounds.questions = self.rounds.questions.wrapping_add(1);
            let Some(running) = self.running.get_mut(&id) else {
                continue;
            };
            let questions = around.questions(running, &self.links);
            let count = questions.len().min(OF_ONE).min(left);
            let first = running.turn.checked_rem(questions.len()).unwrap_or(0);
            let mut chosen = Vec::new();
            for question in questions.iter().cycle().skip(first).take(count) {
                let index = question.index;
                let wanted = match silent.get(&index) {
                    Some(_) => !asked.contains(&index),
                    None => whole,
                };
                if wanted {
                    asked.push(index);
                    chosen.push(question);
                }
            }
            running.turn = running.turn.wrapping_add(chosen.len());
            left -= chosen.len();
            for question in chosen {
                self.put(question, None);
            }
        }
        asked.sort_unstable();
        asked.dedup();
        for index in asked {
            let rounds = self.rounds.unanswered.entry(index).or_default();
            *rounds = rounds.saturating_add(1);
        }
        let held = |index: &u32| self.claims.iter().any(|it| it.is_on(*index));
        self.rounds.unanswered.retain(|index, _| held(index));
    }

    fn gateways(&mut self) -> Vec<Gateway> {
        let now = clock::monotonic();
        if let Some((at, known)) = &self.rounds.gateways
            && now < at + GATEWAYS_EVERY
        {
            return known.clone();
        }
        let read = self.netlink.gateways().unwrap_or_default();
        self.rounds.gateways = Some((now, read.clone()));
        read
    }

    /// A neighbour answered. After a long silence the link is back, and what is on its far side
    /// may have learnt the addresses from somebody else.
    pub(super) fn answered(&mut self, index: u32) {
        if !self.rounds.answered(index) {
            return;
        }
        let back: Vec<InstanceId> = (self.masters().into_iter())
            .filter(|id| {
                let running = self.running.get(id);
                running.is_some_and(|it| it.held.iter().any(|held| held.index == index))
            })
            .collect();
        let name = self.links.by_index(index).map(|link| link.name.clone());
        let name = name.unwrap_or_default();
        let text = format!("{name}: neighbours answer again; the addresses are announced again");
        self.log(INFO, text);
        for id in back {
            self.announce(id, 1);
            self.verify_later(id);
        }
        self.next_chores = 0;
    }
}

/// All of them, another one first each time.
fn turn(masters: &[InstanceId], first: usize) -> Vec<InstanceId> {
    let first = first.checked_rem(masters.len()).unwrap_or(0);
    let (before, after) = masters.split_at(first);
    [after, before].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_link_is_asked_sooner_until_it_answers() {
        let mut rounds = Rounds {
            wanted: true,
            next: 1_000_000,
            next_retry: 100_000,
            ..Rounds::default()
        };
        assert_eq!(rounds.next(), 1_000_000);
        rounds.unanswered.insert(3, 1);
        assert_eq!(rounds.next(), 100_000);
        assert!(!rounds.answered(3), "one lost packet is no partition");
        assert_eq!(rounds.next(), 1_000_000);
        rounds.unanswered.insert(3, SILENT);
        assert!(rounds.answered(3));
        rounds.wanted = false;
        assert_eq!(rounds.next(), Micros::MAX);
    }

    #[test]
    fn everybody_gets_a_turn() {
        let all: Vec<InstanceId> = (0..5).map(InstanceId).collect();
        for first in 0..12 {
            let mut order = turn(&all, first);
            assert_eq!(order[0], all[first % 5]);
            order.sort_unstable();
            assert_eq!(order, all);
        }
        assert!(turn(&[], 7).is_empty());
    }
}
