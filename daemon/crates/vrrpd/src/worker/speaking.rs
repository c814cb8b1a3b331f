//! What the supervisor is told, and what its silence means.

use ipc::FromWorker;
use ipc::channel::ChannelError;
use sys::epoll::Interest;

use super::{CHANNEL, Worker};
use crate::WorkerError;
use vrrp::Micros;

/// Log lines are dropped beyond this many bytes that the supervisor has not taken.
const LOG_BACKLOG: usize = 1 << 20;

/// Without a supervisor there is no service to keep up: peers that take requests get this long.
const ORPHAN_PATIENCE: Micros = 50_000;

impl Worker {
    pub(super) fn log(&mut self, severity: u8, text: String) {
        if self.channel.backlog() < LOG_BACKLOG {
            self.say(&FromWorker::Log { severity, text });
        }
    }

    pub(super) fn say(&mut self, message: &FromWorker) {
        if self.channel_open
            && let Err(error) = self.channel.send(message, &[])
        {
            self.channel_failed(&error);
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), WorkerError> {
        if !self.channel_open {
            return Ok(());
        }
        if let Err(error) = self.channel.flush() {
            self.channel_failed(&error);
            return Ok(());
        }
        let wanted = if self.channel.wants_write() {
            Interest::InputOutput
        } else {
            Interest::Input
        };
        if wanted != self.channel_interest {
            self.epoll.modify(&self.channel, CHANNEL, wanted)?;
            self.channel_interest = wanted;
        }
        Ok(())
    }

    /// The supervisor is gone or talks nonsense: without it nobody runs checks, the proxy or a
    /// restart, so this host must not keep addresses.
    pub(super) fn channel_failed(&mut self, _error: &ChannelError) {
        if !self.channel_open {
            return;
        }
        self.channel_open = false;
        self.next_chores = 0;
        let _ = self.epoll.delete(&self.channel);
        let _ = self.others.delete(&self.channel);
        self.begin_stop(Some(ORPHAN_PATIENCE));
    }
}
