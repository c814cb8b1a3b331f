//! Servers that are added and deleted while the proxy runs.

use super::amend::Added;
use super::find::{self, nothing_runs};
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use crate::plan::{Backend, Plan};
use crate::shared::admin;
use config::haproxy::model::{self, Balance, Config, Mode, Proxy};
use config::{Options, Severity, Source};
use runtime::Invocation;
use std::sync::atomic::Ordering::Relaxed;

/// Words of a server line that only a configuration can have (management guide, `add server`).
const REFUSED: &[&str] = &[
    "cookie",
    "redir",
    "init-addr",
    "resolvers",
    "resolve-prefer",
    "resolve-opts",
    "resolve-net",
    "non-stick",
    "namespace",
    "tcp-ut",
    "log-proto",
    "socks4",
    "shard",
    "disabled-on-404",
];

impl Control {
    pub(super) fn add_server(&mut self, it: &Invocation) -> Answer {
        let Some((of, name)) = word(&it.words, 0)
            .split_once('/')
            .filter(|(_, s)| !s.is_empty())
        else {
            return Answer::error("Require 'backend/server'.");
        };
        let Some(plan) = self.plan.clone() else {
            return nothing_runs();
        };
        let Some(at) = find::backend(&plan, of) else {
            return Answer::error("No such backend.");
        };
        let b = &plan.backends[at];
        if is_static(b) {
            return Answer::error(
                "Backend must use a dynamic load balancing to support dynamic servers.",
            );
        }
        if b.servers.iter().any(|s| s.name == name) {
            return Answer::error("Already exists a server with the same name in backend.\n");
        }
        if it.words.len() < 2 {
            return Answer::error("'server' expects <name> and <addr>[:<port>] as arguments.\n");
        }
        let refused = it.words[2..]
            .iter()
            .find(|word| REFUSED.contains(&word.as_str()));
        if let Some(word) = refused {
            let text = format!("'{word}' option is not accepted for dynamic server\n");
            return Answer::error(text);
        }
        let added = Added {
            backend: b.name.clone(),
            server: name.to_owned(),
            line: it.words[1..]
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" "),
            id: 0,
        };
        match Self::checked_addition(&plan, b, added) {
            Ok((added, enabled)) => {
                let key = (added.backend.clone(), added.server.clone());
                if !enabled {
                    self.fresh.push(key.clone());
                }
                let section = &plan.model.proxies[b.section];
                let unchecked = parse_server(section, &added).ok();
                self.amend(|all| {
                    all.removed
                        .retain(|gone| *gone != key || written(section, &key.1));
                    // Checks wait for `enable health`, agents for `enable agent`.
                    if let Some(server) = &unchecked {
                        let a = all.server(&key.0, server);
                        (a.unchecked, a.unasked) = (true, true);
                    }
                    all.added.push(added);
                });
                Answer::info("New server registered.\n")
            }
            Err(why) => Answer::error(format!("{why}\n")),
        }
    }

    /// The server with its number, and whether it begins enabled.
    fn checked_addition(
        plan: &Plan,
        b: &Backend,
        mut added: Added,
    ) -> Result<(Added, bool), String> {
        let section = &plan.model.proxies[b.section];
        let has = |wanted: &str| added.line.split(' ').any(|word| word == wanted);
        if has("check") && has("track") {
            return Err("unable to enable checks and tracking at the same time!".to_owned());
        }
        let server = parse_server(section, &added)?;
        if let Some(track) = &server.track {
            let home = track
                .proxy
                .as_ref()
                .map_or(b.name.as_str(), |p| p.0.as_str());
            let tracked = find_line(&plan.model, home, &track.server.0);
            let name = format!("{home}/{}", track.server.0);
            let Some(tracked) = tracked else {
                return Err(format!("unable to find required server '{name}'"));
            };
            if !tracked.check.enabled && tracked.agent.enabled.is_none() && tracked.track.is_none()
            {
                return Err(format!(
                    "unable to use {name} for tracking as it does not have any check nor agent enabled."
                ));
            }
        }
        let taken = |id: u32| b.servers.iter().find(|s| s.id == id);
        added.id = match &server.id {
            Some(id) => match taken(id.value) {
                Some(other) => {
                    return Err(format!(
                        "'id' : custom id {} already used by server '{}'.",
                        id.value, other.name
                    ));
                }
                None => id.value,
            },
            None => (1..u32::MAX)
                .find(|id| taken(*id).is_none())
                .unwrap_or(u32::MAX),
        };
        let enabled = added.line.split(' ').any(|word| word == "enabled");
        Ok((added, enabled))
    }

    pub(super) fn delete_server(&mut self, words: &[String]) -> Answer {
        let found = match self.find_server(words) {
            Ok(found) => found,
            Err(Answer::Message(severity, text)) => {
                return Answer::Message(severity, text.trim_end().to_owned());
            }
            Err(other) => return other,
        };
        let (b, s) = (found.backend(), found.server());
        let section = &found.plan.model.proxies[b.section];
        let named = section
            .use_servers
            .iter()
            .any(|rule| rule.target.0 == s.name);
        let tracked = |p: &Proxy| {
            let follows = |m: &model::Server| {
                let track = m.track.as_ref()?;
                let home = track.proxy.as_ref().map_or(&p.name.0, |name| &name.0);
                Some(*home == b.name && track.server.0 == s.name)
            };
            p.servers.iter().any(|m| follows(m) == Some(true))
        };
        if named || found.plan.model.proxies.iter().any(tracked) {
            return Answer::error(
                "This server cannot be removed at runtime due to other configuration elements pointing to it.",
            );
        }
        if s.shared.orders() & admin::ANY_MAINTENANCE == 0 {
            return Answer::error("Only servers in maintenance mode can be deleted.");
        }
        if s.shared.active.load(Relaxed) + s.shared.queued.load(Relaxed) > 0 {
            return Answer::error("Server still has connections attached to it, cannot remove it.");
        }
        if let Some(team) = &self.team {
            team.moved(s.pool);
        }
        let key = (b.name.clone(), s.name.clone());
        self.fresh.retain(|fresh| *fresh != key);
        self.amend(|all| {
            all.servers
                .retain(|a| (&a.backend, &a.server) != (&key.0, &key.1));
            all.added
                .retain(|a| (&a.backend, &a.server) != (&key.0, &key.1));
            all.removed.push(key);
        });
        Answer::info("Server deleted.")
    }

    /// Whether the number of a server was given to it by its line.
    pub(super) fn chose_number(&self, backend: &str, server: &str) -> bool {
        let mut added = self.amendments.added.iter();
        if let Some(added) = added.find(|a| a.backend == backend && a.server == server) {
            return added.line.split(' ').any(|word| word == "id");
        }
        let written = self.written.as_deref();
        let line = written.and_then(|model| super::amend::find(model, backend, server));
        line.is_some_and(|line| line.id.is_some())
    }
}

