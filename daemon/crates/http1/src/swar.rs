//! Searching heads eight bytes at a time, in plain integers: their lines are too short for wider
//! registers to pay.

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

const fn all(byte: u8) -> u64 {
    ONES * byte as u64
}

fn word(buf: &[u8], at: usize) -> Option<u64> {
    let bytes: &[u8; 8] = buf.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// Index of the lowest marked byte.
fn lowest(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// The first byte below 14 from `at` on: line ends, NUL, tab and few others.
pub fn control(buf: &[u8], mut at: usize) -> Option<usize> {
    while let Some(w) = word(buf, at) {
        // A borrow can only mark bytes above one that is marked rightly.
        let marks = w.wrapping_sub(all(14)) & !w & TOPS;
        if marks != 0 {
            return Some(at + lowest(marks));
        }
        at += 8;
    }
    let rest = buf.get(at..)?.iter().position(|b| *b < 14)?;
    Some(at + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_control_is_found(buf in prop::collection::vec(any::<u8>(), 0..40), at in 0usize..44) {
            let plain = buf.iter().skip(at).position(|b| *b < 14).map(|n| at + n);
            prop_assert_eq!(control(&buf, at), plain);
        }
    }
}
