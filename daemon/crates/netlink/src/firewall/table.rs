//! What nf_tables is told: tables, chains, rules and the expressions that they are made of.

use super::REGISTER;
use crate::address::AF_INET;
use crate::wire::{NLM_F_ACK, NLM_F_CREATE, Request, nested};

const NLM_F_APPEND: u16 = 0x800;
pub const NFTABLES: u16 = 10;
const NEW_TABLE: u16 = NFTABLES << 8;
const DELETE_TABLE: u16 = NEW_TABLE | 2;
const NEW_CHAIN: u16 = NEW_TABLE | 3;
const NEW_RULE: u16 = NEW_TABLE | 6;
const DELETE_RULE: u16 = NEW_TABLE | 8;
const NEW_SET: u16 = NEW_TABLE | 9;
const DELETE_SET: u16 = NEW_TABLE | 0xb;

pub const META_PROTOCOL: u32 = 16;
/// Where [`duplicate`] is told the host and the interface.
pub const REGISTER_ADDRESS: u32 = 2;
pub const REGISTER_DEVICE: u32 = 3;
pub const NETWORK_HEADER: u32 = 1;
pub const TRANSPORT_HEADER: u32 = 2;
pub const DROP: u32 = 0;
pub const ACCEPT: u32 = 1;

/// One table of one family; every name ends with a zero byte.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub family: u8,
    pub name: &'static [u8],
}

impl Table {
    pub fn create(self) -> Request {
        self.message(NEW_TABLE, NLM_F_CREATE)
            .attribute(1, self.name)
    }

    /// The table is made first, so that removing it cannot fail.
    pub fn removal(self) -> Vec<Request> {
        let delete = self.message(DELETE_TABLE, 0).attribute(1, self.name);
        vec![self.create(), delete]
    }

    /// A chain that packets pass at a hook before the host's own rules, so that these cannot let
    /// anything through.
    pub fn chain(self, name: &[u8], hook: u32) -> Request {
        let place = nested(&[(1, &hook.to_be_bytes()), (2, &PRIORITY.to_be_bytes())]);
        self.message(NEW_CHAIN, NLM_F_CREATE)
            .attribute(1, self.name)
            .attribute(3, name)
            .attribute(4, &place)
            .attribute(5, &ACCEPT.to_be_bytes())
            .attribute(7, b"filter\0")
    }

    /// Takes all rules out of a chain.
    pub fn empty(self, chain: &[u8]) -> Request {
        self.message(DELETE_RULE, 0)
            .attribute(1, self.name)
            .attribute(2, chain)
    }

    /// Verdict on packets that match.
    pub fn rule(self, chain: &[u8], matches: &[Vec<Vec<u8>>], verdict: u32) -> Request {
        let code = nested(&[(1, &verdict.to_be_bytes())]);
        let data = nested(&[(2, &code)]);
        let verdict = expression(b"immediate\0", &[(1, &0u32.to_be_bytes()), (2, &data)]);
        let all = matches.iter().flatten().chain(std::iter::once(&verdict));
        self.appended(chain, all)
    }

    /// Something that is done with packets, which then go on to the next rule.
    pub fn deed(self, chain: &[u8], expressions: &[Vec<Vec<u8>>]) -> Request {
        self.appended(chain, expressions.iter().flatten())
    }

    fn appended<'a>(self, chain: &[u8], all: impl Iterator<Item = &'a Vec<u8>>) -> Request {
        let list: Vec<(u16, &[u8])> = all.map(|item| (1, item.as_slice())).collect();
        self.message(NEW_RULE, NLM_F_CREATE | NLM_F_APPEND)
            .attribute(1, self.name)
            .attribute(2, chain)
            .attribute(4, &nested(&list))
    }

    /// A set of keys (what they are to nft(8), and their bytes), filled by rules, each entry for so
    /// many milliseconds. One that is there already keeps its entries. The number is any that no other
    /// set of the transaction has.
    pub fn set(
        self,
        (name, number): (&[u8], u32),
        (kind, bytes): (u32, u32),
        most: u32,
        timeout: u64,
    ) -> Request {
        let size = nested(&[(1, &most.to_be_bytes())]);
        self.message(NEW_SET, NLM_F_CREATE)
            .attribute(1, self.name)
            .attribute(2, name)
            .attribute(3, &(SET_TIMEOUT | SET_EVAL).to_be_bytes())
            .attribute(4, &kind.to_be_bytes())
            .attribute(5, &bytes.to_be_bytes())
            .attribute(9, &size)
            .attribute(10, &number.to_be_bytes())
            .attribute(11, &timeout.to_be_bytes())
    }

    pub fn remove_set(self, name: &[u8]) -> Request {
        self.message(DELETE_SET, 0)
            .attribute(1, self.name)
            .attribute(2, name)
    }

    fn message(self, kind: u16, flags: u16) -> Request {
        Request::new(kind, flags | NLM_F_ACK, &[self.family, 0, 0, 0])
    }
}

