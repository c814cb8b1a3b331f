//! How a message lies in the stream: `length: u32 LE`, `descriptors: u32 LE`, then `length` bytes of
//! JSON. The descriptors travel by SCM_RIGHTS with the first bytes of their frame, so they have
//! arrived whenever the frame is whole.

use crate::error::ChannelError;
use serde::Serialize;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use sys::fdpass;

/// Largest JSON text of one message. Configuration texts travel in one message; the largest
/// file seen in the wild is under 10 MiB.
pub const MAX_MESSAGE: usize = 64 << 20;
/// Most descriptors beside one message.
pub const MAX_DESCRIPTORS: usize = 8192;

pub const HEADER: usize = 8;
/// A message on its way.
#[derive(Debug)]
pub struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    fds: VecDeque<OwnedFd>,
}

impl Outgoing {
    /// Descriptors are duplicated.
    pub fn new<T: Serialize>(message: &T, fds: &[BorrowedFd<'_>]) -> Result<Self, ChannelError> {
        let text = serde_json::to_vec(message).map_err(ChannelError::Malformed)?;
        check_size(text.len(), fds.len())?;
        let mut bytes = Vec::with_capacity(HEADER + text.len());
        for number in [text.len(), fds.len()] {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&text);
        let fds = fds.iter().map(BorrowedFd::try_clone_to_owned);
        Ok(Self {
            bytes,
            sent: 0,
            fds: fds.collect::<Result<_, _>>()?,
        })
    }

    /// Bytes that are to be sent.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Sends the next part. While more descriptors are left than one call carries, a call carries
    /// one byte, so that all of them go out before the frame ends.
    pub fn send_part(&mut self, socket: &OwnedFd) -> io::Result<usize> {
        let batch = self.fds.len().min(fdpass::FDS_PER_SEND);
        let rest = &self.bytes[self.sent..];
        let part = if self.fds.len() > batch {
            &rest[..1]
        } else {
            rest
        };
        let fds: Vec<BorrowedFd<'_>> = self.fds.iter().take(batch).map(AsFd::as_fd).collect();
        let count = fdpass::send_with_fds(socket, part, &fds)?;
        drop(fds);
        self.fds.drain(..batch);
        self.sent += count;
        Ok(count)
    }
}

pub fn check_size(length: usize, descriptors: usize) -> Result<(), ChannelError> {
    if length > MAX_MESSAGE || descriptors > MAX_DESCRIPTORS {
        return Err(ChannelError::TooLarge {
            length,
            descriptors,
        });
    }
    Ok(())
}

/// Length and number of descriptors.
pub fn read_header(input: &[u8]) -> Option<(usize, usize)> {
    let length = input.first_chunk::<4>()?;
    let descriptors = input.get(4..)?.first_chunk::<4>()?;
    Some((
        u32::from_le_bytes(*length) as usize,
        u32::from_le_bytes(*descriptors) as usize,
    ))
}
