//! Where servers, their checks and their agents are: `set server … addr`, `fqdn`, `check-…`, `agent-…`.

use super::amend::{At, Port};
use super::find::Found;
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use config::haproxy::model::{Host, ServerAddress, ServerPort};
use runtime::Severity;
use std::net::IpAddr;

/// An answer, or a refusal.
type Said = Result<Answer, Answer>;

pub fn either(said: Said) -> Answer {
    said.unwrap_or_else(|refused| refused)
}

impl Control {
    pub(super) fn set_address(&mut self, found: &Found, words: &[String]) -> Answer {
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

    pub(super) fn set_name(&mut self, found: &Found, name: &str) -> Answer {
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

    pub(super) fn set_check_address(&mut self, found: &Found, words: &[String]) -> Said {
        Self::checked(found)?;
        let what = "set server <b>/<s> check-addr requires an address and optionally a port.\n";
        let (ip, port) = address(words, what)?;
        Ok(self.amend_server(found, |a| {
            a.check_addr = Some(ip);
            a.check_port = port.or(a.check_port);
        }))
    }

    pub(super) fn set_check_port(&mut self, found: &Found, text: &str) -> Said {
        if text.is_empty() {
            return Err(Answer::error(
                "set server <b>/<s> check-port requires a port.\n",
            ));
        }
        Self::checked(found)?;
        let port = plain_port(text)?;
        Ok(self.amend_server(found, |a| a.check_port = Some(port)))
    }

    pub(super) fn set_agent_address(&mut self, found: &Found, words: &[String]) -> Said {
        Self::asked(found, "")?;
        let what = "set server <b>/<s> agent-addr requires an address and optionally a port.\n";
        let (ip, port) = address(words, what)?;
        Ok(self.amend_server(found, |a| {
            a.agent_addr = Some(ip);
            a.agent_port = port.or(a.agent_port);
        }))
    }

    pub(super) fn set_agent_port(&mut self, found: &Found, text: &str) -> Said {
        if text.is_empty() {
            return Err(Answer::error(
                "set server <b>/<s> agent-port requires a port.\n",
            ));
        }
        Self::asked(found, "")?;
        let port = plain_port(text)?;
        Ok(self.amend_server(found, |a| a.agent_port = Some(port)))
    }

    pub(super) fn set_agent_send(&mut self, found: &Found, text: &str) -> Said {
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
