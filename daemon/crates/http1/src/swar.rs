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

/// Whether all bytes are visible ASCII but `#`.
pub fn visible(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut odd = 0;
    for word in words {
        let w = u64::from_le_bytes(*word);
        let low = w & !TOPS;
        let above = low + all(0x80 - 0x21);
        let delete = low + ONES;
        let hash = !((low ^ all(b'#')) + all(0x7f));
        odd |= w | !above | delete | hash;
    }
    odd & TOPS == 0 && rest.iter().all(|b| (0x21..0x7f).contains(b) && *b != b'#')
}

/// Letters in small, other bytes as they are.
const fn small(w: u64) -> u64 {
    let low = w & !TOPS;
    let letter = (low + all(0x80 - b'A')) & !(low + all(0x80 - b'Z' - 1)) & !w & TOPS;
    w | letter >> 2
}

/// Whether two texts differ in nothing but the case of ASCII letters.
#[must_use]
#[inline]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last word overlaps the one before it.
    if let (Some(last_a), Some(last_b)) = (a.last_chunk(), b.last_chunk()) {
        let mut words = a.as_chunks().0.iter().zip(b.as_chunks().0);
        return alike(*last_a, *last_b) && words.all(|(a, b)| alike(*a, *b));
    }
    match (ends(a), ends(b)) {
        (Some(a), Some(b)) => small(a) == small(b),
        _ => a.eq_ignore_ascii_case(b),
    }
}

fn alike(a: [u8; 8], b: [u8; 8]) -> bool {
    small(u64::from_le_bytes(a)) == small(u64::from_le_bytes(b))
}

/// The first four bytes and the last four, which cover a text of up to eight.
fn ends(text: &[u8]) -> Option<u64> {
    let (first, last) = (text.first_chunk()?, text.last_chunk()?);
    Some(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_case_of_letters_makes_no_difference(a in prop::collection::vec(any::<u8>(), 0..40), at in 0usize..40, other in any::<u8>()) {
            prop_assert!(same(&a, &a.to_ascii_uppercase()));
            prop_assert!(!same(&a, &[&a[..], b"x"].concat()));
            let mut b = a.clone();
            if let Some(place) = b.get_mut(at) {
                *place = other;
            }
            prop_assert_eq!(same(&a, &b), a.eq_ignore_ascii_case(&b));
        }

        #[test]
        fn what_is_not_visible_is_found(buf in prop::collection::vec(0x21u8..0x7f, 0..40), odd in any::<u8>(), at in 0usize..40) {
            let mut buf: Vec<u8> = buf.into_iter().map(|b| if b == b'#' { b'a' } else { b }).collect();
            prop_assert!(visible(&buf));
            if let Some(place) = buf.get_mut(at) {
                *place = odd;
                prop_assert_eq!(visible(&buf), (0x21..0x7f).contains(&odd) && odd != b'#');
            }
        }

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
