//! Listeners and stream sockets: options, non-blocking accept and connect, vectored writes.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::net::{
    self, AddressFamily, RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown, SocketFlags,
    SocketType, sockopt,
};

use crate::option::set_int;

pub(crate) const STREAM: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// Where a stream connection goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Peer {
    Tcp(SocketAddr),
    Unix(String),
}

/// A listening socket. Not shared between processes by SO_REUSEPORT: closing one member of such a
/// group drops its queue of accepted connections.
pub fn listen(address: SocketAddr, backlog: i32) -> io::Result<OwnedFd> {
    let fd = net::socket_with(family(address), SocketType::STREAM, STREAM, None)?;
    sockopt::set_socket_reuseaddr(&fd, true)?;
    net::bind(&fd, &address)?;
    net::listen(&fd, backlog)?;
    Ok(fd)
}

/// The next waiting connection, non-blocking. `None` as address: not an IP socket.
pub fn accept(listener: impl AsFd) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
    let (fd, address) = net::acceptfrom_with(listener, STREAM)?;
    Ok((fd, address.and_then(|a| SocketAddr::try_from(a).ok())))
}

/// Starts to connect, from an address of this machine where one is given.
pub fn connect(peer: &Peer, source: Option<SocketAddr>) -> io::Result<OwnedFd> {
    let origin = crate::outgoing::Origin {
        address: source,
        ..crate::outgoing::Origin::default()
    };
    crate::outgoing::connect(peer, &origin)
}

pub(crate) fn family(address: SocketAddr) -> AddressFamily {
    match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    }
}

/// Makes a listening socket refuse connections until it listens again.
pub fn shutdown_read(fd: impl AsFd) -> io::Result<()> {
    Ok(net::shutdown(fd, Shutdown::Read)?)
}

/// Why the connection attempt failed; `Ok` when it did not.
pub fn take_error(fd: impl AsFd) -> io::Result<()> {
    Ok(sockopt::socket_error(fd)??)
}

pub fn recv(fd: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(net::recv(fd, buffer, RecvFlags::empty())?.0)
}

/// Looks at waiting bytes without taking them.
pub fn peek(fd: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(net::recv(fd, buffer, RecvFlags::PEEK)?.0)
}

pub fn send(fd: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(net::send(fd, bytes, SendFlags::NOSIGNAL)?)
}

/// Bytes that leave with those of the next call, which must follow at once.
pub fn send_more(fd: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(net::send(fd, bytes, SendFlags::NOSIGNAL | SendFlags::MORE)?)
}

/// Two pieces in one call, so that a head does not leave as a packet of its own.
pub fn send_both(fd: impl AsFd, first: &[u8], second: &[u8]) -> io::Result<usize> {
    if second.is_empty() {
        return send(fd, first);
    }
    let pieces = [IoSlice::new(first), IoSlice::new(second)];
    Ok(net::sendmsg(
        fd,
        &pieces,
        &mut SendAncillaryBuffer::default(),
        SendFlags::NOSIGNAL,
    )?)
}

pub fn shutdown_write(fd: impl AsFd) -> io::Result<()> {
    Ok(net::shutdown(fd, Shutdown::Write)?)
}

/// Small messages leave at once.
pub fn set_nodelay(fd: impl AsFd) -> io::Result<()> {
    Ok(sockopt::set_tcp_nodelay(fd, true)?)
}

pub fn set_keepalive(fd: impl AsFd) -> io::Result<()> {
    Ok(sockopt::set_socket_keepalive(fd, true)?)
}

/// TCP_USER_TIMEOUT: how long sent data may stay without acknowledgement.
pub fn set_user_timeout(fd: impl AsFd, timeout: Duration) -> io::Result<()> {
    let ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    Ok(sockopt::set_tcp_user_timeout(fd, ms)?)
}

/// SO_MARK on the packets of a connection; needs CAP_NET_ADMIN or, since Linux 5.17, CAP_NET_RAW.
pub fn set_mark(fd: impl AsFd, mark: u32) -> io::Result<()> {
    set_int(fd, libc::SOL_SOCKET, libc::SO_MARK, mark.cast_signed())
}

/// The TOS byte (traffic class of IPv6) of a connection's packets.
pub fn set_type_of_service(fd: impl AsFd, tos: u8) -> io::Result<()> {
    match local_address(&fd)? {
        SocketAddr::V4(_) => Ok(sockopt::set_ip_tos(fd, tos)?),
        SocketAddr::V6(address) => {
            if address.ip().to_ipv4_mapped().is_some() {
                sockopt::set_ip_tos(&fd, tos)?;
            }
            Ok(sockopt::set_ipv6_tclass(fd, tos.into())?)
        }
    }
}

/// Makes close(2) send a reset instead of waiting for the peer.
pub fn set_reset_on_close(fd: impl AsFd) -> io::Result<()> {
    Ok(sockopt::set_socket_linger(fd, Some(Duration::ZERO))?)
}

pub fn local_address(fd: impl AsFd) -> io::Result<SocketAddr> {
    let address = net::getsockname(fd)?;
    SocketAddr::try_from(address).map_err(Into::into)
}

pub fn peer_address(fd: impl AsFd) -> io::Result<SocketAddr> {
    let address =
        net::getpeername(fd)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))?;
    SocketAddr::try_from(address).map_err(Into::into)
}

/// The kernel's number for this socket: equal for all descriptors of one socket, never reused.
pub fn cookie(fd: impl AsFd) -> io::Result<u64> {
    Ok(sockopt::socket_cookie(fd)?)
}

/// [`take_error`] when an event said that something is wrong; saves the call otherwise.
pub fn take_error_if(broken: bool, fd: impl AsFd) -> io::Result<()> {
    if !broken {
        return Ok(());
    }
    take_error(fd)?;
    Err(io::ErrorKind::ConnectionReset.into())
}
