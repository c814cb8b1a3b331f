//! The raw sockets that adverts leave and arrive by: one for each interface, family and protocol
//! in use, shared by the instances there.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use sys::rawsock::{Batch, RawV4, RawV6, ReceivedV6};
use vrrp::ip;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Shared, because a key is taken along with each packet.
    pub interface: Arc<str>,
    pub index: u32,
    pub ipv6: bool,
    pub protocol: u8,
}

impl Key {
    /// The same one; an interface's number says which it is.
    pub fn is(&self, other: &Self) -> bool {
        (self.index, self.ipv6, self.protocol) == (other.index, other.ipv6, other.protocol)
    }
}

#[derive(Debug)]
pub enum Raw {
    V4(RawV4),
    V6(RawV6),
}

#[derive(Debug)]
pub struct Socket {
    pub key: Key,
    pub raw: Raw,
    groups: Vec<IpAddr>,
    pub token: u64,
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.raw {
            Raw::V4(raw) => raw.as_fd(),
            Raw::V6(raw) => raw.as_fd(),
        }
    }
}

/// One received packet: its bytes, and what the kernel told beside.
#[derive(Debug, Clone, Copy)]
pub enum Arrival<'a> {
    /// A whole IPv4 packet.
    V4(&'a [u8]),
    V6(&'a [u8], ReceivedV6),
}

impl<'a> Arrival<'a> {
    pub fn of(batch: &'a mut Batch, at: usize, ipv6: bool) -> Option<Self> {
        if !ipv6 {
            return Some(Self::V4(batch.bytes(at)));
        }
        let described = batch.described(at)?;
        Some(Self::V6(batch.bytes(at), described))
    }
}

impl Socket {
    /// How many packets were taken, at most what fits the batch.
    pub fn receive(&self, batch: &mut Batch) -> io::Result<usize> {
        match &self.raw {
            Raw::V4(raw) => batch.take_v4(raw),
            Raw::V6(raw) => batch.take_v6(raw),
        }
    }
}

/// Every socket in use. Tokens are never used twice, so a stale event finds nothing.
#[derive(Debug)]
pub struct Sockets {
    open: BTreeMap<Key, Socket>,
    next_token: u64,
}

impl Sockets {
    pub fn new(first_token: u64) -> Self {
        Self {
            open: BTreeMap::new(),
            next_token: first_token,
        }
    }

    /// A token for a descriptor that is kept elsewhere.
    pub fn take_token(&mut self) -> u64 {
        let token = self.next_token;
        self.next_token += 1;
        token
    }

    pub fn by_token(&self, token: u64) -> Option<&Socket> {
        self.open.values().find(|socket| socket.token == token)
    }

    pub fn get(&self, key: &Key) -> Option<&Socket> {
        self.open.get(key)
    }

    /// Closes what is not wanted any more.
    pub fn retain(&mut self, wanted: impl Fn(&Key) -> bool) {
        self.open.retain(|key, _| wanted(key));
    }

    /// Opens the socket unless it is open, and joins the group unless it is joined. Returns the
    /// socket if it is new, for registration with the poller.
    pub fn ensure(&mut self, key: &Key, group: Option<IpAddr>) -> io::Result<Option<&Socket>> {
        let fresh = !self.open.contains_key(key);
        if fresh {
            let socket = Socket {
                key: key.clone(),
                raw: open(key)?,
                groups: Vec::new(),
                token: self.next_token,
            };
            self.next_token += 1;
            self.open.insert(key.clone(), socket);
        }
        let Some(socket) = self.open.get_mut(key) else {
            return Ok(None);
        };
        if let Some(group) = group.filter(|group| !socket.groups.contains(group)) {
            if let Err(error) = join(&socket.raw, group, key.index) {
                if fresh {
                    self.open.remove(key);
                }
                return Err(error);
            }
            socket.groups.push(group);
        }
        Ok(self.open.get(key).filter(|_| fresh))
    }
}

fn open(key: &Key) -> io::Result<Raw> {
    if key.ipv6 {
        RawV6::open(&key.interface, key.protocol, ip::TOS, ip::TTL).map(Raw::V6)
    } else {
        RawV4::open(&key.interface, key.protocol).map(Raw::V4)
    }
}

fn join(raw: &Raw, group: IpAddr, interface: u32) -> io::Result<()> {
    match (raw, group) {
        (Raw::V4(raw), IpAddr::V4(group)) => raw.join(group, interface),
        (Raw::V6(raw), IpAddr::V6(group)) => raw.join(group, interface),
        _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    }
}
