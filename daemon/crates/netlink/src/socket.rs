//! Requests and their answers over one netlink socket.

use std::fmt;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

use crate::address::{self, Address, NewAddress, RTM_NEWADDR};
use crate::gateway::{self, Gateway, RTM_GETROUTE};
use crate::link::{self, Link, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK};
use crate::macvlan;
use crate::neighbour::{self, Neighbour, RTM_GETNEIGH, RTM_NEWNEIGH};
use crate::route::{RTM_DELROUTE, RTM_NEWROUTE, RouteKey};
use crate::rule::{RTM_DELRULE, RTM_NEWRULE, RuleKey};
use crate::wire::{self, NLM_F_ACK, NLM_F_DUMP, NLMSG_DONE, NLMSG_ERROR, Request};

/// The kernel answers within microseconds; the bound only keeps a fault from hanging the caller.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);
const BUFFER: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetlinkError {
    /// The kernel refused, with its error number.
    Refused(Errno),
    /// The socket failed.
    Socket(Errno),
    /// An answer is not what the format says.
    Malformed,
}

impl fmt::Display for NetlinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(errno) => write!(f, "the kernel refused: {errno}"),
            Self::Socket(errno) => write!(f, "netlink socket: {errno}"),
            Self::Malformed => f.write_str("netlink: malformed answer"),
        }
    }
}

impl std::error::Error for NetlinkError {}

#[derive(Debug)]
pub struct Netlink {
    fd: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    pub fn open() -> Result<Self, NetlinkError> {
        let fd = open_socket(0, SocketFlags::CLOEXEC)?;
        sockopt::set_socket_timeout(&fd, sockopt::Timeout::Recv, Some(ANSWER_TIMEOUT))
            .map_err(NetlinkError::Socket)?;
        Ok(Self {
            fd,
            sequence: 0,
            buffer: vec![0; BUFFER],
        })
    }

    pub fn links(&mut self) -> Result<Vec<Link>, NetlinkError> {
        let request = Request::new(RTM_GETLINK, NLM_F_DUMP, &[0; link::FIXED]);
        self.dump(request, RTM_NEWLINK, Link::parse)
    }

    pub fn addresses(&mut self) -> Result<Vec<Address>, NetlinkError> {
        self.dump(address::dump_request(), RTM_NEWADDR, Address::parse)
    }

    pub fn neighbours(&mut self) -> Result<Vec<Neighbour>, NetlinkError> {
        let request = Request::new(RTM_GETNEIGH, NLM_F_DUMP, &[0; neighbour::FIXED]);
        self.dump(request, RTM_NEWNEIGH, Neighbour::parse)
    }

