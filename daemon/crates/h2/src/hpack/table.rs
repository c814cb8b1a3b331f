//! The static table (RFC 7541 appendix A).

pub const STATIC: [(&[u8], &[u8]); 61] = [
    (b":authority", b""),
    (b":method", b"GET"),
    (b":method", b"POST"),
    (b":path", b"/"),
    (b":path", b"/index.html"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"200"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"304"),
    (b":status", b"400"),
    (b":status", b"404"),
    (b":status", b"500"),
    (b"accept-charset", b""),
    (b"accept-encoding", b"gzip, deflate"),
    (b"accept-language", b""),
    (b"accept-ranges", b""),
    (b"accept", b""),
    (b"access-control-allow-origin", b""),
    (b"age", b""),
    (b"allow", b""),
    (b"authorization", b""),
    (b"cache-control", b""),
    (b"content-disposition", b""),
    (b"content-encoding", b""),
    (b"content-language", b""),
    (b"content-length", b""),
    (b"content-location", b""),
    (b"content-range", b""),
    (b"content-type", b""),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"expect", b""),
    (b"expires", b""),
    (b"from", b""),
    (b"host", b""),
    (b"if-match", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"if-range", b""),
    (b"if-unmodified-since", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"max-forwards", b""),
    (b"proxy-authenticate", b""),
    (b"proxy-authorization", b""),
    (b"range", b""),
    (b"referer", b""),
    (b"refresh", b""),
    (b"retry-after", b""),
    (b"server", b""),
    (b"set-cookie", b""),
    (b"strict-transport-security", b""),
    (b"transfer-encoding", b""),
    (b"user-agent", b""),
    (b"vary", b""),
    (b"via", b""),
    (b"www-authenticate", b""),
];

/// Enough that names seldom share one.
const BUCKETS: usize = 256;

const fn bucket(name: &[u8]) -> usize {
    let n = name.len();
    if n == 0 {
        return 0;
    }
    // Length, and letters that differ among names of one length.
    (n * 7 + name[0] as usize * 3 + name[n / 2] as usize * 5 + name[n - 1] as usize) % BUCKETS
}

/// Up to four names of a bucket, as index + 1 of their first entry.
static INDEX: [[u8; 4]; BUCKETS] = index();

const fn index() -> [[u8; 4]; BUCKETS] {
    let mut table = [[0u8; 4]; BUCKETS];
    let mut i = 0;
    while i < STATIC.len() {
        // A name with several values: only its first entry.
        let repeated = i > 0 && same(STATIC[i].0, STATIC[i - 1].0);
        if !repeated {
            let b = bucket(STATIC[i].0);
            let mut slot = 0;
            while table[b][slot] != 0 {
                slot += 1;
            }
            #[allow(clippy::cast_possible_truncation)] // 61 entries
            let number = (i + 1) as u8;
            table[b][slot] = number;
        }
        i += 1;
    }
    table
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The lowest index with this name; 0: none has it.
#[must_use]
pub fn find(name: &[u8]) -> usize {
    let found = INDEX[bucket(name)]
        .iter()
        .take_while(|n| **n != 0)
        .find(|n| STATIC[usize::from(**n) - 1].0 == name);
    found.map_or(0, |n| usize::from(*n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_at_its_first_entry() {
        for (i, (name, _)) in STATIC.iter().enumerate() {
            let first = STATIC.iter().position(|(n, _)| n == name).map(|n| n + 1);
            assert_eq!(Some(find(name)), first, "{i}");
        }
        assert_eq!(find(b"x-forwarded-for"), 0);
        assert_eq!(find(b""), 0);
    }
}
