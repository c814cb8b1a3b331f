//! Bytes that go from one socket to another inside the kernel.

use super::super::buffers::Buffers;
use super::{Gone, Link, Read, is_transient};
use std::io::ErrorKind;
use sys::tcp;

/// A spliced piece smaller than this says that the bulk is over.
const SMALL: usize = 8 << 10;

impl Link {
    /// Whether a lot is to come that the other side can take by a pipe.
    pub fn is_bulk_for(&self, to: &Link) -> bool {
        self.bulk && to.is_plain()
    }

    /// A lot is to come, or not.
    pub fn expect_bulk(&mut self, bulk: bool) {
        self.bulk = bulk && self.is_plain();
    }

    /// The same as [`send`](Self::send) for what spliced bytes or our end follow at once: both leave
    /// in one packet.
    pub fn send_before_more(&mut self, bytes: &[u8], buffers: &mut Buffers) -> Result<(), Gone> {
        debug_assert!(!self.is_blocked() && self.is_plain());
        let n = match tcp::send_more(self.fd(), bytes) {
            Ok(n) => n,
            Err(e) if is_transient(&e) => 0,
            Err(_) => return Err(Gone),
        };
        self.corked = true;
        if n < bytes.len() {
            self.out = buffers.hold(&bytes[n..]);
            self.sent = 0;
        }
        Ok(())
    }

    /// Lets go what waits for bytes that do not come yet.
    pub fn uncork(&mut self) {
        if std::mem::take(&mut self.corked) {
            let _ = tcp::set_nodelay(self.fd());
        }
    }

    /// Moves up to `most` bytes from another side to this one inside the kernel. `None`: no pipe
    /// is to be had, copy instead. Only with nothing held before, and between plain links.
    pub fn splice(
        &mut self,
        from: &mut Link,
        most: u64,
        buffers: &mut Buffers,
    ) -> Result<Option<Read>, Gone> {
        if !from.readable || from.ended {
            return Ok(Some(Read::Blocked));
        }
        let Some(mut pipe) = self.pipe.take().or_else(|| buffers.take_pipe()) else {
            from.bulk = false;
            return Ok(None);
        };
        let read = match pipe.fill(from.fd(), most) {
            Ok(0) => {
                (from.readable, from.ended) = (false, true);
                Read::End
            }
            Ok(n) => {
                from.bulk = n >= SMALL;
                self.corked = false;
                Read::Data(n)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                from.readable = false;
                Read::Blocked
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Read::Blocked,
            Err(_) => {
                (from.readable, from.ended) = (false, true);
                Read::Broken
            }
        };
        self.pipe = Some(pipe);
        self.flush(buffers)?;
        Ok(Some(read))
    }

    pub(super) fn flush_pipe(&mut self, buffers: &mut Buffers) -> Result<bool, Gone> {
        if let Some(pipe) = &mut self.pipe {
            while pipe.held() > 0 {
                match pipe.drain(&self.socket, false) {
                    Ok(1..) => {}
                    Err(e) if is_transient(&e) => return Ok(false),
                    Ok(0) | Err(_) => return Err(Gone),
                }
            }
        }
        if let Some(pipe) = self.pipe.take() {
            buffers.give_pipe(pipe);
        }
        Ok(true)
    }
}
