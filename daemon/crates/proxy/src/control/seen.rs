//! How a server is seen, in the words of `http-check send-state`.

use super::prober::Place;
use crate::plan::{Server, Target};
use health::Health;
use std::net::Ipv4Addr;
use std::sync::atomic::Ordering::Relaxed;
use sys::tcp::Peer;

/// `UP 2/3; address=10.0.0.1; port=80; name=app/web1; node=lb1; weight=1/2; scur=13/22; qcur=0`.
pub fn state(place: &Place, health: Option<&Health>) -> String {
    let Some((backend, server)) = place.both() else {
        return String::new();
    };
    let word = health.map_or_else(|| "UP".to_owned(), Health::status);
    let (address, port) = address(server);
    // One that was never checked counts as up.
    let usable = backend.servers.iter().filter(|s| s.shared.serves());
    let all: u32 = usable.map(|server| server.shared.weight()).sum();
    let weight = server.shared.weight();
    let node = match &place.plan.model.global.node {
        Some(node) => node.value.clone(),
        None => rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
    };
    let (own, whole) = (&server.shared.active, &backend.shared.active);
    let (own, whole) = (own.load(Relaxed), whole.load(Relaxed));
    let queued = server.shared.queued.load(Relaxed);
    format!(
        "{word}; address={address}; port={port}; name={}/{}; node={node}; \
         weight={weight}/{all}; scur={own}/{whole}; qcur={queued}",
        backend.name, server.name
    )
}

fn address(server: &Server) -> (String, String) {
    let written = |ip: std::net::IpAddr, port: u16| (ip.to_string(), port.to_string());
    match &server.target {
        Target::Fixed(Peer::Tcp(address)) => written(address.ip(), address.port()),
        Target::Fixed(Peer::Unix(_)) => ("unix".to_owned(), "unix".to_owned()),
        Target::ClientPort(ip, _) => written(*ip, 0),
        Target::Client(_) => written(Ipv4Addr::UNSPECIFIED.into(), 0),
        Target::Named(_) => match server.shared.whereabouts.place() {
            Some(place) => written(place.ip, place.port.unwrap_or(0)),
            None => (String::new(), String::new()),
        },
    }
}
