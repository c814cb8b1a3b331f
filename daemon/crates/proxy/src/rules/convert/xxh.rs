//! XXH32 and XXH64, after the public description of the algorithm (xxHash specification 0.1.1).

const P32: [u32; 5] = [
    0x9e37_79b1,
    0x85eb_ca77,
    0xc2b2_ae3d,
    0x27d4_eb2f,
    0x1656_67b1,
];
const P64: [u64; 5] = [
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5,
];

fn word32(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn word64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

pub fn xxh32(text: &[u8], seed: i64) -> u32 {
    let seed = u32::try_from(seed & 0xffff_ffff).unwrap_or(0);
    let round = |acc: u32, lane: u32| {
        acc.wrapping_add(lane.wrapping_mul(P32[1]))
            .rotate_left(13)
            .wrapping_mul(P32[0])
    };
    let stripes = text.chunks_exact(16);
    let mut rest = stripes.remainder();
    let mut hash = if text.len() >= 16 {
        let mut acc = [
            seed.wrapping_add(P32[0]).wrapping_add(P32[1]),
            seed.wrapping_add(P32[1]),
            seed,
            seed.wrapping_sub(P32[0]),
        ];
        for stripe in stripes {
            for (a, lane) in acc.iter_mut().zip(stripe.chunks(4)) {
                *a = round(*a, word32(lane));
            }
        }
        let turns = [1, 7, 12, 18];
        acc.iter()
            .zip(turns)
            .fold(0u32, |h, (a, by)| h.wrapping_add(a.rotate_left(by)))
    } else {
        seed.wrapping_add(P32[4])
    };
    hash = hash.wrapping_add(u32::try_from(text.len() & 0xffff_ffff).unwrap_or(0));
    while let Some((lane, more)) = rest.split_at_checked(4) {
        hash = hash
            .wrapping_add(word32(lane).wrapping_mul(P32[2]))
            .rotate_left(17)
            .wrapping_mul(P32[3]);
        rest = more;
    }
    for byte in rest {
        hash = hash
            .wrapping_add(u32::from(*byte).wrapping_mul(P32[4]))
            .rotate_left(11)
            .wrapping_mul(P32[0]);
    }
    hash = (hash ^ hash >> 15).wrapping_mul(P32[1]);
    hash = (hash ^ hash >> 13).wrapping_mul(P32[2]);
    hash ^ hash >> 16
}

pub fn xxh64(text: &[u8], seed: i64) -> u64 {
    let seed = seed.cast_unsigned();
    let round = |acc: u64, lane: u64| {
        acc.wrapping_add(lane.wrapping_mul(P64[1]))
            .rotate_left(31)
            .wrapping_mul(P64[0])
    };
    let stripes = text.chunks_exact(32);
    let mut rest = stripes.remainder();
    let mut hash = if text.len() >= 32 {
        let mut acc = [
            seed.wrapping_add(P64[0]).wrapping_add(P64[1]),
            seed.wrapping_add(P64[1]),
            seed,
            seed.wrapping_sub(P64[0]),
        ];
        for stripe in stripes {
            for (a, lane) in acc.iter_mut().zip(stripe.chunks(8)) {
                *a = round(*a, word64(lane));
            }
        }
        let turns = [1, 7, 12, 18];
        let sum = acc
            .iter()
            .zip(turns)
            .fold(0u64, |h, (a, by)| h.wrapping_add(a.rotate_left(by)));
        acc.iter().fold(sum, |h, a| {
            (h ^ round(0, *a)).wrapping_mul(P64[0]).wrapping_add(P64[3])
        })
    } else {
        seed.wrapping_add(P64[4])
    };
    hash = hash.wrapping_add(text.len() as u64);
    while let Some((lane, more)) = rest.split_at_checked(8) {
        hash = (hash ^ round(0, word64(lane)))
            .rotate_left(27)
            .wrapping_mul(P64[0])
            .wrapping_add(P64[3]);
        rest = more;
    }
    if let Some((lane, more)) = rest.split_at_checked(4) {
        hash = (hash ^ u64::from(word32(lane)).wrapping_mul(P64[0]))
            .rotate_left(23)
            .wrapping_mul(P64[1])
            .wrapping_add(P64[2]);
        rest = more;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(P64[4]))
            .rotate_left(11)
            .wrapping_mul(P64[0]);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(P64[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(P64[2]);
    hash ^ hash >> 32
}
