//! Health checks without IO: what a check concludes, when a server changes state, when the next
//! check is due, and how both are told in the log.
//!
//! In: bytes that a checked server sent, and the outcome of connecting. Out: a [`CheckResult`],
//! a [`Transition`], the delay until the next check, log lines in the words of the HAProxy
//! manual. The caller owns sockets and clocks.
#![forbid(unsafe_code)]

mod expect;
mod httpcheck;
mod result;
mod schedule;
mod state;
mod wording;

pub use expect::{Expect, ExpectError, Pattern, StatusRange};
pub use httpcheck::{HttpCheck, ResponseReader, Verdict};
pub use result::{CheckResult, CheckStatus, Outcome};
pub use schedule::{first_check_after, spread};
pub use state::{Health, Settings, Transition};
pub use wording::{Remaining, check_line, no_server_line, transition_line};