const PRIORITY: i32 = -1;
const SET_TIMEOUT: u32 = 0x10;
const SET_EVAL: u32 = 0x20;

pub fn source(family: u8) -> u32 {
    if family == AF_INET { 12 } else { 8 }
}

pub fn destination(family: u8) -> u32 {
    if family == AF_INET { 16 } else { 24 }
}

/// Bytes of an address.
pub fn length(family: u8) -> u32 {
    if family == AF_INET { 4 } else { 16 }
}

/// Bytes of a header that must have this value: loaded, then compared.
pub fn equal(base: u32, offset: u32, value: &[u8]) -> Vec<Vec<u8>> {
    let length = u32::try_from(value.len()).unwrap_or(0);
    vec![load(REGISTER, base, offset, length), compare(value)]
}

pub fn load(register: u32, base: u32, offset: u32, length: u32) -> Vec<u8> {
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

/// Writes bytes of a register into a header; no checksum is mended.
pub fn store(register: u32, base: u32, offset: u32, length: u32) -> Vec<u8> {
    expression(
        b"payload\0",
        &[
            (2, &base.to_be_bytes()),
            (3, &offset.to_be_bytes()),
            (4, &length.to_be_bytes()),
            (5, &register.to_be_bytes()),
        ],
    )
}

pub fn compare(value: &[u8]) -> Vec<u8> {
    compared(EQUAL, value)
}

pub fn differs(value: &[u8]) -> Vec<u8> {
    compared(NOT_EQUAL, value)
}

const EQUAL: u32 = 0;
const NOT_EQUAL: u32 = 1;

fn compared(how: u32, value: &[u8]) -> Vec<u8> {
    let register = REGISTER.to_be_bytes();
    let data = nested(&[(1, value)]);
    expression(
        b"cmp\0",
        &[(1, &register), (2, &how.to_be_bytes()), (3, &data)],
    )
}

/// Keeps those of the bits in the register that the mask has.
pub fn mask(bits: &[u8]) -> Vec<u8> {
    let register = REGISTER.to_be_bytes();
    let length = u32::try_from(bits.len()).unwrap_or(0).to_be_bytes();
    let (mask, none) = (nested(&[(1, bits)]), nested(&[(1, &vec![0; bits.len()])]));
    expression(
        b"bitwise\0",
        &[
            (1, &register),
            (2, &register),
            (3, &length),
            (4, &mask),
            (5, &none),
        ],
    )
}

/// Notes the key that begins in a register in a set, anew if it is there.
pub fn note(set: &[u8], number: u32, register: u32) -> Vec<u8> {
    expression(
        b"dynset\0",
        &[
            (1, set),
            (2, &number.to_be_bytes()),
            (3, &1u32.to_be_bytes()),
            (4, &register.to_be_bytes()),
        ],
    )
}

/// Matches where the set has the key that begins in a register.
pub fn noted(set: &[u8], number: u32, register: u32) -> Vec<u8> {
    expression(
        b"lookup\0",
        &[
            (1, set),
            (2, &register.to_be_bytes()),
            (4, &number.to_be_bytes()),
        ],
    )
}

fn expression(name: &[u8], data: &[(u16, &[u8])]) -> Vec<u8> {
    nested(&[(1, name), (2, &nested(data))])
}

/// What the kernel knows of a packet beside its bytes; where it does not, nothing matches.
pub fn meta(key: u32) -> Vec<u8> {
    expression(
        b"meta\0",
        &[(2, &key.to_be_bytes()), (1, &REGISTER.to_be_bytes())],
    )
}

pub fn immediate(register: u32, value: &[u8]) -> Vec<u8> {
    let data = nested(&[(1, value)]);
    expression(b"immediate\0", &[(1, &register.to_be_bytes()), (2, &data)])
}

/// A copy of the packet to the host and by the interface that stand in their registers.
pub fn duplicate() -> Vec<u8> {
    expression(
        b"dup\0",
        &[
            (1, &REGISTER_ADDRESS.to_be_bytes()),
            (2, &REGISTER_DEVICE.to_be_bytes()),
        ],
    )
}
