//! `tandemd mail-worker`: a process that sends one mail and ends. It has no right but to open
//! connections, so that whatever a mail server answers can harm nothing.
//!
//! In: an [`Errand`] on the channel at descriptor 3. Out: a [`Delivery`].
#![forbid(unsafe_code)]

mod compose;
mod conversation;
mod resolve;

use std::time::Duration;

use ipc::channel::{Channel, ChannelError};
use ipc::mail::{Delivery, Errand};

// Only its version matters: this one leaves the tables of other alphabets out of the binary.
use idna_adapter as _;

pub use conversation::deliver;

/// The errand is there before the process starts.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn run_worker() -> Result<(), ChannelError> {
    let mut channel = Channel::inherited()?;
    let errand: Errand = channel.receive(Some(PATIENCE))?.message;
    let delivery: Delivery = deliver(&errand);
    channel.send(&delivery, &[])?;
    channel.drain(PATIENCE)
}
