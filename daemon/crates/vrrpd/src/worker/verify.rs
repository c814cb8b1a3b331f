//! Asks the neighbours whether they have learnt of an announcement (see `verification`).

use std::net::IpAddr;

use vrrp::InstanceId;
use vrrp::Micros;

use super::{INFO, WARNING, Worker};
use crate::ask::Answer;
use crate::clock;
use crate::running::Running;
use crate::verification::{MOST_QUESTIONS, Outcome, Verification};

/// Between the beginnings of two verifications of an instance.
const LEAST_PAUSE: Micros = 1_000_000;

/// How often an instance's announcements ended in each way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verdicts {
    pub verified: u64,
    pub unverified: u64,
    pub nobody_known: u64,
}

impl Verdicts {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Verified => self.verified += 1,
            Outcome::Unverified => self.unverified += 1,
            Outcome::NobodyKnown => self.nobody_known += 1,
            Outcome::Pending => {}
        }
    }
}

impl Worker {
    /// The addresses were announced: begins to look at whether that was heard. The questions are
    /// gathered after everything that cannot wait is done.
    pub(super) fn verify_later(&mut self, id: InstanceId) {
        let now = clock::monotonic();
        if let Some(running) = self.running.get_mut(&id)
            && !running.held.is_empty()
        {
            let last = running.verification.as_ref().map(Verification::began);
            // A second master that insists must not make a flood of questions.
            let from = last.map_or(now, |began| now.max(began + LEAST_PAUSE));
            running.verify_from.get_or_insert(from);
        }
    }

    /// The same for an announcement that only repeats one, unless that was verified.
    pub(super) fn verify_unless_done(&mut self, id: InstanceId) {
        let done = self.running.get(&id).is_some_and(|running| {
            let known = running.verification.as_ref();
            known.is_some_and(|it| it.outcome() == Outcome::Verified || !it.is_over())
        });
        if !done {
            self.verify_later(id);
        }
    }

    pub(super) fn ask_neighbours(&mut self) {
        let now = clock::monotonic();
        let due: Vec<InstanceId> = (self.running.values())
            .filter(|running| running.next_question().is_some_and(|at| at <= now))
            .map(|running| running.id)
            .collect();
        if due.is_empty() {
            return;
        }
        self.begin_verifications(&due, now);
        for id in due {
            self.ask_of(id, now);
            self.beat(clock::monotonic());
        }
    }

    pub(super) fn next_question(&self) -> Option<Micros> {
        (self.running.values())
            .filter_map(|running| running.next_question())
            .min()
    }

    fn begin_verifications(&mut self, due: &[InstanceId], now: Micros) {
        let begins = |id: &&InstanceId| {
            let running = self.running.get(id);
            let from = running.and_then(|running| running.verify_from);
            from.is_some_and(|from| from <= now)
        };
        let fresh: Vec<InstanceId> = due.iter().filter(begins).copied().collect();
        if fresh.is_empty() {
            return;
        }
        let around = self.neighbourhood();
        let count = fresh.len().max(1);
        for id in fresh {
            let Some(running) = self.running.get_mut(&id) else {
                continue;
            };
            running.verify_from = None;
            let mut questions = around.questions(running, &self.links);
            // Gateways first, and not more of all instances together than of one.
            questions.sort_by_key(|question| !question.gateway);
            questions.truncate((MOST_QUESTIONS / count).max(running.held.len()).max(1));
            running.verification = Some(Verification::new(questions, now, clock::unix_ms()));
        }
        // The answers may come before the loop gets there.
        self.listen_for_claims();
    }

    fn ask_of(&mut self, id: InstanceId, now: Micros) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let Some(verification) = &mut running.verification else {
            return;
        };
        let before = verification.is_over();
        let questions = verification.advance(now).unwrap_or_default();
        let round = u16::try_from(verification.round()).unwrap_or(0);
        let again: Vec<(u32, IpAddr)> = (running.held.iter())
            .map(|held| (held.index, held.vip.address.address))
            .filter(|(_, vip)| !before && verification.wants_announcement(*vip))
            .collect();
        let ended = !before && verification.is_over();
        if ended {
            return self.verification_ended(id);
        }
        if running.plan.pauses() {
            // With a configured distance it waits its turn, once.
            let waiting = running.pending.clone();
            let again = again.into_iter().filter(|it| !waiting.contains(it));
            running.pending.extend(again);
        } else {
            for (index, vip) in again {
                self.announce_one(index, vip, 1);
            }
        }
        for question in questions {
            self.put(&question, Some(round));
        }
    }

    /// An answer of a neighbour came to one of our addresses.
    pub(super) fn verify(&mut self, index: u32, answer: &Answer) {
        let mut news = Vec::new();
        let mut ended = false;
        for running in self.running.values_mut() {
            if !running.holds(index, answer.to) {
                continue;
            }
            let Some(verification) = &mut running.verification else {
                continue;
            };
            let before = verification.is_over();
            let verified = verification.answered(index, answer);
            ended |= verification.is_over() != before;
            if verified {
                running.verdicts.count(Outcome::Verified);
                let (proved, asked) = verification.score();
                let name = &running.plan.name;
                news.push(format!(
                    "instance {name}: the neighbours have learnt the addresses ({proved} of {asked} so far)"
                ));
            }
        }
        if ended {
            // Nothing more is listened for.
            self.next_chores = 0;
        }
        for text in news {
            self.log(INFO, text);
        }
    }

    fn verification_ended(&mut self, id: InstanceId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let Some(verification) = &running.verification else {
            return;
        };
        let outcome = verification.outcome();
        if outcome == Outcome::Verified {
            return;
        }
        running.verdicts.count(outcome);
        if outcome == Outcome::Unverified {
            let unproved: Vec<String> = verification
                .unproved()
                .iter()
                .map(ToString::to_string)
                .collect();
            let text = format!(
                "instance {}: no neighbour shows that it has learnt {}; announced {} times",
                running.plan.name,
                unproved.join(", "),
                verification.round()
            );
            self.log(WARNING, text);
        }
    }
}

impl Running {
    fn next_question(&self) -> Option<Micros> {
        let next = self.verification.as_ref().and_then(Verification::next);
        self.verify_from.into_iter().chain(next).min()
    }
}
