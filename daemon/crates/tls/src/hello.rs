//! The first message of TLS, as far as it can be read in the clear (RFC 8446 §4.1.2, RFC 6066 §3,
//! RFC 7301 §3.1).

/// How far a reading came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<T> {
    Found(T),
    /// More bytes are needed to say.
    Short,
    /// It is no TLS handshake, or does not have what was asked for.
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello<'a> {
    /// 1 from a client, 2 from a server.
    pub kind: u8,
    pub version: u16,
    body: &'a [u8],
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(front)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(
            self.take(bytes)?
                .iter()
                .fold(0, |n, b| n << 8 | usize::from(*b)),
        )
    }

    /// A length of so many bytes, and what it covers.
    fn vector(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }
}

/// The handshake message in the first record. One that goes on in the next is not found: rules over
/// connections that are passed through look at one record.
pub fn read(data: &[u8]) -> Reading<Hello<'_>> {
    let (version, record) = match first_record(data) {
        Reading::Found(found) => found,
        Reading::Short => return Reading::Short,
        Reading::Absent => return Reading::Absent,
    };
    let mut message = Bytes(&record[1..]);
    match message.vector(3) {
        Some(body) => Reading::Found(Hello {
            kind: record[0],
            version,
            body,
        }),
        None => Reading::Absent,
    }
}

/// A record with the beginning of a hello, and the version that it tells.
fn first_record(data: &[u8]) -> Reading<(u16, &[u8])> {
    if data.is_empty() {
        return Reading::Short;
    }
    if data[0] != 0x16 {
        return Reading::Absent;
    }
    let mut bytes = Bytes(&data[1..]);
    let Some(version) = bytes.number(2) else {
        return Reading::Short;
    };
    if version >> 8 != 3 {
        return Reading::Absent;
    }
    let Some(length) = bytes.number(2) else {
        return Reading::Short;
    };
    if !(4..=16_384 + 256).contains(&length) {
        return Reading::Absent;
    }
    match bytes.0.first() {
        None => Reading::Short,
        Some(1 | 2) => bytes.take(length).map_or(Reading::Short, |record| {
            Reading::Found((u16::try_from(version).unwrap_or(0), record))
        }),
        Some(_) => Reading::Absent,
    }
}

impl<'a> Hello<'a> {
    pub(crate) fn new(kind: u8, version: [u8; 2], body: &'a [u8]) -> Self {
        Self {
            kind,
            version: u16::from_be_bytes(version),
            body,
        }
    }

    /// The version that the client would like.
    pub fn wanted_version(&self) -> u16 {
        let mut bytes = Bytes(self.body);
        bytes
            .number(2)
            .and_then(|n| u16::try_from(n).ok())
            .unwrap_or(self.version)
    }

    fn extension(&self, wanted: usize) -> Option<&'a [u8]> {
        let mut bytes = Bytes(self.body);
        bytes.take(2 + 32)?;
        bytes.vector(1)?;
        bytes.vector(2)?;
        bytes.vector(1)?;
        let mut list = Bytes(bytes.vector(2)?);
        loop {
            let kind = list.number(2)?;
            let content = list.vector(2)?;
            if kind == wanted {
                return Some(content);
            }
        }
    }

    pub fn server_name(&self) -> Option<&'a [u8]> {
        let mut bytes = Bytes(self.extension(0)?);
        let mut names = Bytes(bytes.vector(2)?);
        (names.number(1)? == 0).then(|| names.vector(2))?
    }

    /// The protocols of ALPN, joined by commas.
    pub fn protocols(&self) -> Option<Vec<u8>> {
        let mut bytes = Bytes(self.extension(16)?);
        let mut list = Bytes(bytes.vector(2)?);
        let mut names = Vec::new();
        while let Some(name) = list.vector(1) {
            names.push(name);
        }
        Some(names.join(&b","[..]))
    }

    /// Whether the extension of this number is there.
    pub fn has(&self, extension: usize) -> bool {
        self.extension(extension).is_some()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A hello with a server name, built from the structure in the RFC.
    pub fn hello(name: &[u8]) -> Vec<u8> {
        let length = |n: usize, bytes: usize| n.to_be_bytes()[8 - bytes..].to_vec();
        let entry = [&[0][..], &length(name.len(), 2), name].concat();
        let list = [&length(entry.len(), 2)[..], &entry].concat();
        let extension = [&[0, 0][..], &length(list.len(), 2), &list].concat();
        let alpn = [0, 16, 0, 5, 0, 3, 2, b'h', b'2'];
        let extensions = [&extension[..], &alpn].concat();
        let body = [
            &[3, 3][..],
            &[7; 32],
            &[0],
            &[0, 2, 0x13, 1],
            &[1, 0],
            &length(extensions.len(), 2),
            &extensions,
        ]
        .concat();
        let message = [&[1][..], &length(body.len(), 3), &body].concat();
        [&[0x16, 3, 1][..], &length(message.len(), 2), &message].concat()
    }

    #[test]
    fn the_name_is_read_once_the_record_is_whole() {
        let bytes = hello(b"example.com");
        let Reading::Found(found) = read(&bytes) else {
            panic!("a hello")
        };
        assert_eq!((found.kind, found.wanted_version()), (1, 0x0303));
        assert_eq!(found.server_name(), Some(&b"example.com"[..]));
        assert_eq!(found.protocols(), Some(b"h2".to_vec()));
        assert!(!found.has(10));
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut]), Reading::Short, "{cut}");
        }
    }

    #[test]
    fn what_is_no_handshake_is_told_at_once() {
        for other in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"\x17\x03\x03",
            b"\x16\x02\x00",
            b"SSH-2.0",
        ] {
            assert_eq!(read(other), Reading::Absent, "{other:?}");
        }
        // Lengths that lie lead nowhere, and nowhere else.
        let mut bytes = hello(b"x");
        for at in 5..bytes.len() {
            let before = std::mem::replace(&mut bytes[at], 0xff);
            if let Reading::Found(found) = read(&bytes) {
                let _ = (found.server_name(), found.protocols());
            }
            bytes[at] = before;
        }
    }
}
