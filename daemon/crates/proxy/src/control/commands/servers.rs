//! Orders about servers: weights, states, limits, what their checks are taken to have found.

use super::find::Found;
use super::places::either;
use super::{leading_number, word};
use crate::control::Control;
use crate::control::change::Change;
use crate::control::checks::Kind;
use crate::desk::Answer;
use config::haproxy::model;
use health::{Outcome, Wish};

const USAGE: &str = "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n";

impl Control {
    pub(super) fn get_weight(&self, words: &[String]) -> Answer {
        either(self.find_server(words).map(|found| {
            let shared = &found.server().shared;
            let (now, initial) = (shared.weight(), shared.initial_weight());
            Answer::info(format!("{now} (initial {initial})\n"))
        }))
    }

    pub(super) fn set_weight(&mut self, words: &[String], changes: &mut Vec<Change>) -> Answer {
        match self.find_server(words) {
            Ok(found) => self.weigh(&found, word(words, 1), changes),
            Err(refused) => refused,
        }
    }

    fn weigh(&mut self, found: &Found, text: &str, changes: &mut Vec<Change>) -> Answer {
        if text.is_empty() {
            return Answer::error("Require <weight> or <weight%>.\n");
        }
        let initial = found.server().shared.initial_weight();
        let weight = match read_weight(text, initial) {
            Ok(weight) => weight,
            Err(why) => return Answer::error(why),
        };
        let Some(at) = self.checks.place(&found.server().shared) else {
            return Answer::Done;
        };
        match self.checks.roster().give_weight(at, weight, changes) {
            Ok(()) => Answer::Done,
            Err(why) => Answer::error(format!("{why}\n")),
        }
    }

