//! A small nf_tables table that drops what is sent to, or comes from, given addresses of this
//! host, and keeps given interfaces from speaking of themselves. Replaced as a whole in one transaction, so that no packet slips through between.

mod quiet;

use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::netlink::{NETFILTER, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

use crate::address::{AF_INET, AF_INET6, octets};
use crate::socket::{NetlinkError, error_of};
use crate::wire::{self, NLM_F_ACK, NLM_F_CREATE, NLMSG_ERROR, Request, nested};

const NLM_F_APPEND: u16 = 0x800;
const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;
const NFTABLES: u16 = 10;
const NEW_TABLE: u16 = NFTABLES << 8;
const DELETE_TABLE: u16 = NEW_TABLE | 2;
const NEW_CHAIN: u16 = NEW_TABLE | 3;
const NEW_RULE: u16 = NEW_TABLE | 6;

const TABLE: &[u8] = b"tandem_vrrp\0";
const LOCAL_IN: u32 = 1;
const LOCAL_OUT: u32 = 3;
const LOCAL_OUT_CHAIN: &[u8] = b"out\0";
/// Before the host's own rules, so that these cannot let anything through.
const PRIORITY: i32 = -1;
const REGISTER: u32 = 1;
const NETWORK_HEADER: u32 = 1;
const TRANSPORT_HEADER: u32 = 2;
const DROP: u32 = 0;
const ACCEPT: u32 = 1;
const ICMPV6: u8 = 58;
/// Neighbour solicitation and advertisement: without them nobody finds the address at all.
const DISCOVERY: [u8; 2] = [135, 136];
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

/// What is kept out and in from now on; all that was asked before is replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Addresses whose packets are dropped.
    pub unaccepted: Vec<IpAddr>,
    /// Interfaces, each with the one below, that say nothing of groups and routers: reports of
    /// memberships leave by the one below.
    pub quiet: Vec<(u32, u32)>,
}

impl Filter {
    /// Replaces the tables; none is left when there is nothing to filter.
    pub fn set(&self) -> Result<(), NetlinkError> {
        for family in [AF_INET, AF_INET6] {
            // A kernel that cannot double packets can still drop them.
            commit(self.transaction(family, true)).or_else(|error| match error {
                NetlinkError::Refused(_) if !self.quiet.is_empty() => {
                    commit(self.transaction(family, false))
                }
                other => Err(other),
            })?;
        }
        Ok(())
    }

    /// The table is made first, so that removing it cannot fail.
    fn transaction(&self, family: u8, doubling: bool) -> Vec<Request> {
        let mut requests = vec![
            message(NEW_TABLE, NLM_F_CREATE, family).attribute(1, TABLE),
            message(DELETE_TABLE, 0, family).attribute(1, TABLE),
        ];
        let of_family = |address: &&IpAddr| address.is_ipv4() == (family == AF_INET);
        let addresses: Vec<IpAddr> = self.unaccepted.iter().filter(of_family).copied().collect();
        if addresses.is_empty() && self.quiet.is_empty() {
            return requests;
        }
        requests.push(message(NEW_TABLE, NLM_F_CREATE, family).attribute(1, TABLE));
        for (name, hook) in [(&b"in\0"[..], LOCAL_IN), (b"out\0", LOCAL_OUT)] {
            requests.push(chain(family, name, hook));
        }
        requests.extend(quiet::rules(family, &self.quiet, doubling));
        requests.extend(unaccepted(family, &addresses));
        requests
    }
}

/// Takes the tables away, if they are there.
pub fn clear() -> Result<(), NetlinkError> {
    Filter::default().set()
}

fn unaccepted(family: u8, addresses: &[IpAddr]) -> Vec<Request> {
    let mut requests = Vec::new();
    if addresses.is_empty() {
        return requests;
    }
    for (name, offset) in [
        (&b"in\0"[..], destination(family)),
        (b"out\0", source(family)),
    ] {
        for kind in DISCOVERY.into_iter().filter(|_| family == AF_INET6) {
            let matches = [
                equal(NETWORK_HEADER, 6, &[ICMPV6]),
                equal(TRANSPORT_HEADER, 0, &[kind]),
            ];
            requests.push(rule(family, name, &matches, ACCEPT));
        }
        for address in addresses {
            let matches = [equal(NETWORK_HEADER, offset, &octets(*address))];
            requests.push(rule(family, name, &matches, DROP));
        }
    }
    requests
}

