//! Whether the neighbours have learnt where our addresses are now. Pure.
//!
//! An announcement may be lost on a busy link or ignored by a neighbour, which then talks to the
//! old master for as long as its table lives. So each neighbour is asked from each address, and
//! asked and announced again until its answer comes here, at most for some seconds.

use std::net::IpAddr;

use serde_json::{Value, json};
use vrrp::Micros;

use crate::announce::Mac;
use crate::ask::Answer;

/// When the neighbours are asked, counted from the announcement. Linux ignores a change within a
/// second of the one before (`locktime`), so one of the rounds comes after that.
const ROUNDS: [Micros; 6] = [0, 20_000, 100_000, 400_000, 1_200_000, 2_500_000];
/// An ARP reply to this round or a later one counts as proof without an echo.
const AFTER_LOCKTIME: usize = 4;
/// For the answers to the last round.
const LAST_WAIT: Micros = 500_000;
/// Questions of one round; a host may know a thousand neighbours.
pub const MOST_QUESTIONS: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Neighbours are being asked.
    Pending,
    /// Every address has been proved with the gateway, or where there is none with a neighbour.
    Verified,
    /// The time is over and some address was proved with nobody.
    Unverified,
    /// No neighbour is known that could be asked.
    NobodyKnown,
}

impl Outcome {
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::NobodyKnown => "nobody_known",
        }
    }
}

/// One neighbour asked from one address.
#[derive(Debug, Clone)]
pub struct Question {
    pub index: u32,
    pub vip: IpAddr,
    pub neighbour: IpAddr,
    pub mac: Mac,
    pub gateway: bool,
    proved: bool,
}

impl Question {
    pub fn new(index: u32, vip: IpAddr, neighbour: IpAddr, mac: Mac, gateway: bool) -> Self {
        Self {
            index,
            vip,
            neighbour,
            mac,
            gateway,
            proved: false,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Verification {
    began: Micros,
    since_ms: u64,
    round: usize,
    questions: Vec<Question>,
    outcome: Outcome,
    over: bool,
}

impl Verification {
    /// Begins with the first round due at once. `questions` is cut to [`MOST_QUESTIONS`].
    pub fn new(mut questions: Vec<Question>, now: Micros, now_ms: u64) -> Self {
        // Gateways first: most clients are behind them.
        questions.sort_by_key(|question| !question.gateway);
        questions.truncate(MOST_QUESTIONS);
        let outcome = if questions.is_empty() {
            Outcome::NobodyKnown
        } else {
            Outcome::Pending
        };
        Self {
            began: now,
            since_ms: now_ms,
            round: 0,
            questions,
            outcome,
            over: false,
        }
    }

    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub fn began(&self) -> Micros {
        self.began
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    pub fn round(&self) -> usize {
        self.round
    }

    pub fn next(&self) -> Option<Micros> {
        if self.over {
            return None;
        }
        let last = ROUNDS[ROUNDS.len() - 1] + LAST_WAIT;
        Some(self.began + ROUNDS.get(self.round).copied().unwrap_or(last))
    }

    /// The questions of the round that is due; the announcements are repeated with every round but
    /// the first, for the addresses that are not proved. `None` when nothing is due.
    pub fn advance(&mut self, now: Micros) -> Option<Vec<Question>> {
        if self.next().is_none_or(|at| now < at) {
            return None;
        }
        if self.round == ROUNDS.len() {
            self.over = true;
            if self.outcome == Outcome::Pending {
                self.outcome = Outcome::Unverified;
            }
            return None;
        }
        self.round += 1;
        let open = self.questions.iter().filter(|question| !question.proved);
        Some(open.cloned().collect())
    }

    /// Whether the broadcast announcement of an address is worth repeating.
    pub fn wants_announcement(&self, vip: IpAddr) -> bool {
        self.round > 1 && !self.is_proved(vip)
    }

    /// True when this answer was the last one that was missing.
    pub fn answered(&mut self, index: u32, answer: &Answer) -> bool {
        let counts = answer.by_table || self.round > AFTER_LOCKTIME;
        let question = self.questions.iter_mut().find(|question| {
            question.index == index
                && (question.neighbour, question.vip) == (answer.from, answer.to)
        });
        let Some(question) = question.filter(|question| counts && !question.proved) else {
            return false;
        };
        question.proved = true;
        self.over = self.questions.iter().all(|question| question.proved);
        let verified = self
            .questions
            .iter()
            .all(|question| self.is_proved(question.vip));
        let news = verified && self.outcome == Outcome::Pending;
        if news {
            self.outcome = Outcome::Verified;
        }
        news
    }

    fn is_proved(&self, vip: IpAddr) -> bool {
        let about = || self.questions.iter().filter(|question| question.vip == vip);
        let gateway = about().any(|question| question.gateway);
        let mut counting = about().filter(|question| question.gateway || !gateway);
        counting.any(|question| question.proved)
    }

    /// Neighbours that answered every question, of how many.
    pub fn score(&self) -> (usize, usize) {
        let mut neighbours: Vec<IpAddr> = self.questions.iter().map(|it| it.neighbour).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        let all = |neighbour: &&IpAddr| {
            let mut asked = self
                .questions
                .iter()
                .filter(|it| it.neighbour == **neighbour);
            asked.all(|question| question.proved)
        };
        (neighbours.iter().filter(all).count(), neighbours.len())
    }

    /// Addresses that nobody has proved.
    pub fn unproved(&self) -> Vec<IpAddr> {
        let mut vips: Vec<IpAddr> = self.questions.iter().map(|it| it.vip).collect();
        vips.dedup();
        vips.retain(|vip| !self.is_proved(*vip));
        vips.sort_unstable();
        vips.dedup();
        vips
    }

    pub fn status(&self) -> Value {
        let (proved, asked) = self.score();
        let unproved: Vec<String> = self.unproved().iter().map(ToString::to_string).collect();
        json!({
            "outcome": self.outcome.label(),
            "rounds": self.round,
            "neighboursAsked": asked,
            "neighboursProved": proved,
            "unproved": unproved,
            "since": self.since_ms,
        })
    }
}

#[cfg(test)]
#[path = "verification_test.rs"]
mod tests;
