//! Requests that hold all at once or not at all.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::netlink::{NETFILTER, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

use super::table::NFTABLES;
use crate::socket::{NetlinkError, error_of};
use crate::wire::{self, NLMSG_ERROR, Request};

const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

pub fn commit(requests: Vec<Request>) -> Result<(), NetlinkError> {
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
