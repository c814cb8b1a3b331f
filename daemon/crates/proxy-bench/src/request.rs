//! Where requests end: enough for what the client here sends, as any proxy passes it on.

use memchr::memmem;

/// Requests of a connection, one after the other, whose bytes come piece by piece.
#[derive(Debug, Default)]
pub struct Requests {
    /// An incomplete head.
    head: Vec<u8>,
    /// Bytes of a body still to come.
    body: usize,
    /// The client asked to close after the answer.
    closes: bool,
}

impl Requests {
    /// Nothing more is to come.
    pub fn closes(&self) -> bool {
        self.closes && self.body == 0
    }

    /// Takes bytes; how many requests are complete with them.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        if !self.head.is_empty() {
            let mut whole = std::mem::take(&mut self.head);
            whole.extend_from_slice(bytes);
            return self.take(&whole);
        }
        let (mut complete, mut rest) = (0, bytes);
        if self.body > 0 {
            let piece = self.body.min(rest.len());
            self.body -= piece;
            rest = &rest[piece..];
            complete += usize::from(self.body == 0);
        }
        while let Some(end) = memmem::find(rest, b"\r\n\r\n") {
            let head = &rest[..end];
            rest = &rest[end + 4..];
            self.closes |= memmem::find(head, b"onnection: close").is_some();
            let length = stated_length(head).unwrap_or(0);
            let piece = length.min(rest.len());
            self.body = length - piece;
            rest = &rest[piece..];
            if self.body > 0 {
                return complete;
            }
            complete += 1;
        }
        self.head.extend_from_slice(rest);
        complete
    }
}

/// What Content-Length says, however a proxy writes the beginning of the name.
pub fn stated_length(head: &[u8]) -> Option<usize> {
    let at = memmem::find(head, b"ength: ")?;
    let digits = head[at + 7..].iter().take_while(|b| b.is_ascii_digit());
    Some(digits.fold(0, |n: usize, b| {
        n.saturating_mul(10).saturating_add((b - b'0').into())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[u8] =
        b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\na\r\n\r\nbGET / HTTP/1.1\r\n\r\n";

    #[test]
    fn requests_are_counted_however_the_bytes_come() {
        for cut in 0..BOTH.len() {
            let mut requests = Requests::default();
            let before = requests.take(&BOTH[..cut]);
            let behind = requests.take(&BOTH[cut..]);
            assert_eq!((before + behind, requests.closes()), (2, false), "{cut}");
        }
    }

    #[test]
    fn a_request_to_close_is_the_last_when_it_is_complete() {
        let mut requests = Requests::default();
        let head = b"POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 2\r\n\r\na";
        assert_eq!((requests.take(head), requests.closes()), (0, false));
        assert_eq!((requests.take(b"b"), requests.closes()), (1, true));
    }
}
