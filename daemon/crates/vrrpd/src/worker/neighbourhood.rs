//! Whom the kernel knows on our links, and questions to them while nothing happens.
//!
//! A partition that heals may go unseen here: a loser that gives way in silence leaves its link
//! address in the neighbours' tables. So a master asks a few neighbours every second from its
//! addresses, which puts its own link address there again.

use std::collections::BTreeSet;
use std::net::IpAddr;

use netlink::{Gateway, Neighbour};

use super::Worker;
use crate::ask::{self, Pair};
use crate::links::Links;
use crate::running::Running;
use crate::verification::Question;

pub struct Neighbourhood {
    neighbours: Vec<Neighbour>,
    gateways: Vec<Gateway>,
}

impl Neighbourhood {
    /// Every held address with every neighbour that can be asked from it.
    pub fn questions(&self, running: &Running, links: &Links) -> Vec<Question> {
        let parent = links.link(&running.plan.interface);
        let parent = parent.map_or(0, |link| link.index);
        let mut questions = Vec::new();
        for held in &running.held {
            let vip = held.vip.address.address;
            for neighbour in &self.neighbours {
                let here = [held.index, parent].contains(&neighbour.interface);
                let Some(mac) = neighbour.learnt().filter(|_| here) else {
                    continue;
                };
                let (address, gateway) = (neighbour.address, self.is_gateway(neighbour));
                if gateway || same_scope(vip, address) {
                    questions.push(Question::new(held.index, vip, address, mac, gateway));
                }
            }
        }
        questions
    }

    pub fn gateways_on(&self, interface: u32) -> impl Iterator<Item = IpAddr> + '_ {
        let here = (self.gateways.iter()).filter(move |it| it.interface == interface);
        here.map(|gateway| gateway.address)
    }

    pub fn learnt_on(&self, interface: u32) -> impl Iterator<Item = (IpAddr, [u8; 6])> + '_ {
        let here = (self.neighbours.iter()).filter(move |it| it.interface == interface);
        here.filter_map(|neighbour| Some((neighbour.address, neighbour.learnt()?)))
    }

    fn is_gateway(&self, neighbour: &Neighbour) -> bool {
        let place = (neighbour.interface, neighbour.address);
        let mut gateways = self.gateways.iter();
        gateways.any(|gateway| (gateway.interface, gateway.address) == place)
    }
}

impl Worker {
    /// Whoever cannot be read is not asked.
    pub(super) fn neighbourhood(&mut self) -> Neighbourhood {
        let gateways = self.netlink.gateways().unwrap_or_default();
        self.neighbourhood_with(gateways)
    }

    pub(super) fn neighbourhood_with(&mut self, gateways: Vec<Gateway>) -> Neighbourhood {
        let mut neighbours = self.netlink.neighbours().unwrap_or_default();
        // Whoever had the virtual addresses before is in the table by each of them.
        let vips = self.running.values().flat_map(|running| &running.plan.vips);
        let virtual_ones = vips.map(|vip| vip.address.address);
        let ours: BTreeSet<IpAddr> = self.links.all_addresses().chain(virtual_ones).collect();
        neighbours.retain(|neighbour| !ours.contains(&neighbour.address));
        // Whose connections still go on there takes the addresses for its own, and needs to learn
        // of nobody where they are.
        let of = |address: IpAddr| neighbours.iter().find(|it| it.address == address);
        let before = self.moving.hosts_before().filter_map(of);
        let before: BTreeSet<[u8; 6]> = before.filter_map(Neighbour::learnt).collect();
        neighbours.retain(|it| it.learnt().is_none_or(|mac| !before.contains(&mac)));
        Neighbourhood {
            neighbours,
            gateways,
        }
    }

    /// Sends a question; with a number an echo goes along where the family has one.
    pub(super) fn put(&mut self, question: &Question, number: Option<u16>) {
        let link = self.links.by_index(question.index);
        let Some(own) = link.and_then(|link| link.mac) else {
            return;
        };
        let pair = Pair {
            own,
            mac: question.mac,
        };
        for frame in ask::question(pair, question.vip, question.neighbour, number) {
            self.send_errors += u64::from(self.packets.send(question.index, &frame).is_err());
        }
    }
}

/// A router answers any address of its link by its link-local one; other hosts only from an
/// address that reaches.
fn same_scope(vip: IpAddr, neighbour: IpAddr) -> bool {
    match (vip, neighbour) {
        (IpAddr::V4(_), IpAddr::V4(_)) => true,
        (IpAddr::V6(vip), IpAddr::V6(neighbour)) => {
            vip.is_unicast_link_local() == neighbour.is_unicast_link_local()
                && !neighbour.is_multicast()
        }
        _ => false,
    }
}