    pub(super) fn wish(
        &mut self,
        words: &[String],
        wish: Wish,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Answer {
        match self.find_server(words) {
            Ok(found) => self.order_server(&found, wish, now, changes),
            Err(refused) => refused,
        }
    }

    fn order_server(
        &mut self,
        found: &Found,
        wish: Wish,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Answer {
        if let Some(at) = self.checks.place(&found.server().shared) {
            self.checks.ordered(at, wish, now, changes);
        }
        Answer::Done
    }

    pub(super) fn set_server_maxconn(&mut self, words: &[String]) -> Answer {
        let found = match self.find_server(words) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let text = word(words, 1);
        if text.is_empty() {
            return Answer::error("Require <maxconn>.\n");
        }
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Answer::error("maxconn string empty or preceded by garbage");
        }
        let number = text.trim_start_matches('-');
        if number.bytes().any(|b| !b.is_ascii_digit()) {
            return Answer::error("Trailing garbage in maxconn string");
        }
        // A negative one is none.
        let limit = u32::try_from(leading_number(text)).unwrap_or(0);
        if let Some(at) = self.checks.place(&found.server().shared) {
            self.checks.roster().set_maxconn(at, limit);
        }
        Answer::Done
    }

    pub(super) fn set_server(
        &mut self,
        words: &[String],
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Answer {
        let found = match self.find_server(words) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let (value, rest) = (word(words, 2), words.get(2..).unwrap_or_default());
        match word(words, 1) {
            "weight" => self.weigh(&found, value, changes),
            "state" => match value {
                "ready" => self.order_server(&found, Wish::Ready, now, changes),
                "drain" => self.order_server(&found, Wish::Drain, now, changes),
                "maint" => self.order_server(&found, Wish::Maintenance, now, changes),
                _ => Answer::error(
                    "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n",
                ),
            },
            "health" => self.force(&found, Kind::Health, value, changes),
            "agent" => self.force(&found, Kind::Agent, value, changes),
            "addr" => self.set_address(&found, rest),
            "fqdn" => self.set_name(&found, value),
            "check-addr" => either(self.set_check_address(&found, rest)),
            "check-port" => either(self.set_check_port(&found, value)),
            "agent-addr" => either(self.set_agent_address(&found, rest)),
            "agent-port" => either(self.set_agent_port(&found, value)),
            "agent-send" => either(self.set_agent_send(&found, value)),
            "ssl" => Answer::error(
                "'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n",
            ),
            _ => Answer::error(USAGE),
        }
    }

    /// The check, or the agent, is taken to have said this.
    fn force(
        &mut self,
        found: &Found,
        kind: Kind,
        value: &str,
        changes: &mut Vec<Change>,
    ) -> Answer {
        let model = Self::line(found);
        let tracks = model.is_some_and(|m| m.track.is_some());
        let asked = model.is_some_and(|m| m.agent.enabled.is_some());
        let outcome = match (kind, value) {
            (Kind::Health, _) if tracks => {
                return Answer::error("cannot change health on a tracking server.\n");
            }
            (Kind::Agent, _) if !asked => {
                return Answer::error("agent checks are not enabled on this server.\n");
            }
            (_, "up") => Outcome::Passed,
            (_, "down") => Outcome::Failed,
            (Kind::Health, "stopping") => Outcome::Conditional,
            (Kind::Health, _) => {
                return Answer::error(
                    "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n",
                );
            }
            (Kind::Agent, _) => {
                return Answer::error("'set server <srv> agent' expects 'up' or 'down'.\n");
            }
        };
        if let Some(at) = self.checks.place(&found.server().shared) {
            self.checks.force(at, kind, outcome, changes);
        }
        Answer::Done
    }

    /// The server's line as it applies now.
    pub(super) fn line(found: &Found) -> Option<&model::Server> {
        let section = found.plan.model.proxies.get(found.backend().section)?;
        section.servers.get(found.server)
    }

    /// `enable|disable health|agent`
    pub(super) fn switch_check(
        &mut self,
        words: &[String],
        agent: bool,
        on: bool,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Answer {
        let found = match self.find_server(words) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let (kind, name) = if agent {
            (Kind::Agent, "Agent")
        } else {
            (Kind::Health, "Health check")
        };
        if !Self::is_asked(&found, kind) {
            let refused = format!("{name} was not configured on this server, cannot enable.\n");
            return if on {
                Answer::error(refused)
            } else {
                Answer::Done
            };
        }
        self.switch_found(&found, kind, on, now, changes)
    }

    /// Whether its line has such checks.
    pub(super) fn is_asked(found: &Found, kind: Kind) -> bool {
        Self::line(found).is_some_and(|m| match kind {
            Kind::Health => m.check.enabled,
            Kind::Agent => m.agent.enabled.is_some(),
        })
    }

    pub(super) fn switch_found(
        &mut self,
        found: &Found,
        kind: Kind,
        on: bool,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Answer {
        if let Some(at) = self.checks.place(&found.server().shared) {
            self.checks.switch(at, kind, on, now, changes);
        }
        self.amend_server(found, |a| match kind {
            Kind::Health => a.unchecked = !on,
            Kind::Agent => a.unasked = !on,
        })
    }
}

fn read_weight(text: &str, initial: u32) -> Result<u32, &'static str> {
    let (number, percent) = match text.strip_suffix('%') {
        Some(number) => (number, true),
        None => (text, false),
    };
    let digits = number.strip_prefix('-').unwrap_or(number);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("Empty weight string empty or preceded by garbage");
    }
    if digits.bytes().any(|b| !b.is_ascii_digit()) {
        return Err("Trailing garbage in weight string");
    }
    let weight = leading_number(number);
    if percent {
        let Ok(weight) = u64::try_from(weight) else {
            return Err("Relative weight must be positive.\n");
        };
        let absolute = u64::from(initial).saturating_mul(weight) / 100;
        return Ok(u32::try_from(absolute).unwrap_or(256).min(256));
    }
    let known = u32::try_from(weight).ok().filter(|weight| *weight <= 256);
    known.ok_or("Absolute weight can only be between 0 and 256 inclusive.\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_absolute_or_parts_of_the_configured_one() {
        assert_eq!(read_weight("7", 10), Ok(7));
        assert_eq!(read_weight("50%", 10), Ok(5));
        assert_eq!(read_weight("99999%", 200), Ok(256));
        for (text, said) in [
            ("", "Empty weight"),
            ("x", "Empty weight"),
            ("5x", "Trailing garbage"),
            ("257", "Absolute weight"),
            ("-1", "Absolute weight"),
            ("-1%", "Relative weight"),
        ] {
            assert!(
                read_weight(text, 10).unwrap_err().starts_with(said),
                "{text}"
            );
        }
    }
}
