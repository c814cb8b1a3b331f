//! IPv4, header included.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, SendFlags};

use super::{bind_to_device, ignore_in_use, open, receive, set_option};

/// An IPv4 raw socket that sends whole packets, header included, and receives them likewise.
#[derive(Debug)]
pub struct RawV4 {
    pub(super) fd: OwnedFd,
}

impl RawV4 {
    pub fn open(interface: &str, protocol: u8) -> io::Result<Self> {
        let fd = open(AddressFamily::INET, i32::from(protocol))?;
        bind_to_device(&fd, interface)?;
        set_option(&fd, libc::IPPROTO_IP, libc::IP_HDRINCL, &1i32)?;
        set_option(&fd, libc::IPPROTO_IP, libc::IP_MULTICAST_LOOP, &0i32)?;
        // Only the groups this socket joined, not every group of the host.
        set_option(&fd, libc::IPPROTO_IP, libc::IP_MULTICAST_ALL, &0i32)?;
        Ok(Self { fd })
    }

    /// Joins a group on an interface and sends to groups there. Joining twice is no error.
    pub fn join(&self, group: Ipv4Addr, interface: u32) -> io::Result<()> {
        let request = libc::ip_mreqn {
            imr_multiaddr: libc::in_addr {
                s_addr: u32::from(group).to_be(),
            },
            imr_address: libc::in_addr { s_addr: 0 },
            imr_ifindex: interface.cast_signed(),
        };
        set_option(&self.fd, libc::IPPROTO_IP, libc::IP_MULTICAST_IF, &request)?;
        ignore_in_use(set_option(
            &self.fd,
            libc::IPPROTO_IP,
            libc::IP_ADD_MEMBERSHIP,
            &request,
        ))
    }

    pub fn send(&self, packet: &[u8], to: Ipv4Addr) -> io::Result<()> {
        rustix::net::sendto(
            &self.fd,
            packet,
            SendFlags::empty(),
            &SocketAddrV4::new(to, 0),
        )?;
        Ok(())
    }

    /// Length of the packet received into `buffer`; `None` when there is none.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        receive(&self.fd, buffer)
    }
}

impl AsFd for RawV4 {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
