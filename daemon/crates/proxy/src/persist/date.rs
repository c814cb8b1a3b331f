//! Dates inside cookies: five characters of six bits, in units of four seconds.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LEN: usize = 5;

/// Seconds since 1970, rounded up to four seconds.
#[must_use]
pub fn encode(seconds: u64) -> [u8; LEN] {
    let mut left = seconds.div_ceil(4);
    let mut out = [b'A'; LEN];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(left & 63).unwrap_or(0)];
        left >>= 6;
    }
    out
}

/// `None` for anything that [`encode`] does not write.
#[must_use]
pub fn decode(text: &[u8]) -> Option<u64> {
    if text.len() != LEN {
        return None;
    }
    let digit = |n: u64, b: &u8| {
        let value = DIGITS.iter().position(|d| d == b)?;
        Some(n << 6 | value as u64)
    };
    Some(text.iter().try_fold(0, digit)? << 2)
}
