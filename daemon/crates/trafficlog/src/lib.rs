//! Traffic and event logs: the lines that log tools for HAProxy read, as syslog datagrams.
//!
//! In: records of finished sessions ([`HttpRecord`], [`TcpRecord`], [`ConnectRecord`]) and event
//! texts. Out: formatted lines and, through [`Sink`], batches of datagrams that never block the
//! caller. Clock and time zone are given by the caller.
#![forbid(unsafe_code)]

mod escape;
mod format;
mod number;
mod record;
mod sink;
mod syslog;
mod time;

pub use escape::{push_captured, push_text};
pub use format::{write_clf, write_connect, write_http, write_refused, write_tcp};
pub use record::{
    ConnectRecord, Cookies, Counts, HttpRecord, Queues, TcpRecord, Termination, Timer,
};
pub use sink::{Sink, SinkError, SinkStats, Socket};
pub use syslog::{Facility, Filter, Header, Level, SyslogFormat};
pub use time::{Clock, UtcOffset};
