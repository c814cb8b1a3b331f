//! Encoded integers: one byte below 240, else four bits and then seven in each further byte.

/// Bytes of the largest number.
const MOST: usize = 10;

pub fn put(out: &mut Vec<u8>, value: u64) {
    if value < 0xf0 {
        out.push(low(value));
        return;
    }
    out.push(low(value | 0xf0));
    let mut rest = (value - 0xf0) >> 4;
    while rest >= 0x80 {
        out.push(low(rest | 0x80));
        rest = (rest - 0x80) >> 7;
    }
    out.push(low(rest));
}

fn low(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

/// The number and its length; `Ok(None)` while bytes are missing, `Err` when it is too large.
pub fn get(input: &[u8]) -> Result<Option<(u64, usize)>, ()> {
    let Some(&first) = input.first() else {
        return Ok(None);
    };
    let mut value = u64::from(first);
    if first < 0xf0 {
        return Ok(Some((value, 1)));
    }
    for at in 1..=MOST {
        let Some(&byte) = input.get(at) else {
            return Ok(None);
        };
        let shift = 4 + 7 * (at - 1);
        let part = u128::from(byte) << shift;
        let sum = u128::from(value) + part;
        value = u64::try_from(sum).map_err(drop)?;
        if byte < 0x80 {
            return Ok(Some((value, at + 1)));
        }
    }
    Err(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_the_document_has_them() {
        let mut out = Vec::new();
        put(&mut out, 0x1234);
        assert_eq!(out, [0xf4, 0x94, 0x01]);
        // 30000 ms, as a real peer says them.
        assert_eq!(get(&[0xf0, 0xc4, 0x0d, 9]), Ok(Some((30_000, 3))));
    }

    #[test]
    fn every_length_comes_back() {
        let edges = [239, 240, 2287, 2288, 264_431, 264_432, 33_818_864, u64::MAX];
        for value in (0..5000).chain(edges).chain((0..64).map(|bit| 1 << bit)) {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(get(&out), Ok(Some((value, out.len()))), "{value}");
            assert_eq!(get(&out[..out.len() - 1]), Ok(None), "{value}");
        }
        assert_eq!(get(&[0xff; 20]), Err(()));
    }
}
