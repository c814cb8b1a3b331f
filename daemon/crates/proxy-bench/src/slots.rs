//! Sockets by the token of their events. A token of a socket that is gone finds nothing.

use crate::client::Client;
use crate::multiplexed::Multiplexed;
use crate::origin::{Origin, Replies};
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::rc::Rc;

#[derive(Debug)]
pub enum Socket {
    Listener(OwnedFd, Rc<Replies>),
    Origin(Origin),
    Client(Client),
    Multiplexed(Box<Multiplexed>),
    Sink(UdpSocket),
}

#[derive(Debug, Default)]
pub struct Slots {
    slots: Vec<(u32, Option<Socket>)>,
    free: Vec<u32>,
}

impl Slots {
    pub fn insert(&mut self, socket: Socket) -> u64 {
        if let Some(i) = self.free.pop() {
            let (generation, slot) = &mut self.slots[i as usize];
            *slot = Some(socket);
            return token(*generation, i);
        }
        let i = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push((0, Some(socket)));
        token(0, i)
    }

    pub fn get(&mut self, token: u64) -> Option<&mut Socket> {
        let (generation, i) = parts(token);
        let (current, slot) = self.slots.get_mut(i as usize)?;
        slot.as_mut().filter(|_| *current == generation)
    }

    /// Closes the socket.
    pub fn remove(&mut self, token: u64) {
        let (generation, i) = parts(token);
        if let Some((current, slot @ Some(_))) = self.slots.get_mut(i as usize)
            && *current == generation
        {
            *slot = None;
            *current = current.wrapping_add(1);
            self.free.push(i);
        }
    }
}

fn token(generation: u32, i: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(i)
}

fn parts(token: u64) -> (u32, u32) {
    let low = u32::try_from(token & u64::from(u32::MAX)).unwrap_or(0);
    (u32::try_from(token >> 32).unwrap_or(0), low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_one_socket() {
        let mut slots = Slots::default();
        let socket = || Socket::Sink(UdpSocket::bind("127.0.0.1:0").unwrap());
        let first = slots.insert(socket());
        slots.remove(first);
        slots.remove(first);
        let second = slots.insert(socket());
        assert!(slots.get(first).is_none());
        assert!(slots.get(second).is_some());
        assert_ne!(first, second);
        assert_ne!(slots.insert(socket()), second);
    }
}
