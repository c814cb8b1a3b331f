//! tcp sessions and tunnels: bytes both ways, unexamined.

use super::Worker;
use super::buffers::Buffers;
use super::conn::Txn;
use super::inspect_reply::is_inspected;
use super::link::{Gone, Link, Read};
use super::request::ROUNDS;
use super::slab::NONE;

/// How a direction stands after it was moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Nothing more to do without an event.
    Waits,
    /// There is more; others get their turn first.
    More,
    /// The end was passed on.
    Ended,
}

/// Which end of a direction broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Source,
    Sink,
}

impl From<Gone> for Broken {
    fn from(Gone: Gone) -> Self {
        Self::Sink
    }
}

impl Worker {
    pub(super) fn relay(&mut self, i: u32) {
        if self.rx.is_empty() {
            return self.resume_later(i);
        }
        let inspected = self.clients[i].txn.as_deref().is_some_and(is_inspected);
        if inspected
            && !self.inspect_reply(i)
            && self.clients.get(i).is_none_or(|c| c.txn.is_none())
        {
            return;
        }
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if txn.up == NONE {
            return;
        }
        let up = &mut self.ups[txn.up];
        // What came with the request's head, or behind it.
        if !c.pend.is_empty() && !up.link.is_blocked() {
            let pend = std::mem::take(&mut c.pend);
            txn.log.bytes_in += pend.len() as u64;
            let sent = up.link.send(&pend, b"", &mut self.buffers);
            self.buffers.give(pend);
            if sent.is_err() {
                return self.abort(i, b'S', b'D');
            }
        }
        let held = is_inspected(txn);
        let Txn { log, .. } = &mut **txn;
        let before = log.bytes_in + log.bytes_out;
        let ended = (c.link.ended, up.link.ended);
        let forth = pump(
            &mut c.link,
            &mut up.link,
            &mut self.rx,
            &mut self.buffers,
            &mut log.bytes_in,
        );
        let back = if held {
            Ok(Flow::Waits)
        } else {
            pump(
                &mut up.link,
                &mut c.link,
                &mut self.rx,
                &mut self.buffers,
                &mut log.bytes_out,
            )
        };
        let moved =
            log.bytes_in + log.bytes_out != before || ended != (c.link.ended, up.link.ended);
        match (forth, back) {
            (Err(Broken::Source), _) if c.link.unconfirmed => self.cut_off(i),
            (_, Err(Broken::Source)) if up.link.unconfirmed => self.cut_off(i),
            (Err(Broken::Source), _) | (_, Err(Broken::Sink)) => self.abort(i, b'C', b'D'),
            (Err(Broken::Sink), _) | (_, Err(Broken::Source)) => self.abort(i, b'S', b'D'),
            (Ok(Flow::Ended), Ok(Flow::Ended)) => self.close_client(i),
            (forth, back) => {
                if moved {
                    self.touch(i);
                }
                if forth == Ok(Flow::More) || back == Ok(Flow::More) {
                    self.resume_later(i);
                }
            }
        }
    }
}

impl Worker {
    /// One side of the session ended without TLS's last word. Many programs leave like this, so that
    /// the log makes nothing of it; the other side is not told that this was all.
    pub(super) fn cut_off(&mut self, i: u32) {
        self.abandon(i, b'C');
        self.clients[i].link.cut();
        self.close_client(i);
    }
}

/// Bytes moved in a row before others get their turn.
const TURN: u64 = 2 << 20;

fn pump(
    from: &mut Link,
    to: &mut Link,
    rx: &mut [u8],
    buffers: &mut Buffers,
    count: &mut u64,
) -> Result<Flow, Broken> {
    let start = *count;
    for _ in 0..ROUNDS {
        if to.is_blocked() && !to.flush(buffers)? {
            return Ok(Flow::Waits);
        }
        if from.ended {
            // Where the other direction has ended too, closing does it, but for a stream and a
            // session, whose end has to be told from a break.
            if !to.ended || !to.is_plain() {
                to.shut_down(buffers);
            }
            return Ok(Flow::Ended);
        }
        if !from.readable {
            return Ok(Flow::Waits);
        }
        if *count - start > TURN {
            break;
        }
        let spliced = if from.is_bulk_for(to) {
            to.splice(from, u64::MAX, buffers)?
        } else {
            None
        };
        let read = match spliced {
            Some(read) => read,
            None => match from.read(rx, buffers) {
                Read::Data(n) => {
                    // All that its peer had to say: the end is read next, and passed on.
                    let last = from.hung_up && n < rx.len() && !to.ended;
                    if last && from.is_plain() && to.is_plain() {
                        to.send_before_more(&rx[..n], buffers)?;
                    } else {
                        to.send(&rx[..n], b"", buffers)?;
                    }
                    Read::Data(n)
                }
                other => other,
            },
        };
        match read {
            Read::Data(n) => *count += n as u64,
            Read::Blocked => {
                to.uncork();
                return Ok(Flow::Waits);
            }
            Read::End => {}
            Read::Broken => return Err(Broken::Source),
        }
    }
    Ok(Flow::More)
}
