//! IPv6, where addresses and hop limit stand beside the payload as control messages.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::net::AddressFamily;

use super::{bind_to_device, ignore_in_use, length_of, none_if_would_block, open, set_option};

/// An IPv6 raw socket: the kernel writes and strips the IP header.
#[derive(Debug)]
pub struct RawV6 {
    pub(super) fd: OwnedFd,
}

/// What the kernel tells of a received IPv6 packet beside its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedV6 {
    pub length: usize,
    pub source: Ipv6Addr,
    pub destination: Ipv6Addr,
    pub hop_limit: u8,
}

impl RawV6 {
    /// `traffic_class` and `hop_limit` go into every packet sent.
    pub fn open(
        interface: &str,
        protocol: u8,
        traffic_class: u8,
        hop_limit: u8,
    ) -> io::Result<Self> {
        let fd = open(AddressFamily::INET6, i32::from(protocol))?;
        bind_to_device(&fd, interface)?;
        let level = libc::IPPROTO_IPV6;
        set_option(&fd, level, libc::IPV6_MULTICAST_HOPS, &i32::from(hop_limit))?;
        set_option(&fd, level, libc::IPV6_UNICAST_HOPS, &i32::from(hop_limit))?;
        set_option(&fd, level, libc::IPV6_TCLASS, &i32::from(traffic_class))?;
        set_option(&fd, level, libc::IPV6_MULTICAST_LOOP, &0i32)?;
        set_option(&fd, level, libc::IPV6_MULTICAST_ALL, &0i32)?;
        set_option(&fd, level, libc::IPV6_RECVHOPLIMIT, &1i32)?;
        set_option(&fd, level, libc::IPV6_RECVPKTINFO, &1i32)?;
        Ok(Self { fd })
    }

    pub fn join(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        let index = interface.cast_signed();
        set_option(
            &self.fd,
            libc::IPPROTO_IPV6,
            libc::IPV6_MULTICAST_IF,
            &index,
        )?;
        let request = libc::ipv6_mreq {
            ipv6mr_multiaddr: libc::in6_addr {
                s6_addr: group.octets(),
            },
            ipv6mr_interface: interface,
        };
        let level = libc::IPPROTO_IPV6;
        ignore_in_use(set_option(
            &self.fd,
            level,
            libc::IPV6_ADD_MEMBERSHIP,
            &request,
        ))
    }

    /// Sends from a given source address (which must be on the interface) by a control message,
    /// so that several instances share the socket.
    pub fn send(
        &self,
        payload: &[u8],
        source: Ipv6Addr,
        to: Ipv6Addr,
        interface: u32,
    ) -> io::Result<()> {
        let info = libc::in6_pktinfo {
            ipi6_addr: libc::in6_addr {
                s6_addr: source.octets(),
            },
            ipi6_ifindex: interface,
        };
        let mut control = ControlBuffer::default();
        // SAFETY: an all-zero msghdr is a valid empty one.
        let mut message: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
        let mut address = to_sockaddr(SocketAddrV6::new(to, 0, 0, interface));
        let mut part = libc::iovec {
            iov_base: payload.as_ptr().cast_mut().cast(),
            iov_len: payload.len(),
        };
        message.msg_name = (&raw mut address).cast();
        message.msg_namelen = length_of::<libc::sockaddr_in6>();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: pure arithmetic on a constant size.
        message.msg_controllen =
            unsafe { libc::CMSG_SPACE(length_of::<libc::in6_pktinfo>()) } as usize;
        // SAFETY: the control buffer is aligned, larger than msg_controllen and lives until the
        // call; CMSG_FIRSTHDR therefore is its start, and CMSG_DATA has room for the structure.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::IPPROTO_IPV6;
            (*header).cmsg_type = libc::IPV6_PKTINFO;
            (*header).cmsg_len = libc::CMSG_LEN(length_of::<libc::in6_pktinfo>()) as usize;
            std::ptr::write_unaligned(libc::CMSG_DATA(header).cast(), info);
        }
        // SAFETY: every pointer in `message` is to a live local or to `payload`, which sendmsg
        // only reads.
        let sent = unsafe { libc::sendmsg(self.fd.as_raw_fd(), &raw const message, 0) };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<ReceivedV6>> {
        let mut control = ControlBuffer::default();
        // SAFETY: all-zero is valid for both plain C structures.
        let (mut message, mut address): (libc::msghdr, libc::sockaddr_in6) = unsafe {
            (
                MaybeUninit::zeroed().assume_init(),
                MaybeUninit::zeroed().assume_init(),
            )
        };
        let mut part = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        message.msg_name = (&raw mut address).cast();
        message.msg_namelen = length_of::<libc::sockaddr_in6>();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        message.msg_controllen = size_of::<ControlBuffer>();
        // SAFETY: every pointer in `message` is to a live local or to `buffer`, with its length.
        let got = unsafe { libc::recvmsg(self.fd.as_raw_fd(), &raw mut message, 0) };
        let Ok(length) = usize::try_from(got) else {
            return none_if_would_block(io::Error::last_os_error());
        };
        let (destination, hop_limit) = read_control(&message);
        Ok(Some(ReceivedV6 {
            length,
            source: Ipv6Addr::from(address.sin6_addr.s6_addr),
            destination: destination.unwrap_or(Ipv6Addr::UNSPECIFIED),
            hop_limit: hop_limit.unwrap_or(0),
        }))
    }
}

impl AsFd for RawV6 {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Room for the control messages of one packet, aligned as `cmsghdr` wants it.
#[repr(C, align(8))]
pub(super) struct ControlBuffer(pub(super) [u8; 128]);

impl Default for ControlBuffer {
    fn default() -> Self {
        Self([0; 128])
    }
}

fn to_sockaddr(address: SocketAddrV6) -> libc::sockaddr_in6 {
    libc::sockaddr_in6 {
        sin6_family: libc::sa_family_t::try_from(libc::AF_INET6).unwrap_or(0),
        sin6_port: 0,
        sin6_flowinfo: 0,
        sin6_addr: libc::in6_addr {
            s6_addr: address.ip().octets(),
        },
        sin6_scope_id: address.scope_id(),
    }
}

/// Destination address and hop limit from the control messages of a received packet.
pub(super) fn read_control(message: &libc::msghdr) -> (Option<Ipv6Addr>, Option<u8>) {
    let (mut destination, mut hop_limit) = (None, None);
    // SAFETY: the kernel filled msg_control up to msg_controllen with whole control messages; the
    // CMSG macros walk within these bounds. The data of each kind is at least the structure read,
    // and `read_unaligned` needs no alignment.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while !header.is_null() {
            match ((*header).cmsg_level, (*header).cmsg_type) {
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info: libc::in6_pktinfo =
                        std::ptr::read_unaligned(libc::CMSG_DATA(header).cast());
                    destination = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr));
                }
                (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => {
                    let limit: i32 = std::ptr::read_unaligned(libc::CMSG_DATA(header).cast());
                    hop_limit = u8::try_from(limit).ok();
                }
                _ => {}
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    (destination, hop_limit)
}
