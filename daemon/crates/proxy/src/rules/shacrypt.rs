//! Password hashes `$5$…` and `$6$…`, after "Unix crypt using SHA-256 and SHA-512" (Drepper, public
//! domain).

use sha2::Digest;

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Rounds are bounded: a configuration must not make a login last for minutes.
const MOST_ROUNDS: usize = 1_000_000;

/// Longer passwords give no hash, as in libxcrypt: the work grows with the square of their length, and
/// whoever asks chooses it.
const LONGEST: usize = 511;

/// Whether the password gives this hash.
pub fn verify(password: &[u8], stored: &[u8]) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let Ok(text) = std::str::from_utf8(stored) else {
        return false;
    };
    let mut parts = text.split('$').skip(1);
    let (kind, mut salt) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let mut rounds = 5000;
    if let Some(given) = salt.strip_prefix("rounds=") {
        rounds = given.parse().unwrap_or(5000).clamp(1000, MOST_ROUNDS);
        salt = parts.next().unwrap_or("");
    }
    let wanted = parts.next().unwrap_or("");
    let salt = &salt.as_bytes()[..salt.len().min(16)];
    let hash = match kind {
        "5" => encode(
            &digest::<sha2::Sha256>(password, salt, rounds),
            &order_256(),
        ),
        "6" => encode(
            &digest::<sha2::Sha512>(password, salt, rounds),
            &order_512(),
        ),
        _ => return false,
    };
    let differ = hash
        .iter()
        .zip(wanted.as_bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    hash.len() == wanted.len() && differ == 0
}

fn digest<D: Digest>(password: &[u8], salt: &[u8], rounds: usize) -> Vec<u8> {
    let hash = |parts: &[&[u8]]| {
        let mut d = D::new();
        for part in parts {
            d.update(part);
        }
        d.finalize().to_vec()
    };
    // So many bytes of a digest repeated.
    let stretch =
        |of: &[u8], length: usize| -> Vec<u8> { of.iter().copied().cycle().take(length).collect() };
    let b = hash(&[password, salt, password]);
    let mut a = D::new();
    a.update(password);
    a.update(salt);
    a.update(stretch(&b, password.len()));
    let mut bits = password.len();
    while bits > 0 {
        if bits & 1 == 1 {
            a.update(&b);
        } else {
            a.update(password);
        }
        bits >>= 1;
    }
    let mut state = a.finalize().to_vec();
    let mut dp = D::new();
    (0..password.len()).for_each(|_| dp.update(password));
    let p = stretch(&dp.finalize(), password.len());
    let mut ds = D::new();
    (0..16 + usize::from(state[0])).for_each(|_| ds.update(salt));
    let s = stretch(&ds.finalize(), salt.len());
    for round in 0..rounds {
        let mut c = D::new();
        c.update(if round % 2 == 1 { &p } else { &state });
        if round % 3 != 0 {
            c.update(&s);
        }
        if round % 7 != 0 {
            c.update(&p);
        }
        c.update(if round % 2 == 1 { &state } else { &p });
        state = c.finalize().to_vec();
    }
    state
}

/// The order in which bytes of the digest are written: three at a time, then what is left.
fn order_256() -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let (mut a, mut b, mut c) = (0, 10, 20);
    for _ in 0..10 {
        groups.push(vec![a, b, c]);
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    groups.push(vec![31, 30]);
    groups
}

fn order_512() -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let (mut a, mut b, mut c) = (0, 21, 42);
    for _ in 0..21 {
        groups.push(vec![a, b, c]);
        (a, b, c) = (b + 1, c + 1, a + 1);
    }
    groups.push(vec![63]);
    groups
}

fn encode(digest: &[u8], order: &[Vec<usize>]) -> Vec<u8> {
    let mut out = Vec::new();
    for group in order {
        let mut n = group
            .iter()
            .fold(0u32, |n, at| n << 8 | u32::from(digest[*at]));
        for _ in 0..=group.len() {
            out.push(ALPHABET[(n & 63) as usize]);
            n >>= 6;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_would_cost_too_much_are_not_looked_at() {
        let hash = "$5$rounds=1000$saltstring$b8jfihVxUWloctpFOWlfPXwPsee33rIBjX3A.Bd.bVA";
        assert!(verify(&[b'a'; 511], hash.as_bytes()));
        let long = digest::<sha2::Sha256>(&[b'a'; 512], b"saltstring", 1000);
        let long = [
            b"$5$rounds=1000$saltstring$",
            &encode(&long, &order_256())[..],
        ]
        .concat();
        assert!(!verify(&[b'a'; 512], &long));
    }

    #[test]
    fn hashes_of_openssl_passwd_are_verified() {
        for (password, hash) in [
            (
                "Hello world!",
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            ),
            (
                "Hello world!",
                "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            ),
            (
                "Hello world!",
                "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
            ),
        ] {
            assert!(verify(password.as_bytes(), hash.as_bytes()), "{hash}");
            assert!(!verify(b"hello world!", hash.as_bytes()));
        }
        assert!(!verify(b"x", b"$1$salt$hash") && !verify(b"", b"") && !verify(b"x", b"$6$"));
    }
}
