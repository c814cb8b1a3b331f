//! Changes of links, addresses, routes and rules as the kernel announces them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{RecvFlags, SocketFlags, sockopt};

use crate::address::{Address, RTM_DELADDR, RTM_NEWADDR};
use crate::link::{Link, RTM_DELLINK, RTM_NEWLINK};
use crate::route::{RTM_DELROUTE, RouteKey};
use crate::rule::{RTM_DELRULE, RuleKey};
use crate::socket::{NetlinkError, open_socket};
use crate::wire::{self, Message};

const RTMGRP_LINK: u32 = 0x1;
const RTMGRP_IPV4_IFADDR: u32 = 0x10;
const RTMGRP_IPV6_IFADDR: u32 = 0x100;
const RTMGRP_IPV4_ROUTE: u32 = 0x40;
const RTMGRP_IPV4_RULE: u32 = 0x80;
const RTMGRP_IPV6_ROUTE: u32 = 0x400;
const RTMGRP_IPV6_RULE: u32 = 0x4_0000;
const RECEIVE_BUFFER: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// New, or its flags, name or link address changed.
    Link(Link),
    LinkGone(Link),
    AddressAdded(Address),
    AddressRemoved(Address),
    RouteRemoved(RouteKey),
    RuleRemoved(RuleKey),
    /// The kernel dropped announcements: everything must be read anew.
    Overrun,
}

#[derive(Debug)]
pub struct Watch {
    fd: OwnedFd,
    buffer: Vec<u8>,
}

impl Watch {
    /// Links and addresses.
    pub fn open() -> Result<Self, NetlinkError> {
        Self::of(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
    }

    /// Routes and rules. Apart from the rest, because a router changes very many of them.
    pub fn routes() -> Result<Self, NetlinkError> {
        let routes = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        Self::of(routes | RTMGRP_IPV4_RULE | RTMGRP_IPV6_RULE)
    }

    fn of(groups: u32) -> Result<Self, NetlinkError> {
        let fd = open_socket(groups, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK)?;
        // A larger buffer makes overruns rarer; they are handled all the same.
        let _ = sockopt::set_socket_recv_buffer_size(&fd, RECEIVE_BUFFER);
        Ok(Self {
            fd,
            buffer: vec![0; 64 << 10],
        })
    }

    /// Every change announced so far; never blocks.
    pub fn changes(&mut self) -> Result<Vec<Change>, NetlinkError> {
        let mut changes = Vec::new();
        loop {
            match rustix::net::recv(&self.fd, &mut self.buffer[..], RecvFlags::empty()) {
                Ok((length, _)) => {
                    changes.extend(wire::messages(&self.buffer[..length]).filter_map(change));
                }
                Err(Errno::AGAIN) => return Ok(changes),
                Err(Errno::INTR) => {}
                Err(Errno::NOBUFS) => changes.push(Change::Overrun),
                Err(error) => return Err(NetlinkError::Socket(error)),
            }
        }
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn change(message: Message<'_>) -> Option<Change> {
    match message.kind {
        RTM_NEWLINK => Link::parse(message.body).map(Change::Link),
        RTM_DELLINK => Link::parse(message.body).map(Change::LinkGone),
        RTM_NEWADDR => Address::parse(message.body).map(Change::AddressAdded),
        RTM_DELADDR => Address::parse(message.body).map(Change::AddressRemoved),
        RTM_DELROUTE => RouteKey::parse(message.body).map(Change::RouteRemoved),
        RTM_DELRULE => RuleKey::parse(message.body).map(Change::RuleRemoved),
        wire::NLMSG_OVERRUN => Some(Change::Overrun),
        _ => None,
    }
}
