//! Where a response ends: enough for what the origin here sends, as any proxy passes it on.

use crate::request::stated_length;
use memchr::memmem;

/// A response whose bytes come piece by piece.
#[derive(Debug, Default)]
pub struct Response {
    /// An incomplete head.
    head: Vec<u8>,
    /// Bytes of the body still to come, once the head is there.
    body: Option<usize>,
}

impl Response {
    /// Takes bytes; `true` when the response is complete with them.
    pub fn take(&mut self, bytes: &[u8]) -> Result<bool, String> {
        if let Some(left) = self.body {
            return self.count(left, bytes.len());
        }
        if self.head.is_empty() {
            if let Some(end) = memmem::find(bytes, b"\r\n\r\n") {
                return self.count(body_length(&bytes[..end])?, bytes.len() - end - 4);
            }
            self.head.extend_from_slice(bytes);
            return Ok(false);
        }
        let mut head = std::mem::take(&mut self.head);
        head.extend_from_slice(bytes);
        self.take(&head)
    }

    fn count(&mut self, left: usize, came: usize) -> Result<bool, String> {
        let left = left
            .checked_sub(came)
            .ok_or("bytes came after the end of the response")?;
        self.body = (left > 0).then_some(left);
        Ok(left == 0)
    }
}

fn body_length(head: &[u8]) -> Result<usize, String> {
    let line = || String::from_utf8_lossy(head.split(|b| *b == b'\r').next().unwrap_or(b"")).into();
    if head.get(9..12) != Some(b"200") {
        return Err(line());
    }
    stated_length(head).ok_or_else(|| format!("no Content-Length after {}", line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello";

    #[test]
    fn the_end_is_found_however_the_bytes_come() {
        for cut in 0..WHOLE.len() {
            let mut response = Response::default();
            assert_eq!(response.take(&WHOLE[..cut]), Ok(false), "{cut}");
            assert_eq!(response.take(&WHOLE[cut..]), Ok(true), "{cut}");
            assert_eq!(response.take(WHOLE), Ok(true), "{cut}");
        }
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let mut response = Response::default();
        let refused = response.take(b"HTTP/1.0 503 Service Unavailable\r\n\r\n");
        assert_eq!(refused, Err("HTTP/1.0 503 Service Unavailable".into()));
        let mut more = WHOLE.to_vec();
        more.push(b'!');
        assert!(Response::default().take(&more).is_err());
        assert!(
            Response::default()
                .take(b"HTTP/1.1 200 OK\r\n\r\n")
                .is_err()
        );
    }
}
