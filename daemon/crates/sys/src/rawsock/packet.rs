//! Whole Ethernet frames.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::net::AddressFamily;

use super::{length_of, open, receive};

/// A packet socket: whole Ethernet frames on one interface.
#[derive(Debug)]
pub struct PacketSocket {
    fd: OwnedFd,
}

impl PacketSocket {
    /// For sending only: it receives nothing and so costs nothing.
    pub fn sender() -> io::Result<Self> {
        Ok(Self {
            fd: open(AddressFamily::PACKET, 0)?,
        })
    }

    /// Receives frames of one Ethernet type on one interface, and sends there.
    pub fn on(interface: u32, ether_type: u16) -> io::Result<Self> {
        let fd = open(AddressFamily::PACKET, 0)?;
        let address = link_address(interface, ether_type);
        // SAFETY: the address is a live sockaddr_ll with its own length.
        let failed = unsafe {
            libc::bind(
                fd.as_raw_fd(),
                (&raw const address).cast(),
                length_of::<libc::sockaddr_ll>(),
            )
        };
        if failed != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { fd })
    }

    pub fn send(&self, interface: u32, frame: &[u8]) -> io::Result<()> {
        let address = link_address(interface, 0);
        // SAFETY: `frame` is read only, the address is a live sockaddr_ll with its own length.
        let sent = unsafe {
            libc::sendto(
                self.fd.as_raw_fd(),
                frame.as_ptr().cast(),
                frame.len(),
                0,
                (&raw const address).cast(),
                length_of::<libc::sockaddr_ll>(),
            )
        };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        receive(&self.fd, buffer)
    }
}

impl AsFd for PacketSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn link_address(interface: u32, ether_type: u16) -> libc::sockaddr_ll {
    libc::sockaddr_ll {
        sll_family: libc::sa_family_t::try_from(libc::AF_PACKET).unwrap_or(0),
        sll_protocol: ether_type.to_be(),
        sll_ifindex: interface.cast_signed(),
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    }
}