    /// The routers of the default routes.
    pub fn gateways(&mut self) -> Result<Vec<Gateway>, NetlinkError> {
        let request = Request::new(RTM_GETROUTE, NLM_F_DUMP, &[0; gateway::FIXED]);
        let parse = |body: &[u8]| Some(gateway::parse(body));
        let found = self.dump(request, RTM_NEWROUTE, parse)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Adds an address; false when it was there already.
    pub fn add_address(&mut self, interface: u32, new: &NewAddress) -> Result<bool, NetlinkError> {
        match self.acknowledged(new.add_request(interface)) {
            Ok(()) => Ok(true),
            Err(NetlinkError::Refused(Errno::EXIST)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes an address; false when it, or its interface, was not there.
    pub fn remove_address(
        &mut self,
        interface: u32,
        old: &NewAddress,
    ) -> Result<bool, NetlinkError> {
        match self.acknowledged(old.remove_request(interface)) {
            Ok(()) => Ok(true),
            Err(NetlinkError::Refused(Errno::ADDRNOTAVAIL | Errno::NODEV)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sets a route or a rule; false when it was there already.
    pub fn set(&mut self, request: Request) -> Result<bool, NetlinkError> {
        match self.acknowledged(request) {
            Ok(()) => Ok(true),
            Err(NetlinkError::Refused(Errno::EXIST)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes a route, a rule or an interface away; false when it was not there.
    pub fn unset(&mut self, request: Request) -> Result<bool, NetlinkError> {
        match self.acknowledged(request) {
            Ok(()) => Ok(true),
            Err(NetlinkError::Refused(
                Errno::SRCH | Errno::NOENT | Errno::NODEV | Errno::NETUNREACH,
            )) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes away what another process has set, by the request that it has left for that. Nothing
    /// but removals is sent.
    pub fn undo(&mut self, request: &[u8]) -> Result<bool, NetlinkError> {
        let message = wire::messages(request).next();
        let removal = |kind| matches!(kind, RTM_DELROUTE | RTM_DELRULE | RTM_DELLINK);
        match message.filter(|message| removal(message.kind)) {
            Some(message) => self.unset(Request::new(message.kind, NLM_F_ACK, message.body)),
            None => Err(NetlinkError::Malformed),
        }
    }

    /// Whether the kernel has a route of this key.
    pub fn has_route(&mut self, key: RouteKey) -> Result<bool, NetlinkError> {
        let found = self.dump(key.dump_request(), RTM_NEWROUTE, |body| {
            RouteKey::parse(body).filter(|other| *other == key)
        })?;
        Ok(!found.is_empty())
    }

    pub fn has_rule(&mut self, key: RuleKey) -> Result<bool, NetlinkError> {
        let found = self.dump(key.dump_request(), RTM_NEWRULE, |body| {
            RuleKey::parse(body).filter(|other| *other == key)
        })?;
        Ok(!found.is_empty())
    }

    /// Adds a private MAC-VLAN interface, down.
    pub fn add_macvlan(
        &mut self,
        name: &str,
        parent: u32,
        mac: [u8; 6],
    ) -> Result<(), NetlinkError> {
        self.acknowledged(macvlan::add_request(name, parent, mac))
    }

    pub fn set_link_up(&mut self, index: u32) -> Result<(), NetlinkError> {
        self.acknowledged(macvlan::set_up_request(index))
    }

    pub fn remove_link(&mut self, index: u32) -> Result<(), NetlinkError> {
        self.acknowledged(macvlan::remove_request(index))
    }

    fn acknowledged(&mut self, request: Request) -> Result<(), NetlinkError> {
        let sequence = self.send(request)?;
        loop {
            let length = self.receive()?;
            for message in wire::messages(&self.buffer[..length]) {
                if message.sequence == sequence && message.kind == NLMSG_ERROR {
                    return error_of(message.body);
                }
            }
        }
    }

    fn dump<T>(
        &mut self,
        request: Request,
        kind: u16,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<T>, NetlinkError> {
        let sequence = self.send(request)?;
        let mut found = Vec::new();
        loop {
            let length = self.receive()?;
            for message in wire::messages(&self.buffer[..length]) {
                if message.sequence != sequence {
                    continue;
                }
                match message.kind {
                    NLMSG_DONE => return Ok(found),
                    NLMSG_ERROR => error_of(message.body)?,
                    other if other == kind => found.extend(parse(message.body)),
                    _ => {}
                }
            }
        }
    }

    fn send(&mut self, request: Request) -> Result<u32, NetlinkError> {
        self.sequence = self.sequence.wrapping_add(1);
        let bytes = request.finish(self.sequence);
        rustix::net::sendto(
            &self.fd,
            &bytes,
            SendFlags::empty(),
            &SocketAddrNetlink::new(0, 0),
        )
        .map_err(NetlinkError::Socket)?;
        Ok(self.sequence)
    }

    fn receive(&mut self) -> Result<usize, NetlinkError> {
        loop {
            match rustix::net::recv(&self.fd, &mut self.buffer[..], RecvFlags::empty()) {
                Ok((length, _)) => return Ok(length),
                Err(Errno::INTR) => {}
                Err(error) => return Err(NetlinkError::Socket(error)),
            }
        }
    }
}

/// An error message with number 0 is an acknowledgement.
pub(crate) fn error_of(body: &[u8]) -> Result<(), NetlinkError> {
    let code = wire::u32_at(body, 0)
        .ok_or(NetlinkError::Malformed)?
        .cast_signed();
    if code == 0 {
        return Ok(());
    }
    Err(NetlinkError::Refused(Errno::from_raw_os_error(
        code.wrapping_neg(),
    )))
}

pub(crate) fn open_socket(groups: u32, flags: SocketFlags) -> Result<OwnedFd, NetlinkError> {
    // NETLINK_ROUTE is protocol 0, the default.
    let fd = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)
        .map_err(NetlinkError::Socket)?;
    rustix::net::bind(&fd, &SocketAddrNetlink::new(0, groups)).map_err(NetlinkError::Socket)?;
    Ok(fd)
}
