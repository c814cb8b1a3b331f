//! Numbers as decimal text without going through the formatting machinery: a log line has two
//! dozen of them.

/// Appends a number. Most of a log line's have one digit.
pub(crate) fn push(out: &mut Vec<u8>, mut value: u64) {
    let digit = |n: u64| b'0' + (n % 10) as u8;
    match value {
        0..10 => out.push(digit(value)),
        10..100 => out.extend_from_slice(&[digit(value / 10), digit(value)]),
        100..1000 => {
            out.extend_from_slice(&[digit(value / 100), digit(value / 10), digit(value)]);
        }
        _ => {
            let mut digits = [0u8; 20];
            let mut at = digits.len();
            while value > 0 {
                at -= 1;
                digits[at] = digit(value);
                value /= 10;
            }
            out.extend_from_slice(&digits[at..]);
        }
    }
}

/// Appends a number with leading zeros up to `width`.
pub(crate) fn push_padded(out: &mut Vec<u8>, value: u64, width: usize) {
    let digits = value.checked_ilog10().map_or(1, |n| n as usize + 1);
    for _ in digits..width {
        out.push(b'0');
    }
    push(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_read_back(value in any::<u64>()) {
            let mut out = Vec::new();
            push(&mut out, value);
            prop_assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn padding_fills_up_with_zeros() {
        let mut out = b"x".to_vec();
        push_padded(&mut out, 7, 3);
        push_padded(&mut out, 1234, 3);
        assert_eq!(out, b"x0071234");
    }
}