/// Whether the configuration itself has a server of this name there.
fn written(section: &Proxy, server: &str) -> bool {
    section.servers.iter().any(|s| s.name.0 == server)
}

fn find_line<'m>(model: &'m Config, backend: &str, server: &str) -> Option<&'m model::Server> {
    super::amend::find(model, backend, server)
}

/// Algorithms whose shares are built before anything runs.
fn is_static(b: &Backend) -> bool {
    matches!(b.balance, Balance::StaticRr) || b.balance.hashes() && !b.consistent
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+*%,[]()".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A server as its line in a section of this mode says; else what is wrong with it.
pub fn parse_server(section: &Proxy, added: &Added) -> Result<model::Server, String> {
    let mode = match section.mode.value {
        Mode::Http => "http",
        Mode::Tcp => "tcp",
    };
    let text = format!(
        "backend runtime\n  mode {mode}\n  server {} {}\n",
        quoted(&added.server),
        added.line
    );
    let parsed =
        config::haproxy::parse(&[Source::new("runtime socket", &text)], &Options::default());
    // What a line refers to stands in other sections.
    let counts = |d: &&config::Diagnostic| {
        d.severity == Severity::Error
            && !d.message.contains("track")
            && !d.code.contains("unknown-server")
    };
    if let Some(wrong) = parsed.diagnostics.iter().find(counts) {
        let help = wrong
            .suggestion
            .as_ref()
            .map_or(String::new(), |help| format!(": {help}"));
        return Err(format!("{}{help}", wrong.message));
    }
    let server = parsed
        .config
        .proxies
        .into_iter()
        .next()
        .and_then(|mut p| p.servers.pop());
    server.ok_or_else(|| "this is no server".to_owned())
}

/// New servers begin in maintenance.
pub fn begin_added(plan: &Plan, fresh: &[(String, String)]) {
    for (backend, server) in fresh {
        let b = plan.backends.iter().find(|b| b.name == *backend);
        let found = b.and_then(|b| b.servers.iter().find(|s| s.name == *server));
        if let Some(s) = found {
            s.shared.set_orders(s.shared.orders() | admin::MAINTENANCE);
        }
    }
}
