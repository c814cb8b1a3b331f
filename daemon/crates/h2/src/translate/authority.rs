//! `:authority` and Host: one name for one thing (RFC 9113 §8.3.1).

use super::Malformed;
use http1::target::is_authority;

/// `host [ ":" port ]`: no user, and nothing that would end it in a target.
pub fn check(value: &[u8]) -> Result<(), Malformed> {
    if !value.is_empty() && is_authority(value) {
        Ok(())
    } else {
        Err(Malformed::Authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_ends_nowhere_else() {
        for good in ["a.example", "[::1]:8080", "a_b:1"] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["", "a/b", "u@a", "a b", "a?b", "a#b", "a,b", "a\\b"] {
            assert_eq!(check(bad.as_bytes()), Err(Malformed::Authority), "{bad}");
        }
    }
}
