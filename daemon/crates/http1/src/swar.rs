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

/// Where the run of letters and hyphens that begins at `at` ends within the next eight bytes;
/// `None` when fewer bytes are left.
pub fn letters(buf: &[u8], at: usize) -> Option<usize> {
    let w = word(buf, at)?;
    let low = w & !TOPS;
    let folded = low | all(0x20);
    let letter = (folded + all(0x80 - b'a')) & !(folded + all(0x80 - b'z' - 1));
    let hyphen = !((low ^ all(b'-')) + all(0x7f));
    let others = !(letter | hyphen) & TOPS | w & TOPS;
    Some(if others == 0 { 8 } else { lowest(others) })
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

        #[test]
        fn a_run_ends_where_the_letters_end(buf in prop::collection::vec(any::<u8>(), 8..9), letters_first in 0usize..9) {
            let mut buf = buf;
            for b in &mut buf[..letters_first] {
                *b = b"aZ-mAz-b"[usize::from(*b % 8)];
            }
            let run = buf.iter().position(|b| !b.is_ascii_alphabetic() && *b != b'-');
            prop_assert_eq!(letters(&buf, 0), Some(run.unwrap_or(8)));
        }
    }

    #[test]
    fn every_byte_is_told_apart() {
        for b in 0..=255u8 {
            let run = usize::from(b.is_ascii_alphabetic() || b == b'-');
            assert_eq!(letters(&[b, 0, 0, 0, 0, 0, 0, 0], 0), Some(run), "{b:#x}");
        }
    }
}
