//! What was changed of the configuration while it runs. The sections as they were written stay
//! beside it: both together are compiled anew, so that workers see a configuration as any other.

use config::Spanned;
use config::haproxy::model::{self, Config, Host, ServerAddress, ServerPort};
use runtime::Command;
use serde::{Deserialize, Serialize};

/// All of it, in the form in which the supervisor keeps it for the next life of this process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amendments {
    pub servers: Vec<ServerAmendment>,
    pub added: Vec<Added>,
    /// Backend and server.
    pub removed: Vec<(String, String)>,
    /// `set maxconn frontend`
    pub frontends: Vec<(String, u32)>,
    /// Frontends that take no connections; true: for good.
    pub shut: Vec<(String, bool)>,
    /// `set maxconn global`, `set rate-limit`; 0 = no limit.
    pub maxconn: Option<u32>,
    pub connection_rate: Option<u32>,
    pub session_rate: Option<u32>,
    pub tls_rate: Option<u32>,
    pub cookies: Vec<CookieAmendment>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerAmendment {
    pub backend: String,
    pub server: String,
    /// The address on its line when this began: another one there ends it.
    pub written: String,
    pub address: Option<At>,
    pub check_addr: Option<String>,
    pub check_port: Option<u16>,
    pub agent_addr: Option<String>,
    pub agent_port: Option<u16>,
    pub agent_send: Option<String>,
    /// The check, the agent are not asked.
    pub unchecked: bool,
    pub unasked: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct At {
    pub host: String,
    pub port: Port,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    Fixed(u16),
    Same,
    Offset(i32),
}

/// `add server`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    pub backend: String,
    pub server: String,
    /// What follows the name.
    pub line: String,
    pub id: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CookieAmendment {
    pub backend: String,
    pub dynamic: Option<bool>,
    pub key: Option<String>,
}

/// Commands that change amendments and look at nothing that follows from them.
pub fn only_amends(command: Command) -> bool {
    matches!(
        command,
        Command::SetMaxconnFrontend | Command::SetMaxconnGlobal | Command::SetRateLimit
    )
}

impl Amendments {
    /// Where what was changed about the server is kept.
    pub fn server(&mut self, backend: &str, server: &model::Server) -> &mut ServerAmendment {
        let is = |a: &ServerAmendment| a.backend == backend && a.server == server.name.0;
        let at = self.servers.iter().position(is).unwrap_or_else(|| {
            self.servers.push(ServerAmendment {
                backend: backend.to_owned(),
                server: server.name.0.clone(),
                written: server.address.value.to_string(),
                ..ServerAmendment::default()
            });
            self.servers.len() - 1
        });
        &mut self.servers[at]
    }

    pub fn of(&self, backend: &str, server: &str) -> Option<&ServerAmendment> {
        let mut all = self.servers.iter();
        all.find(|a| a.backend == backend && a.server == server)
    }

    /// Another text of the configuration: of servers whose lines say the same, what was changed
    /// holds on; all else is as written again.
    pub fn survive(&self, model: &Config) -> Self {
        let same = |a: &&ServerAmendment| {
            let server = find(model, &a.backend, &a.server);
            server.is_some_and(|server| server.address.value.to_string() == a.written)
        };
        Self {
            servers: self.servers.iter().filter(same).cloned().collect(),
            ..Self::default()
        }
    }

    pub fn apply(&self, model: &mut Config) {
        self.apply_lists(model);
        for a in &self.servers {
            if let Some(server) = find_mut(model, &a.backend, &a.server) {
                a.apply(server);
            }
        }
        for (name, limit) in &self.frontends {
            let front = |p: &&mut model::Proxy| p.kind.is_frontend() && p.name.0 == *name;
            if let Some(proxy) = model.proxies.iter_mut().find(front) {
                proxy.maxconn = limited(*limit);
            }
        }
        for a in &self.cookies {
            let Some(proxy) = backend_mut(model, &a.backend) else {
                continue;
            };
            if let (Some(on), Some(cookie)) = (a.dynamic, &mut proxy.cookie) {
                cookie.dynamic = on;
            }
            if let Some(key) = &a.key {
                proxy.dynamic_cookie_key = Some(Spanned::implied(key.clone()));
            }
        }
        let g = &mut model.global;
        if let Some(limit) = self.maxconn {
            g.maxconn = limited(limit);
        }
        if let Some(limit) = self.connection_rate {
            g.connection_rate = limited(limit);
        }
        if let Some(limit) = self.session_rate {
            g.session_rate = limited(limit);
        }
        if let Some(limit) = self.tls_rate {
            g.tls_rate = limited(limit);
        }
    }

    /// Servers that came and went. Those that stay keep the numbers that they had.
    fn apply_lists(&self, model: &mut Config) {
        for proxy in model.proxies.iter_mut().filter(|p| p.kind.is_backend()) {
            let name = proxy.name.0.clone();
            let gone = |server: &str| self.removed.iter().any(|(b, s)| *b == name && s == server);
            let added = || self.added.iter().filter(|added| added.backend == name);
            if added().next().is_none() && !self.removed.iter().any(|(b, _)| *b == name) {
                continue;
            }
            for (place, server) in (1..).zip(&mut proxy.servers) {
                server.id.get_or_insert(Spanned::implied(place));
            }
            proxy.servers.retain(|server| !gone(&server.name.0));
            for added in added() {
                if let Ok(mut server) = super::dynamic::parse_server(proxy, added) {
                    server.id = Some(Spanned::implied(added.id));
                    proxy.servers.push(server);
                }
            }
        }
    }
}

fn limited(limit: u32) -> Option<Spanned<u32>> {
    (limit > 0).then(|| Spanned::implied(limit))
}

impl ServerAmendment {
    fn apply(&self, server: &mut model::Server) {
        if let Some(at) = &self.address {
            server.address.value = ServerAddress::Tcp {
                host: host(&at.host),
                port: match at.port {
                    Port::Fixed(port) => ServerPort::Fixed(port),
                    Port::Same => ServerPort::SameAsClient,
                    Port::Offset(by) => ServerPort::Offset(by),
                },
            };
        }
        let spanned = |text: &Option<String>| text.as_deref().map(|t| Spanned::implied(host(t)));
        let check = &mut server.check;
        check.addr = spanned(&self.check_addr).or_else(|| check.addr.take());
        check.port = self.check_port.map(Spanned::implied).or(check.port.take());
        let agent = &mut server.agent;
        agent.addr = spanned(&self.agent_addr).or_else(|| agent.addr.take());
        agent.port = self.agent_port.map(Spanned::implied).or(agent.port.take());
        if let Some(send) = &self.agent_send {
            agent.send = Some(Spanned::implied(send.clone()));
        }
    }
}

fn host(text: &str) -> Host {
    match text.parse() {
        Ok(ip) => Host::Ip(ip),
        Err(_) => Host::Name(text.to_owned()),
    }
}

fn backend_mut<'m>(model: &'m mut Config, name: &str) -> Option<&'m mut model::Proxy> {
    let mut proxies = model.proxies.iter_mut();
    proxies.find(|p| p.kind.is_backend() && p.name.0 == name)
}

fn find_mut<'m>(
    model: &'m mut Config,
    backend: &str,
    server: &str,
) -> Option<&'m mut model::Server> {
    let proxy = backend_mut(model, backend)?;
    proxy.servers.iter_mut().find(|s| s.name.0 == server)
}

/// A server of a model.
pub fn find<'m>(model: &'m Config, backend: &str, server: &str) -> Option<&'m model::Server> {
    let mut proxies = model.proxies.iter();
    let proxy = proxies.find(|p| p.kind.is_backend() && p.name.0 == backend)?;
    proxy.servers.iter().find(|s| s.name.0 == server)
}
