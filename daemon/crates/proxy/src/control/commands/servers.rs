//! Orders about servers: weights, states, limits, and where they and their checks are.

use super::amend::{At, Port};
use super::find::Found;
use super::{leading_number, word};
use crate::control::Control;
use crate::control::change::Change;
use crate::control::checks::Kind;
use crate::desk::Answer;
use config::haproxy::model::{self, Host, ServerAddress, ServerPort};
use health::{Outcome, Wish};
use runtime::Severity;
use std::net::IpAddr;

const USAGE: &str = "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n";

/// How many places of a percentage or a limit there are.
type Said = Result<Answer, Answer>;

fn either(said: Said) -> Answer {
    said.unwrap_or_else(|refused| refused)
}

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

    fn set_address(&mut self, found: &Found, words: &[String]) -> Answer {
        let by = "by 'stats socket command'\n";
        let warn = |text: String| Answer::Message(Severity::Warning, text);
        let text = word(words, 0);
        if text.is_empty() {
            return Answer::error(
                "set server <b>/<s> addr requires an address and optionally a port.\n",
            );
        }
        let Ok(ip) = text.parse::<IpAddr>() else {
            return warn(format!("Invalid addr '{text}' {by}"));
        };
        let Some(model) = Self::line(found) else {
            return Answer::Done;
        };
        let (old, old_port) = match &model.address.value {
            ServerAddress::Tcp { host, port } => (host.clone(), *port),
            ServerAddress::Unix(path) => {
                return warn(format!("'{path}' is a unix socket: it has no address {by}"));
            }
        };
        let was = match &old {
            Host::Ip(ip) => Some(*ip),
            Host::Name(_) => found.server().shared.whereabouts.place().map(|p| p.ip),
        };
        let mut said = if was == Some(ip) {
            "no need to change the addr".to_owned()
        } else {
            let was = was.map_or_else(|| "(none)".to_owned(), |ip| ip.to_string());
            format!("IP changed from '{was}' to '{ip}'")
        };
        let mut port = old_port;
        if word(words, 1) == "port" {
            let checked_there = model.check.enabled && model.check.port.is_none();
            // A port that is none does not keep the address from changing.
            let words = match new_port(word(words, 2), old_port, checked_there) {
                Ok((new, words)) => {
                    port = new;
                    words
                }
                Err(why) => why,
            };
            said = format!("{said}, {words}");
        }
        if was != Some(ip) || port != old_port {
            let at = At {
                host: ip.to_string(),
                port: written(port),
            };
            let model = Self::line(found).cloned();
            if let Some(model) = model {
                let backend = found.backend().name.clone();
                self.amend(|all| all.server(&backend, &model).address = Some(at));
            }
        }
        warn(format!("{said} {by}"))
    }

    fn set_name(&mut self, found: &Found, name: &str) -> Answer {
        if name.is_empty() {
            return Answer::error("set server <b>/<s> fqdn requires a FQDN.\n");
        }
        let Some(model) = Self::line(found).cloned() else {
            return Answer::Done;
        };
        if model.resolving.resolvers.is_none() {
            return Answer::error(
                "set server <b>/<s> fqdn failed because no resolution is configured.\n",
            );
        }
        let ServerAddress::Tcp { host, port } = &model.address.value else {
            return Answer::Done;
        };
        let was = match host {
            Host::Name(name) => name.clone(),
            Host::Ip(_) => "(null)".to_owned(),
        };
        let (backend, server) = (&found.backend().name, &found.server().name);
        let said = format!(
            "{backend}/{server} changed its FQDN from {was} to {name} by 'stats socket command'\n"
        );
        let at = At {
            host: name.to_owned(),
            port: written(*port),
        };
        let backend = backend.clone();
        self.amend(|all| all.server(&backend, &model).address = Some(at));
        Answer::Message(Severity::Warning, said)
    }

    /// Changes what is kept of the server.
    pub(super) fn amend_server(
        &mut self,
        found: &Found,
        change: impl FnOnce(&mut super::amend::ServerAmendment),
    ) -> Answer {
        if let Some(model) = Self::line(found).cloned() {
            let backend = found.backend().name.clone();
            self.amend(|all| change(all.server(&backend, &model)));
        }
        Answer::Done
    }

    fn set_check_address(&mut self, found: &Found, words: &[String]) -> Said {
        Self::checked(found)?;
        let what = "set server <b>/<s> check-addr requires an address and optionally a port.\n";
        let (ip, port) = address(words, what)?;
        Ok(self.amend_server(found, |a| {
            a.check_addr = Some(ip);
            a.check_port = port.or(a.check_port);
        }))
    }

    fn set_check_port(&mut self, found: &Found, text: &str) -> Said {
        if text.is_empty() {
            return Err(Answer::error(
                "set server <b>/<s> check-port requires a port.\n",
            ));
        }
        Self::checked(found)?;
        let port = plain_port(text)?;
        Ok(self.amend_server(found, |a| a.check_port = Some(port)))
    }

    fn set_agent_address(&mut self, found: &Found, words: &[String]) -> Said {
        Self::asked(found, "")?;
        let what = "set server <b>/<s> agent-addr requires an address and optionally a port.\n";
        let (ip, port) = address(words, what)?;
        Ok(self.amend_server(found, |a| {
            a.agent_addr = Some(ip);
            a.agent_port = port.or(a.agent_port);
        }))
    }

    fn set_agent_port(&mut self, found: &Found, text: &str) -> Said {
        if text.is_empty() {
            return Err(Answer::error(
                "set server <b>/<s> agent-port requires a port.\n",
            ));
        }
        Self::asked(found, "")?;
        let port = plain_port(text)?;
        Ok(self.amend_server(found, |a| a.agent_port = Some(port)))
    }

    fn set_agent_send(&mut self, found: &Found, text: &str) -> Said {
        Self::asked(found, ".\n")?;
        let text = text.to_owned();
        Ok(self.amend_server(found, |a| a.agent_send = Some(text)))
    }

    fn checked(found: &Found) -> Result<(), Answer> {
        let enabled = Self::line(found).is_some_and(|m| m.check.enabled);
        let refusal = || Answer::error("health checks are not enabled on this server");
        enabled.then_some(()).ok_or_else(refusal)
    }

    fn asked(found: &Found, end: &str) -> Result<(), Answer> {
        let enabled = Self::line(found).is_some_and(|m| m.agent.enabled.is_some());
        let refusal = || Answer::error(format!("agent checks are not enabled on this server{end}"));
        enabled.then_some(()).ok_or_else(refusal)
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
        let model = Self::line(&found);
        let (kind, there, name) = if agent {
            let there = model.is_some_and(|m| m.agent.enabled.is_some());
            (Kind::Agent, there, "Agent")
        } else {
            let there = model.is_some_and(|m| m.check.enabled);
            (Kind::Health, there, "Health check")
        };
        if !there {
            let refused = format!("{name} was not configured on this server, cannot enable.\n");
            return if on {
                Answer::error(refused)
            } else {
                Answer::Done
            };
        }
        if let Some(at) = self.checks.place(&found.server().shared) {
            self.checks.switch(at, kind, on, now, changes);
        }
        self.amend_server(&found, |a| match kind {
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

fn written(port: ServerPort) -> Port {
    match port {
        ServerPort::Fixed(port) => Port::Fixed(port),
        ServerPort::SameAsClient => Port::Same,
        ServerPort::Offset(by) => Port::Offset(by),
    }
}

/// The port that is wanted, and what is said of it.
fn new_port(
    text: &str,
    old: ServerPort,
    checked_there: bool,
) -> Result<(ServerPort, String), String> {
    let moved = text.starts_with(['+', '-']);
    if moved && checked_there {
        return Err("can't change <port> to port map because it is incompatible with current health check port configuration (use 'port' statement from the 'server' directive.".to_owned());
    }
    let wrong = || format!("problem converting port '{text}' to an int");
    let new = if moved {
        ServerPort::Offset(text.parse().map_err(|_| wrong())?)
    } else {
        ServerPort::Fixed(text.parse().map_err(|_| wrong())?)
    };
    if new == old {
        return Ok((new, "no need to change the port".to_owned()));
    }
    let shown = |port: ServerPort| match port {
        ServerPort::Fixed(port) => port.to_string(),
        ServerPort::SameAsClient => "+0".to_owned(),
        ServerPort::Offset(by) => format!("{by:+}"),
    };
    let said = format!("port changed from '{}' to '{}'", shown(old), shown(new));
    Ok((new, said))
}

fn plain_port(text: &str) -> Result<u16, Answer> {
    if text.is_empty() || text.bytes().any(|b| !b.is_ascii_digit()) {
        return Err(Answer::error("provided port is not an integer"));
    }
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| Answer::error("provided port is invalid"))
}

/// `ADDR [port PORT]`
fn address(words: &[String], what: &str) -> Result<(String, Option<u16>), Answer> {
    let text = word(words, 0);
    if text.is_empty() {
        return Err(Answer::error(what));
    }
    let Ok(ip) = text.parse::<IpAddr>() else {
        return Err(Answer::error(format!("invalid addr '{text}'")));
    };
    let port = match word(words, 1) {
        "port" => Some(plain_port(word(words, 2))?),
        _ => None,
    };
    Ok((ip.to_string(), port))
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