fn source(family: u8) -> u32 {
    if family == AF_INET { 12 } else { 8 }
}

fn destination(family: u8) -> u32 {
    if family == AF_INET { 16 } else { 24 }
}

fn message(kind: u16, flags: u16, family: u8) -> Request {
    Request::new(kind, flags | NLM_F_ACK, &[family, 0, 0, 0])
}

fn chain(family: u8, name: &[u8], hook: u32) -> Request {
    let place = nested(&[(1, &hook.to_be_bytes()), (2, &PRIORITY.to_be_bytes())]);
    message(NEW_CHAIN, NLM_F_CREATE, family)
        .attribute(1, TABLE)
        .attribute(3, name)
        .attribute(4, &place)
        .attribute(5, &ACCEPT.to_be_bytes())
        .attribute(7, b"filter\0")
}

fn rule(family: u8, chain: &[u8], matches: &[Vec<Vec<u8>>], verdict: u32) -> Request {
    let code = nested(&[(1, &verdict.to_be_bytes())]);
    let data = nested(&[(2, &code)]);
    let verdict = expression(b"immediate\0", &[(1, &0u32.to_be_bytes()), (2, &data)]);
    let all = matches.iter().flatten().chain(std::iter::once(&verdict));
    let list: Vec<(u16, &[u8])> = all.map(|item| (1, item.as_slice())).collect();
    message(NEW_RULE, NLM_F_CREATE | NLM_F_APPEND, family)
        .attribute(1, TABLE)
        .attribute(2, chain)
        .attribute(4, &nested(&list))
}

/// Bytes of a header that must have this value: loaded, then compared.
fn equal(base: u32, offset: u32, value: &[u8]) -> Vec<Vec<u8>> {
    let length = u32::try_from(value.len()).unwrap_or(0);
    vec![load(REGISTER, base, offset, length), compare(value)]
}

fn load(register: u32, base: u32, offset: u32, length: u32) -> Vec<u8> {
    expression(
        b"payload\0",
        &[
            (1, &register.to_be_bytes()),
            (2, &base.to_be_bytes()),
            (3, &offset.to_be_bytes()),
            (4, &length.to_be_bytes()),
        ],
    )
}

fn compare(value: &[u8]) -> Vec<u8> {
    let register = REGISTER.to_be_bytes();
    let data = nested(&[(1, value)]);
    expression(
        b"cmp\0",
        &[(1, &register), (2, &0u32.to_be_bytes()), (3, &data)],
    )
}

fn expression(name: &[u8], data: &[(u16, &[u8])]) -> Vec<u8> {
    nested(&[(1, name), (2, &nested(data))])
}

fn commit(requests: Vec<Request>) -> Result<(), NetlinkError> {
    let fd = open()?;
    let mut batch = mark(BATCH_BEGIN).finish(0);
    let wanted = requests.len();
    for (request, sequence) in requests.into_iter().zip(1..) {
        batch.extend(request.finish(sequence));
    }
    batch.extend(mark(BATCH_END).finish(0));
    let kernel = SocketAddrNetlink::new(0, 0);
    rustix::net::sendto(&fd, &batch, SendFlags::empty(), &kernel).map_err(NetlinkError::Socket)?;
    let (mut buffer, mut answered) = (vec![0; 64 << 10], 0);
    while answered < wanted {
        let (length, _) = rustix::net::recv(&fd, &mut buffer[..], RecvFlags::empty())
            .map_err(NetlinkError::Socket)?;
        for message in wire::messages(&buffer[..length]) {
            if message.kind == NLMSG_ERROR {
                error_of(message.body)?;
                answered += 1;
            }
        }
    }
    Ok(())
}

fn mark(kind: u16) -> Request {
    let [high, low] = NFTABLES.to_be_bytes();
    Request::new(kind, 0, &[0, 0, high, low])
}

fn open() -> Result<OwnedFd, NetlinkError> {
    let flags = SocketFlags::CLOEXEC;
    let socket = SocketType::RAW;
    let fd = rustix::net::socket_with(AddressFamily::NETLINK, socket, flags, Some(NETFILTER))
        .map_err(NetlinkError::Socket)?;
    rustix::net::bind(&fd, &SocketAddrNetlink::new(0, 0)).map_err(NetlinkError::Socket)?;
    sockopt::set_socket_timeout(&fd, sockopt::Timeout::Recv, Some(ANSWER_TIMEOUT))
        .map_err(NetlinkError::Socket)?;
    Ok(fd)
}
