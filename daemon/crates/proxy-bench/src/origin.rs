//! A connection of the origin: every request gets the same answer.

use crate::request::Requests;
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
    requests: Requests,
    /// Answers still to be sent, the first of them from `sent` on.
    owed: usize,
    sent: usize,
}

impl Origin {
    pub fn new(fd: OwnedFd, replies: Rc<Replies>) -> Self {
        Self {
            fd,
            replies,
            requests: Requests::default(),
            owed: 0,
            sent: 0,
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
                        self.owed += self.requests.take(&buffer[..n]);
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

    fn answer(&mut self) -> bool {
        let reply = if self.requests.closes() {
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
        !self.requests.closes()
    }
}
