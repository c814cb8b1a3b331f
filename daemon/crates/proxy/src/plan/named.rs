//! Where servers are, as far as the configuration says, and what follows from it.

use super::Server;
use crate::shared::ServerShared;
use config::haproxy::model;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use sys::tcp::Peer;

/// Where a server's connections go.
#[derive(Debug, Clone)]
pub enum Target {
    Fixed(Peer),
    /// The client's port, moved by so much.
    ClientPort(IpAddr, i32),
    /// The address that the client connected to: `0.0.0.0`, `*`, `::`.
    Client(model::ServerPort),
    /// Where the name is now.
    Named(model::ServerPort),
}

impl Server {
    /// Where to connect to; `asked` is the address that the client connected to.
    pub fn peer(&self, asked: impl FnOnce() -> Option<SocketAddr>) -> Option<Peer> {
        let (ip, port) = match &self.target {
            Target::Fixed(peer) => return Some(peer.clone()),
            Target::ClientPort(ip, by) => (*ip, model::ServerPort::Offset(*by)),
            Target::Client(port) => {
                let asked = asked()?;
                return joined(asked.ip().to_canonical(), *port, asked.port());
            }
            Target::Named(port) => {
                let place = self.shared.whereabouts.place()?;
                let told = place.port.map(model::ServerPort::Fixed);
                (place.ip, told.unwrap_or(*port))
            }
        };
        let clients = match port {
            model::ServerPort::Fixed(_) => 0,
            _ => asked().map_or(0, |a| a.port()),
        };
        joined(ip, port, clients)
    }
}

impl Target {
    /// Where connections lead depends on the client's.
    pub fn follows_client(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::ClientPort(..) | Self::Client(_) => true,
            Self::Named(port) => !matches!(port, model::ServerPort::Fixed(_)),
        }
    }
}

fn joined(ip: IpAddr, port: model::ServerPort, clients: u16) -> Option<Peer> {
    let moved = |by: i32| u16::try_from(i32::from(clients) + by).ok();
    let port = match port {
        model::ServerPort::Fixed(port) => port,
        model::ServerPort::SameAsClient => clients,
        model::ServerPort::Offset(by) => moved(by)?,
    };
    Some(Peer::Tcp(SocketAddr::new(ip, port)))
}

/// A server's name in persistence cookies.
#[derive(Debug)]
pub enum CookieName {
    Nothing,
    Fixed(Vec<u8>),
    /// `dynamic`: computed with this key from where the server's name is now.
    Moving {
        key: String,
        shared: Arc<ServerShared>,
        port: u16,
    },
}

impl CookieName {
    pub fn name(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Nothing => None,
            Self::Fixed(name) => Some(Cow::Borrowed(name)),
            Self::Moving { key, shared, port } => {
                let place = shared.whereabouts.place()?;
                let address = SocketAddr::new(place.ip, place.port.unwrap_or(*port));
                Some(Cow::Owned(crate::persist::server_name(key, address)))
            }
        }
    }
}
