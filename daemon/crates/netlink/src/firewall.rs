//! Small nf_tables tables. This one drops what is sent to, or comes from, given addresses of this
//! host, and keeps given interfaces from speaking of themselves. Replaced as a whole in one transaction, so that no packet slips through between.

mod batch;
pub mod hush;
mod quiet;
pub mod relay;
mod table;

use std::net::IpAddr;

use crate::address::{AF_INET, AF_INET6, octets};
use crate::socket::NetlinkError;
use crate::wire::Request;
use batch::commit;
use table::{ACCEPT, DROP, NETWORK_HEADER, TRANSPORT_HEADER, Table, destination, equal, source};

const LOCAL_IN: u32 = 1;
const LOCAL_OUT: u32 = 3;
const LOCAL_IN_CHAIN: &[u8] = b"in\0";
const LOCAL_OUT_CHAIN: &[u8] = b"out\0";
const REGISTER: u32 = 1;
const ICMPV6: u8 = 58;
/// Neighbour solicitation and advertisement: without them nobody finds the address at all.
const DISCOVERY: [u8; 2] = [135, 136];

fn table_of(family: u8) -> Table {
    Table {
        family,
        name: b"tandem_vrrp\0",
    }
}

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

    fn transaction(&self, family: u8, doubling: bool) -> Vec<Request> {
        let table = table_of(family);
        let mut requests = table.removal();
        let of_family = |address: &&IpAddr| address.is_ipv4() == (family == AF_INET);
        let addresses: Vec<IpAddr> = self.unaccepted.iter().filter(of_family).copied().collect();
        if addresses.is_empty() && self.quiet.is_empty() {
            return requests;
        }
        requests.push(table.create());
        for (name, hook) in [(LOCAL_IN_CHAIN, LOCAL_IN), (LOCAL_OUT_CHAIN, LOCAL_OUT)] {
            requests.push(table.chain(name, hook));
        }
        requests.extend(quiet::rules(table, &self.quiet, doubling));
        requests.extend(unaccepted(family, &addresses));
        requests
    }
}

/// Takes all tables of ours away, if they are there.
pub fn clear() -> Result<(), NetlinkError> {
    relay::clear()
        .and(hush::set(&[]))
        .and(Filter::default().set())
}

fn unaccepted(family: u8, addresses: &[IpAddr]) -> Vec<Request> {
    let mut requests = Vec::new();
    if addresses.is_empty() {
        return requests;
    }
    for (name, offset) in [
        (LOCAL_IN_CHAIN, destination(family)),
        (LOCAL_OUT_CHAIN, source(family)),
    ] {
        for kind in DISCOVERY.into_iter().filter(|_| family == AF_INET6) {
            let matches = [
                equal(NETWORK_HEADER, 6, &[ICMPV6]),
                equal(TRANSPORT_HEADER, 0, &[kind]),
            ];
            requests.push(table_of(family).rule(name, &matches, ACCEPT));
        }
        for address in addresses {
            let matches = [equal(NETWORK_HEADER, offset, &octets(*address))];
            requests.push(table_of(family).rule(name, &matches, DROP));
        }
    }
    requests
}
