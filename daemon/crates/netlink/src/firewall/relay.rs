//! Connections that were opened before an address came here belong to the host that had it. What
//! they send comes here, and this kernel would reset them: it goes on to that host instead.
//!
//! What was opened here is known by its first segment, or, where the address was here before, by the
//! program that holds it. A copy leaves with a hop limit of one and none of that hop limit is passed
//! on, so that two hosts that take each other for the one before do not play ball.

use std::net::IpAddr;

use super::batch::commit;
use super::table::{
    ACCEPT, DROP, META_PROTOCOL, NETWORK_HEADER, REGISTER_ADDRESS, REGISTER_DEVICE,
    TRANSPORT_HEADER, Table, compare, destination, differs, duplicate, equal, immediate, length,
    load, mask, meta, note, noted, source, store,
};
use super::{LOCAL_IN, LOCAL_IN_CHAIN, REGISTER};
use crate::address::{AF_INET, AF_INET6, octets};
use crate::route::family;
use crate::socket::NetlinkError;
use crate::wire::Request;

/// Segments of an address that go on to another host, by an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relay {
    pub address: IpAddr,
    pub to: IpAddr,
    pub device: u32,
    /// Of this coming of the address: ports that clients used before may be used again, so what was
    /// opened here before is no longer told by them.
    pub number: u32,
}

impl Relay {
    /// Of the set of what was opened here since.
    fn set(&self) -> Vec<u8> {
        format!("opened{}\0", self.number).into_bytes()
    }
}

/// Connections that are remembered at once. Those beyond are known by the program that holds them.
const MOST: u32 = 1 << 17;

/// Longer than anything is passed on.
const MEMORY_MS: u64 = 60_000;

const META_OWNER: u32 = 10;
const TCP: u8 = 6;
const TCP_FLAGS: u32 = 13;
const SYN: u8 = 0x02;
const SYN_OR_ACK: u8 = 0x12;
/// The first of the registers of four bytes each.
const KEY: u32 = 8;
/// What nft(8) calls the parts of a key.
const IPV4_ADDRESS: u32 = 7;
const IPV6_ADDRESS: u32 = 8;
const PORT: u32 = 13;

/// Replaces what was asked before by what is asked now; of what stays, it stays known what was opened.
/// A family that neither has is left alone, because whoever takes an address over is in a hurry.
pub fn replace(before: &[Relay], now: &[Relay]) -> Result<(), NetlinkError> {
    let has = |of: &u8| before.iter().chain(now).any(|it| family(it.address) == *of);
    let mut families = [AF_INET, AF_INET6].into_iter().filter(has);
    families.try_for_each(|of| commit(transaction(of, before, now)))
}

/// Takes the tables away, if they are there.
pub fn clear() -> Result<(), NetlinkError> {
    [AF_INET, AF_INET6]
        .into_iter()
        .try_for_each(|of| commit(transaction(of, &[], &[])))
}

fn transaction(of: u8, before: &[Relay], now: &[Relay]) -> Vec<Request> {
    let table = Table {
        family: of,
        name: b"tandem_relay\0",
    };
    let ours = |it: &&Relay| family(it.address) == of && family(it.to) == of;
    let relays: Vec<&Relay> = now.iter().filter(ours).collect();
    if relays.is_empty() {
        return table.removal();
    }
    let chain = LOCAL_IN_CHAIN;
    let mut requests = vec![
        table.create(),
        table.chain(chain, LOCAL_IN),
        table.empty(chain),
    ];
    let gone = before.iter().filter(ours).filter(|it| !now.contains(it));
    requests.extend(gone.map(|it| table.remove_set(&it.set())));
    for relay in &relays {
        let name = (&relay.set()[..], relay.number);
        requests.push(table.set(name, key_type(of), MOST, MEMORY_MS));
    }
    requests.extend(relays.into_iter().flat_map(|relay| rules(table, relay)));
    requests
}

fn rules(table: Table, relay: &Relay) -> Vec<Request> {
    let of = table.family;
    let mut to_address = vec![meta(META_PROTOCOL), compare(&[TCP])];
    to_address.extend(equal(
        NETWORK_HEADER,
        destination(of),
        &octets(relay.address),
    ));
    let mut opens = to_address.clone();
    opens.extend([
        load(REGISTER, TRANSPORT_HEADER, TCP_FLAGS, 1),
        mask(&[SYN_OR_ACK]),
        compare(&[SYN]),
    ]);
    let (key, words) = key(of);
    debug_assert_eq!(words * 4, key_type(of).1);
    let limit = if of == AF_INET { 8 } else { 7 };
    let first_time = vec![load(REGISTER, NETWORK_HEADER, limit, 1), differs(&[1])];
    let pass_on = vec![
        immediate(REGISTER, &[2]),
        store(REGISTER, NETWORK_HEADER, limit, 1),
        immediate(REGISTER_ADDRESS, &octets(relay.to)),
        immediate(REGISTER_DEVICE, &relay.device.to_ne_bytes()),
        duplicate(),
    ];
    let (chain, opened, number) = (LOCAL_IN_CHAIN, relay.set(), relay.number);
    vec![
        table.deed(
            chain,
            &[opens.clone(), key.clone(), vec![note(&opened, number, KEY)]],
        ),
        table.rule(chain, &[opens], ACCEPT),
        table.rule(
            chain,
            &[to_address.clone(), key, vec![noted(&opened, number, KEY)]],
            ACCEPT,
        ),
        table.rule(chain, &[to_address.clone(), vec![meta(META_OWNER)]], ACCEPT),
        table.rule(chain, &[to_address, first_time, pass_on], DROP),
    ]
}

/// Both ends of a connection, and the words that they take.
fn key(of: u8) -> (Vec<Vec<u8>>, u32) {
    let parts = [
        (NETWORK_HEADER, source(of), length(of)),
        (TRANSPORT_HEADER, 0, 2),
        (NETWORK_HEADER, destination(of), length(of)),
        (TRANSPORT_HEADER, 2, 2),
    ];
    let mut words = 0;
    let loads = parts.map(|(base, offset, length): (u32, u32, u32)| {
        let part = load(KEY + words, base, offset, length);
        words += length.div_ceil(4);
        part
    });
    (loads.to_vec(), words)
}

/// What a key is to nft(8), and its bytes.
fn key_type(of: u8) -> (u32, u32) {
    let (address, bytes) = if of == AF_INET {
        (IPV4_ADDRESS, 16)
    } else {
        (IPV6_ADDRESS, 40)
    };
    let parts = [address, PORT, address, PORT];
    let kind = parts.into_iter().fold(0, |kind, part| kind << 6 | part);
    (kind, bytes)
}
