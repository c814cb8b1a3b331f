//! Numbers (RFC 7541 §5.1).

use super::Fault;

/// Larger ones mean nothing here; it also bounds how many bytes a number has.
const MOST: u64 = u32::MAX as u64;

/// Reads the number whose first byte has `prefix` bits for it; gives it and the bytes used.
pub fn read(input: &[u8], prefix: u32) -> Result<(usize, usize), Fault> {
    let mask = (1u8 << prefix) - 1;
    let first = input.first().ok_or(Fault::Truncated)? & mask;
    if first < mask {
        return Ok((usize::from(first), 1));
    }
    let mut value = u64::from(mask);
    for (n, byte) in input.iter().enumerate().skip(1) {
        let shift = 7 * (n - 1);
        if shift > 28 {
            return Err(Fault::Integer);
        }
        value += u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let fits = usize::try_from(value).ok().filter(|_| value <= MOST);
            return fits.map(|value| (value, n + 1)).ok_or(Fault::Integer);
        }
    }
    Err(Fault::Truncated)
}

/// Writes the number behind `bits`, which stand above the prefix in its first byte.
pub fn write(bits: u8, prefix: u32, value: usize, out: &mut Vec<u8>) {
    let mask = (1usize << prefix) - 1;
    if value < mask {
        return out.push(bits | low(value));
    }
    out.push(bits | low(mask));
    let mut rest = value - mask;
    while rest >= 0x80 {
        out.push(low(rest & 0x7f) | 0x80);
        rest >>= 7;
    }
    out.push(low(rest));
}

fn low(value: usize) -> u8 {
    u8::try_from(value & 0xff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7541 C.1.
    #[test]
    fn the_examples_of_the_rfc() {
        for (bits, prefix, value, bytes) in [
            (0, 5, 10, &[0b0_1010][..]),
            (0, 5, 1337, &[0b1_1111, 0b1001_1010, 0b1010]),
            (0, 8, 42, &[0b10_1010]),
        ] {
            if prefix < 8 {
                assert_eq!(read(bytes, prefix), Ok((value, bytes.len())));
            }
            let mut out = Vec::new();
            write(bits, prefix, value, &mut out);
            assert_eq!(out, bytes);
        }
    }

    #[test]
    fn a_number_without_an_end_is_refused() {
        assert_eq!(read(&[0x1f, 0x80, 0x80], 5), Err(Fault::Truncated));
        assert_eq!(read(&[0x1f; 3], 5), Ok((31 + 31, 2)));
        assert_eq!(
            read(&[0x1f, 0x80, 0x80, 0x80, 0x80, 0x80, 0], 5),
            Err(Fault::Integer)
        );
        assert_eq!(
            read(&[0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f], 5),
            Err(Fault::Integer)
        );
    }
}
