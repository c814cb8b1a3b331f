//! The first message of a client that is to be answered: for whom it asks, before a session is made
//! for it. Other than for rules it may be spread over records, as small as the client likes.

use crate::hello::{self, Reading};

/// More bytes than this for a hello are none that an honest client sends.
const LONGEST: usize = 24 << 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// More has to come.
    Short,
    /// The whole of it, and the name that it asks for.
    Whole(Option<Box<str>>),
    /// It is no TLS; whether it is HTTP.
    Foreign { http: bool },
}

pub fn first(data: &[u8]) -> First {
    match hello::read(data) {
        Reading::Short => First::Short,
        Reading::Found(found) => First::Whole(found.server_name().and_then(name)),
        Reading::Absent if !matches!(data, [0x16, 3, ..]) => First::Foreign {
            http: is_http(data),
        },
        Reading::Absent => spread(data),
    }
}

/// A message over several records.
fn spread(data: &[u8]) -> First {
    if data.len() > LONGEST {
        return First::Whole(None);
    }
    let (mut message, mut rest) = (Vec::new(), data);
    loop {
        let [kind, major, minor, high, low, records @ ..] = rest else {
            return First::Short;
        };
        let length = usize::from(*high) << 8 | usize::from(*low);
        if (*kind, *major) != (0x16, 3) || length == 0 || length > 16 << 10 {
            // The session says what is wrong with it.
            return First::Whole(None);
        }
        let Some((record, next)) = records.split_at_checked(length) else {
            return First::Short;
        };
        message.extend_from_slice(record);
        rest = next;
        if let [_, a, b, c, body @ ..] = &message[..] {
            let whole = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
            if body.len() >= whole {
                let hello = hello::Hello::new(message[0], [*major, *minor], &body[..whole]);
                return First::Whole(hello.server_name().and_then(name));
            }
            if whole > LONGEST {
                return First::Whole(None);
            }
        }
    }
}

fn name(bytes: &[u8]) -> Option<Box<str>> {
    std::str::from_utf8(bytes).ok().map(Box::from)
}

fn is_http(data: &[u8]) -> bool {
    let methods = [&b"GET "[..], b"POST ", b"HEAD ", b"PUT ", b"CONNE"];
    methods.iter().any(|method| data.starts_with(method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hello::tests::hello;

    #[test]
    fn a_hello_is_known_however_it_is_cut_into_records() {
        let whole = hello(b"Example.COM");
        let message = &whole[5..];
        let expected = First::Whole(Some("Example.COM".into()));
        assert_eq!(first(&whole), expected);
        for size in [1, 2, 3, 4, 7, 50] {
            let cut: Vec<u8> = message
                .chunks(size)
                .flat_map(|piece| {
                    let length = u8::try_from(piece.len()).unwrap();
                    [&[0x16, 3, 1, 0, length][..], piece].concat()
                })
                .collect();
            assert_eq!(first(&cut), expected, "{size}");
            for end in 0..cut.len() {
                assert_eq!(first(&cut[..end]), First::Short, "{size} {end}");
            }
        }
    }

    #[test]
    fn what_cannot_become_a_hello_does_not_wait() {
        assert_eq!(first(b"GET / HTTP/1.1\r\n"), First::Foreign { http: true });
        assert_eq!(first(b"\x80\x2e\x01"), First::Foreign { http: false });
        // Half a megabyte announced, and an empty record: the session refuses both.
        assert_eq!(first(b"\x16\x03\x01\0\x04\x01\x08\0\0"), First::Whole(None));
        assert_eq!(first(b"\x16\x03\x01\0\0"), First::Whole(None));
    }
}
