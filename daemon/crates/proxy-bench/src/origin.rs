//! A connection of the origin: every request head gets the same answer.

use memchr::memmem;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use sys::epoll::Ready;
use sys::tcp;

/// What a listener answers.
#[derive(Debug)]
pub struct Replies {
    kept: Vec<u8>,
    last: Vec<u8>,
}

impl Replies {
    pub fn new(body: usize) -> Self {
        let reply = |connection| {
            let mut text = format!(
                "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Sat, 21 Nov 2026 01:23:00 GMT\r\n\
                 Content-Type: text/plain\r\nContent-Length: {body}\r\n\
                 Last-Modified: Sat, 21 Nov 2026 01:22:48 GMT\r\nConnection: {connection}\r\n\
                 ETag: \"6b00f268-400\"\r\nAccept-Ranges: bytes\r\n\r\n"
            )
            .into_bytes();
            text.resize(text.len() + body, b'x');
            text
        };
        Self {
            kept: reply("keep-alive"),
            last: reply("close"),
        }
    }
}

#[derive(Debug)]
pub struct Origin {
    pub fd: OwnedFd,
    replies: Rc<Replies>,
    /// An incomplete head.
    partial: Vec<u8>,
    /// Answers still to be sent, the first of them from `sent` on.
    owed: usize,
    sent: usize,
    /// The client asked to close after the answer.
    closes: bool,
}

impl Origin {
    pub fn new(fd: OwnedFd, replies: Rc<Replies>) -> Self {
        Self {
            fd,
            replies,
            partial: Vec::new(),
            owed: 0,
            sent: 0,
            closes: false,
        }
    }

    /// `false` when the connection is over.
    pub fn on_event(&mut self, ready: Ready, buffer: &mut [u8]) -> bool {
        if ready.broken() {
            return false;
        }
        if ready.readable() {
            loop {
                match tcp::recv(&self.fd, buffer) {
                    Ok(0) => return false,
                    Ok(n) => {
                        self.count(&buffer[..n]);
                        if n < buffer.len() && !ready.read_closed() {
                            break;
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => return false,
                }
            }
        }
        self.answer()
    }

    fn count(&mut self, bytes: &[u8]) {
        if !self.partial.is_empty() {
            let mut whole = std::mem::take(&mut self.partial);
            whole.extend_from_slice(bytes);
            return self.count(&whole);
        }
        let mut begin = 0;
        for end in memmem::find_iter(bytes, b"\r\n\r\n") {
            self.owed += 1;
            self.closes |= memmem::find(&bytes[begin..end], b"onnection: close").is_some();
            begin = end + 4;
        }
        self.partial.extend_from_slice(&bytes[begin..]);
    }

    fn answer(&mut self) -> bool {
        let reply = if self.closes {
            &self.replies.last
        } else {
            &self.replies.kept
        };
        while self.owed > 0 {
            match tcp::send(&self.fd, &reply[self.sent..]) {
                Ok(n) => self.sent += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
            if self.sent == reply.len() {
                self.sent = 0;
                self.owed -= 1;
            }
        }
        !self.closes
    }
}
