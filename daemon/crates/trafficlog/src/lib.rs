//! Traffic and event logs: the lines that log tools for HAProxy read, as syslog datagrams.
//!
//! In: records of finished sessions ([`HttpRecord`], [`TcpRecord`], [`ConnectRecord`]) and event
//! texts. Out: formatted lines and, through [`Sink`], batches of datagrams that never block the
//! caller. Clock and time zone are given by the caller.
#![forbid(unsafe_code)]

mod escape;
mod format;
mod json;
mod number;
mod record;
mod ring;
mod share;
mod sink;
mod socket;
mod syslog;
mod time;

pub use escape::{push_captured, push_text};
pub use format::{write_clf, write_connect, write_http, write_refused, write_tcp};
pub use json::{
    push_string, write_event_json, write_http_json, write_refused_json, write_tcp_json,
};
pub use record::{
    ConnectRecord, Cookies, Counts, Endpoint, HttpRecord, Queues, TcpRecord, Termination, Timer,
};
pub use ring::{Cursor, Ring};
pub use share::{Figures, Sample};
pub use sink::{Sink, SinkStats};
pub use socket::{SinkError, Socket};
pub use syslog::{Facility, Filter, Header, Level, SyslogFormat};
pub use time::{Clock, UtcOffset};
