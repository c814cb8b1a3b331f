//! Raw IP and packet sockets for VRRP, ARP and neighbour discovery. All are non-blocking and
//! bound to one interface.

mod batch;
mod packet;
mod v4;
mod v6;

pub use batch::Batch;
pub use packet::PacketSocket;
pub use v4::RawV4;
pub use v6::{RawV6, ReceivedV6};

use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType};

fn open(family: AddressFamily, protocol: i32) -> io::Result<OwnedFd> {
    let protocol = u32::try_from(protocol)
        .ok()
        .and_then(std::num::NonZeroU32::new);
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let protocol = protocol.map(Protocol::from_raw);
    Ok(rustix::net::socket_with(
        family,
        SocketType::RAW,
        flags,
        protocol,
    )?)
}

fn receive(fd: &OwnedFd, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    match rustix::net::recv(fd, buffer, RecvFlags::empty()) {
        Ok((length, _)) => Ok(Some(length)),
        Err(error) => none_if_would_block(error.into()),
    }
}

/// Nothing there, or a signal came first: the loop will ask again. A link that went down shows
/// as an error once and says nothing about packets.
fn none_if_would_block<T>(error: io::Error) -> io::Result<Option<T>> {
    match error.raw_os_error() {
        Some(libc::EAGAIN | libc::EINTR | libc::ENETDOWN) => Ok(None),
        _ => Err(error),
    }
}

fn ignore_in_use(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.raw_os_error() == Some(libc::EADDRINUSE) => Ok(()),
        other => other,
    }
}

fn bind_to_device(fd: &OwnedFd, interface: &str) -> io::Result<()> {
    let length = libc::socklen_t::try_from(interface.len())
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // SAFETY: the kernel reads `length` bytes of a live string; no terminator is needed.
    let failed = unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_BINDTODEVICE,
            interface.as_ptr().cast(),
            length,
        )
    };
    if failed == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// `value` must be what the option takes; the kernel reads exactly its size.
fn set_option<T: Copy>(fd: &OwnedFd, level: i32, name: i32, value: &T) -> io::Result<()> {
    // SAFETY: the kernel only reads the live, initialised value of the size given.
    let failed = unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            length_of::<T>(),
        )
    };
    if failed == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn length_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}
