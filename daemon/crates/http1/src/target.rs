//! Request targets (RFC 9112 §3.2) and what Host may say beside them.

use crate::fault::Fault;
use crate::field::Span;
use crate::manner::Manner;
use crate::method::Method;
use crate::swar::visible;

/// Checks the target's form; gives the authority it names, if any.
pub fn check(
    buf: &[u8],
    target: Span,
    method: Method,
    manner: Manner,
) -> Result<Option<Span>, Fault> {
    let t = target.of(buf);
    let passed = |b: &u8| (0x21..0x7f).contains(b) || *b >= 0x80;
    let lenient = manner == Manner::Lenient;
    if !(visible(t) || lenient && t.iter().all(passed)) {
        return Err(Fault::Target);
    }
    if method == Method::Connect {
        return if is_authority(t) && t.contains(&b':') {
            Ok(Some(target))
        } else {
            Err(Fault::Target)
        };
    }
    match t {
        [b'/', ..] | b"*" => Ok(None),
        _ => {
            let named = authority(t).ok_or(Fault::Target)?;
            let authority = Span::new(target.start + named.start, target.start + named.end);
            if is_authority(authority.of(buf)) && !authority.is_empty() {
                Ok(Some(authority))
            } else {
                Err(Fault::Target)
            }
        }
    }
}

/// Index behind `scheme://`.
fn scheme_end(t: &[u8]) -> Option<usize> {
    let colon = t.iter().position(|b| *b == b':')?;
    let scheme_ok = t.first().is_some_and(u8::is_ascii_alphabetic)
        && t[..colon]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (scheme_ok && t[colon..].starts_with(b"://")).then_some(colon + 3)
}

/// Where the authority of an absolute target lies.
#[must_use]
pub fn authority(target: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = scheme_end(target)?;
    let rest = &target[start..];
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?'));
    Some(start..start + end.unwrap_or(rest.len()))
}

/// `uri-host [ ":" port ]` without user information (RFC 9110 §7.2).
#[must_use]
pub fn is_authority(value: &[u8]) -> bool {
    value.iter().all(|b| AUTHORITY[usize::from(*b)])
}

/// Bytes of `uri-host` and `port` (RFC 3986 §3.2).
static AUTHORITY: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0u8;
    while b < 128 {
        table[b as usize] = b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'-' | b'.'
                    | b'_'
                    | b'~'
                    | b'%'
                    | b'!'
                    | b'$'
                    | b'&'
                    | b'\''
                    | b'('
                    | b')'
                    | b'*'
                    | b'+'
                    | b';'
                    | b'='
                    | b':'
                    | b'['
                    | b']'
            );
        b += 1;
    }
    table
};

/// Whether Host and the target's authority name the same place; the port that is usual for the scheme
/// may be left out. `scheme`: one, or a target that begins with it.
#[must_use]
pub fn same_authority(scheme: &[u8], authority: &[u8], host: &[u8]) -> bool {
    let secure = scheme
        .get(..5)
        .is_some_and(|s| s.eq_ignore_ascii_case(b"https"));
    let usual: &[u8] = if secure { b":443" } else { b":80" };
    let place = |v| <[u8]>::strip_suffix(v, usual).unwrap_or(v);
    place(authority).eq_ignore_ascii_case(place(host))
}

/// The path of a target, without authority and query: what path rules and hashes look at.
#[must_use]
pub fn path(target: &[u8]) -> &[u8] {
    let from = path_and_query(target);
    let end = from.iter().position(|b| *b == b'?').unwrap_or(from.len());
    &from[..end]
}

/// The path with its query; empty for `*` and authority-form.
#[must_use]
pub fn path_and_query(target: &[u8]) -> &[u8] {
    if target.first() == Some(&b'/') {
        return target;
    }
    let Some(at) = scheme_end(target) else {
        return b"";
    };
    let rest = &target[at..];
    rest.iter()
        .position(|b| matches!(b, b'/' | b'?'))
        .map_or(b"", |p| &rest[p..])
}

/// What follows the first `?`.
#[must_use]
pub fn query(target: &[u8]) -> &[u8] {
    target
        .iter()
        .position(|b| *b == b'?')
        .map_or(b"", |p| &target[p + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_says_nothing() {
        assert!(same_authority(b"https", b"Example.org:443", b"example.org"));
        assert!(same_authority(b"http", b"example.org", b"example.org:80"));
        assert!(!same_authority(b"http", b"example.org:443", b"example.org"));
        assert!(!same_authority(b"https", b"example.org", b"example.com"));
        assert!(same_authority(
            b"HTTPS://example.org/a",
            b"example.org",
            b"Example.ORG:443"
        ));
    }
}
