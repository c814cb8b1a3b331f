//! The Huffman code (RFC 7541 §5.2, appendix B). It is canonical: the lengths say it all.

use super::Fault;

/// Bits of each byte's code; the last one is the end of string.
#[rustfmt::skip]
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

const LONGEST: usize = 30;
const END: u16 = 256;

struct Tables {
    /// Code of each symbol, in its lowest bits.
    codes: [u32; 257],
    /// Symbols by length, then by value: in the order of their codes.
    sorted: [u16; 257],
    /// For each length: its first code, and where its symbols begin in `sorted`.
    first: [u32; LONGEST + 2],
    place: [u16; LONGEST + 2],
    /// By the next eight bits: symbol and length, or length 0 for a longer code.
    short: [(u8, u8); 256],
}

static TABLES: Tables = tables();

#[allow(clippy::cast_possible_truncation)] // indexes of tables of this size
const fn tables() -> Tables {
    let mut t = Tables {
        codes: [0; 257],
        sorted: [0; 257],
        first: [0; LONGEST + 2],
        place: [0; LONGEST + 2],
        short: [(0, 0); 256],
    };
    let (mut code, mut place, mut length) = (0u32, 0usize, 1usize);
    while length <= LONGEST {
        code <<= 1;
        t.first[length] = code;
        t.place[length] = place as u16;
        let mut symbol = 0;
        while symbol < 257 {
            if LENGTHS[symbol] as usize == length {
                t.codes[symbol] = code;
                t.sorted[place] = symbol as u16;
                if length <= 8 {
                    let (mut fill, from) = (0, (code as usize) << (8 - length));
                    while fill < 1 << (8 - length) {
                        t.short[from + fill] = (symbol as u8, length as u8);
                        fill += 1;
                    }
                }
                code += 1;
                place += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    t.place[LONGEST + 1] = place as u16;
    t
}

/// Appends the decoded bytes.
pub fn decode(input: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut bits = 0u64;
    let mut held = 0u32;
    let mut rest = input.iter();
    loop {
        while held <= 56
            && let Some(byte) = rest.next()
        {
            bits |= u64::from(*byte) << (56 - held);
            held += 8;
        }
        if held == 0 {
            return Ok(());
        }
        let (symbol, length) = TABLES.short[usize::from(bits.to_be_bytes()[0])];
        if length != 0 && u32::from(length) <= held {
            out.push(symbol);
            bits <<= length;
            held -= u32::from(length);
            continue;
        }
        if held < 8 && is_padding(bits, held) {
            return Ok(());
        }
        let length = long(bits, held).ok_or(Fault::Huffman)?;
        let code = u32::try_from(bits >> (64 - length)).unwrap_or(0);
        let at = usize::from(TABLES.place[length]) + (code - TABLES.first[length]) as usize;
        match TABLES.sorted.get(at) {
            Some(symbol) if *symbol != END => out.push(u8::try_from(*symbol).unwrap_or(0)),
            _ => return Err(Fault::Huffman),
        }
        bits <<= length;
        held -= u32::try_from(length).unwrap_or(held);
    }
}

/// The length of the code in front, of those longer than eight bits.
fn long(bits: u64, held: u32) -> Option<usize> {
    (9..=LONGEST.min(held as usize)).find(|length| {
        let code = u32::try_from(bits >> (64 - length)).unwrap_or(u32::MAX);
        let count = u32::from(TABLES.place[length + 1] - TABLES.place[*length]);
        code.wrapping_sub(TABLES.first[*length]) < count
    })
}

/// Fewer than eight bits, all set: the beginning of the end of string.
fn is_padding(bits: u64, held: u32) -> bool {
    bits >> (64 - held) == (1 << held) - 1
}

/// Bytes of the encoded form.
#[must_use]
pub fn encoded_len(input: &[u8]) -> usize {
    let bits: usize = input
        .iter()
        .map(|b| usize::from(LENGTHS[usize::from(*b)]))
        .sum();
    bits.div_ceil(8)
}

pub fn encode(input: &[u8], out: &mut Vec<u8>) {
    let (mut bits, mut held) = (0u64, 0u32);
    for byte in input {
        let symbol = usize::from(*byte);
        let length = u32::from(LENGTHS[symbol]);
        bits = bits << length | u64::from(TABLES.codes[symbol]);
        held += length;
        while held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    if held > 0 {
        let pad = 8 - held;
        out.push(((bits << pad | ((1 << pad) - 1)) & 0xff) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(input: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        decode(input, &mut out).map(|()| out)
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for cut in 0..all.len() {
            let mut out = Vec::new();
            encode(&all[cut..], &mut out);
            assert_eq!(out.len(), encoded_len(&all[cut..]));
            assert_eq!(decoded(&out).as_deref(), Ok(&all[cut..]));
        }
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let code = |b: u8| (TABLES.codes[usize::from(b)], LENGTHS[usize::from(b)]);
        assert_eq!(code(0), (0x1ff8, 13));
        assert_eq!(code(9), (0x00ff_ffea, 24));
        assert_eq!(code(10), (0x3fff_fffc, 30));
        assert_eq!(code(b'~'), (0x1ffd, 13));
        assert_eq!(code(22), (0x3fff_fffe, 30));
        assert_eq!(code(255), (0x03ff_ffee, 26));
        assert_eq!(TABLES.codes[usize::from(END)], 0x3fff_ffff);
    }

    #[test]
    fn padding_is_short_and_all_ones() {
        assert_eq!(decoded(&[0b0001_1111]).as_deref(), Ok(&b"a"[..]));
        // Padding with a zero, a whole byte of padding, the end of string itself.
        assert_eq!(decoded(&[0b0001_1110]), Err(Fault::Huffman));
        assert_eq!(decoded(&[0b0001_1111, 0xff]), Err(Fault::Huffman));
        assert_eq!(decoded(&[0xff; 4]), Err(Fault::Huffman));
    }
}
