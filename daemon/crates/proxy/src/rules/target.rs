//! Request targets of which a part is written anew.

use http1::target;

/// Bytes that may not stand in a request target are percent-encoded.
pub fn encode(t: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(t.len());
    for b in t {
        match b {
            0x21..=0x7e if *b != b'#' => out.push(*b),
            _ => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    out
}

/// An absolute target keeps scheme and authority.
pub fn with_authority(old: &[u8], path_and_query: &[u8]) -> Vec<u8> {
    let kept = old.len() - target::path_and_query(old).len();
    let origin = if old.first() == Some(&b'/') {
        &b""[..]
    } else {
        &old[..kept]
    };
    [origin, path_and_query].concat()
}

pub fn with_path(old: &[u8], path: &[u8]) -> Vec<u8> {
    let query = old
        .iter()
        .position(|b| *b == b'?')
        .map_or(&b""[..], |p| &old[p..]);
    with_authority(old, &[path, query].concat())
}
