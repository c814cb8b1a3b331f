//! A mirror of the kernel's links and addresses, kept current from announcements.

use std::collections::BTreeMap;
use std::net::IpAddr;

use netlink::{Address, Change, Link, Netlink, NetlinkError};

#[derive(Debug, Default)]
pub struct Links {
    links: BTreeMap<u32, Link>,
    addresses: Vec<Address>,
}

impl Links {
    pub fn read(netlink: &mut Netlink) -> Result<Self, NetlinkError> {
        let links = netlink.links()?;
        Ok(Self {
            links: links.into_iter().map(|link| (link.index, link)).collect(),
            addresses: netlink.addresses()?,
        })
    }

    /// Takes up one announcement. [`Change::Overrun`] is the caller's: it reads anew.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Link(link) => {
                self.links.insert(link.index, link.clone());
            }
            Change::LinkGone(link) => {
                self.links.remove(&link.index);
                self.addresses
                    .retain(|address| address.interface != link.index);
            }
            Change::AddressAdded(added) => {
                self.forget(added);
                self.addresses.push(added.clone());
            }
            Change::AddressRemoved(removed) => self.forget(removed),
            Change::RouteRemoved(_) | Change::RuleRemoved(_) | Change::Overrun => {}
        }
    }

    pub fn link(&self, name: &str) -> Option<&Link> {
        self.links.values().find(|link| link.name == name)
    }

    pub fn by_index(&self, index: u32) -> Option<&Link> {
        self.links.get(&index)
    }

    pub fn addresses_of(&self, interface: u32) -> impl Iterator<Item = &Address> {
        self.addresses
            .iter()
            .filter(move |address| address.interface == interface)
    }

    /// The interface's first address that adverts can come from: for IPv6 multicast a link-local
    /// one (RFC 9568 section 5.1.2.1), never a tentative one, never one of the virtual addresses.
    pub fn source(
        &self,
        interface: u32,
        ipv6: bool,
        link_local: bool,
        exclude: impl Fn(IpAddr) -> bool,
    ) -> Option<IpAddr> {
        let fit = |address: &&Address| {
            address.address.is_ipv6() == ipv6
                && !address.tentative
                && !exclude(address.address)
                && (!ipv6 || address.is_link_local_v6() == link_local)
        };
        self.addresses_of(interface)
            .find(fit)
            .map(|address| address.address)
    }

    fn forget(&mut self, gone: &Address) {
        self.addresses.retain(|address| {
            (address.interface, address.address, address.prefix)
                != (gone.interface, gone.address, gone.prefix)
        });
    }
}
