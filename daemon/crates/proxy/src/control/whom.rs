//! Whom a check asks.

use crate::plan::{Server, Target};
use crate::shared::ServerShared;
use config::haproxy::model::{self, Host, ServerPort};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use sys::tcp::Peer;

/// Who is asked, as far as the server line says.
#[derive(Debug)]
pub enum Whom {
    Fixed(Option<Peer>),
    /// Where the server's name is when a check begins, but for what the line says itself.
    Named {
        server: Arc<ServerShared>,
        ip: Option<IpAddr>,
        port: Option<u16>,
        own_port: Option<u16>,
    },
}

impl Whom {
    /// `addr` and `port` of the server line override where checks go.
    pub fn new(server: &model::Server, plan: &Server) -> Self {
        if let Target::Fixed(Peer::Unix(path)) = &plan.target {
            return Self::Fixed(Some(Peer::Unix(path.clone())));
        }
        let own_port = match &server.address.value {
            model::ServerAddress::Tcp {
                port: ServerPort::Fixed(port),
                ..
            } => Some(*port),
            _ => None,
        };
        // A step of the check may have a port of its own.
        let port = server.check.port.as_ref().map(|p| p.value);
        Self::at(plan, given(server.check.addr.as_ref()), port, own_port)
    }

    /// The agent of a server is asked at its own port and, where given, its own address.
    pub fn agent(server: &model::Server, plan: &Server) -> Self {
        let ip = given(server.agent.addr.as_ref());
        match server.agent.port.as_ref() {
            Some(port) => Self::at(plan, ip, Some(port.value), None),
            None => Self::Fixed(None),
        }
    }

    fn at(plan: &Server, ip: Option<IpAddr>, port: Option<u16>, own_port: Option<u16>) -> Self {
        let fixed = match &plan.target {
            Target::Fixed(Peer::Tcp(address)) => Some(address.ip()),
            Target::Fixed(Peer::Unix(_)) | Target::Client(_) => None,
            Target::ClientPort(ip, _) => Some(*ip),
            Target::Named(_) => {
                return Self::Named {
                    server: plan.shared.clone(),
                    ip,
                    port,
                    own_port,
                };
            }
        };
        let port = port.or(own_port).unwrap_or(0);
        let peer = ip.or(fixed).map(|ip| SocketAddr::new(ip, port));
        Self::Fixed(peer.map(Peer::Tcp))
    }

    pub fn peer(&self) -> Option<Peer> {
        match self {
            Self::Fixed(peer) => peer.clone(),
            Self::Named {
                server,
                ip,
                port,
                own_port,
            } => {
                let place = server.whereabouts.place()?;
                let port = port.or(place.port).or(*own_port).unwrap_or(0);
                Some(Peer::Tcp(SocketAddr::new(ip.unwrap_or(place.ip), port)))
            }
        }
    }
}

fn given(host: Option<&config::Spanned<Host>>) -> Option<IpAddr> {
    match host.map(|host| &host.value) {
        Some(Host::Ip(ip)) => Some(*ip),
        _ => None,
    }
}
