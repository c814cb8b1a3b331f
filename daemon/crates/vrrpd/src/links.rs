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

    pub fn all_addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().map(|address| address.address)
    }

    /// Whether an address is in a subnet of the interface.
    pub fn is_on_link(&self, interface: u32, address: IpAddr) -> bool {
        self.addresses_of(interface)
            .any(|own| in_subnet(address, own.address, own.prefix))
    }

    fn forget(&mut self, gone: &Address) {
        self.addresses.retain(|address| {
            (address.interface, address.address, address.prefix)
                != (gone.interface, gone.address, gone.prefix)
        });
    }
}

fn in_subnet(address: IpAddr, subnet: IpAddr, prefix: u8) -> bool {
    let differs = match (address, subnet) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let bits = (u32::from(one) ^ u32::from(other)).leading_zeros();
            bits < u32::from(prefix)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let bits = (u128::from(one) ^ u128::from(other)).leading_zeros();
            bits < u32::from(prefix)
        }
        _ => true,
    };
    !differs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_holds_its_addresses_and_no_others() {
        let inside = |address: &str, subnet: &str, prefix| {
            in_subnet(address.parse().unwrap(), subnet.parse().unwrap(), prefix)
        };
        assert!(inside("10.0.0.255", "10.0.0.1", 24));
        assert!(!inside("10.0.1.1", "10.0.0.1", 24));
        assert!(inside("10.0.0.1", "10.0.0.1", 32));
        assert!(inside("192.0.2.1", "10.0.0.1", 0));
        assert!(inside("fe80::2", "fe80::1", 64));
        assert!(!inside("fe80::2", "10.0.0.1", 0));
    }
}
