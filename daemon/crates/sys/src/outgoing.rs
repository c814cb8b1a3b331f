//! Connections that we open, with what may be said about where they come from.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::net::{self, SocketAddrUnix, SocketType, sockopt};

use crate::option::{set_bytes, set_int};
use crate::tcp::{Peer, STREAM, family, set_user_timeout};

/// Where a connection comes from. The default leaves everything to the kernel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// With port 0 the kernel chooses one that is free towards the peer.
    pub address: Option<SocketAddr>,
    /// The address need not be one of this machine; needs CAP_NET_RAW or CAP_NET_ADMIN.
    pub foreign: bool,
    /// By this interface alone.
    pub interface: Option<&'a str>,
    /// TCP_USER_TIMEOUT
    pub user_timeout: Option<Duration>,
}

/// Starts to connect; the socket becomes writable when it is done, or broken when it failed.
pub fn connect(peer: &Peer, origin: &Origin<'_>) -> io::Result<OwnedFd> {
    let (fd, result) = match peer {
        Peer::Tcp(address) => {
            let fd = net::socket_with(family(*address), SocketType::STREAM, STREAM, None)?;
            sockopt::set_tcp_nodelay(&fd, true)?;
            prepare(&fd, origin)?;
            let result = net::connect(&fd, address);
            (fd, result)
        }
        Peer::Unix(path) => {
            let family = net::AddressFamily::UNIX;
            let fd = net::socket_with(family, SocketType::STREAM, STREAM, None)?;
            let result = net::connect(&fd, &SocketAddrUnix::new(path.as_str())?);
            (fd, result)
        }
    };
    match result {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => Ok(fd),
        Err(error) => Err(error.into()),
    }
}

fn prepare(fd: &OwnedFd, origin: &Origin<'_>) -> io::Result<()> {
    if let Some(timeout) = origin.user_timeout {
        set_user_timeout(fd, timeout)?;
    }
    if let Some(interface) = origin.interface {
        bind_to_interface(fd, interface)?;
    }
    let Some(address) = origin.address else {
        return Ok(());
    };
    if origin.foreign {
        set_foreign(fd, address.is_ipv6(), true)?;
    }
    if address.port() == 0 {
        // The port is chosen when the peer is known: it only has to differ towards that one.
        set_int(fd, libc::IPPROTO_IP, libc::IP_BIND_ADDRESS_NO_PORT, 1)?;
    }
    sockopt::set_socket_reuseaddr(fd, true)?;
    Ok(net::bind(fd, &address)?)
}

/// SO_BINDTODEVICE: packets go and come by this interface alone.
pub fn bind_to_interface(fd: impl AsFd, interface: &str) -> io::Result<()> {
    set_bytes(
        fd,
        libc::SOL_SOCKET,
        libc::SO_BINDTODEVICE,
        interface.as_bytes(),
    )
}

/// IP_TRANSPARENT, IPV6_TRANSPARENT
pub(crate) fn set_foreign(fd: impl AsFd, v6: bool, foreign: bool) -> io::Result<()> {
    let (level, name) = if v6 {
        (libc::IPPROTO_IPV6, libc::IPV6_TRANSPARENT)
    } else {
        (libc::IPPROTO_IP, libc::IP_TRANSPARENT)
    };
    set_int(fd, level, name, foreign.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn connected(origin: &Origin<'_>) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let _fd = connect(&Peer::Tcp(listener.local_addr()?), origin)?;
        Ok(listener.accept()?.1)
    }

    #[test]
    fn connections_come_from_where_they_are_told_to() {
        let from = |address: &str| Origin {
            address: Some(address.parse().unwrap()),
            user_timeout: Some(Duration::from_secs(9)),
            ..Origin::default()
        };
        let seen = connected(&from("127.0.0.9:0")).unwrap();
        assert_eq!(seen.ip().to_string(), "127.0.0.9");
        assert_ne!(seen.port(), 0);
    }

    #[test]
    fn an_address_of_nobody_is_refused_without_the_right_to_it() {
        let foreign = Origin {
            address: Some("192.0.2.77:0".parse().unwrap()),
            ..Origin::default()
        };
        let refused = connected(&foreign).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrNotAvailable);
    }
}
