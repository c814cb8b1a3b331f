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

/// Whether both name the same, where the scheme's own port may be left out.
#[must_use]
pub fn is_same(scheme: &[u8], one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
        || without_port(scheme, one).eq_ignore_ascii_case(without_port(scheme, other))
}

fn without_port<'a>(scheme: &[u8], value: &'a [u8]) -> &'a [u8] {
    let usual: &[u8] = match scheme {
        b"https" => b":443",
        _ => b":80",
    };
    value.strip_suffix(usual).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_says_nothing() {
        assert!(is_same(b"https", b"Example.org:443", b"example.org"));
        assert!(is_same(b"http", b"example.org", b"example.org:80"));
        assert!(!is_same(b"http", b"example.org:443", b"example.org"));
        assert!(!is_same(b"https", b"example.org", b"example.com"));
    }

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
