//! Health checks without IO: what a check concludes, when a server changes state, when the next
//! check is due, and how both are told in the log.
//!
//! In: bytes that a checked server sent, and the outcome of connecting. Out: a [`CheckResult`],
//! a [`Transition`], the delay until the next check, log lines in the words of the HAProxy
//! manual. The caller owns sockets and clocks.
#![forbid(unsafe_code)]

mod agent;
mod answer;
mod content;
mod expect;
mod failure;
mod field;
mod hello;
mod judge;
mod reply;
mod request;
mod result;
mod run;
mod schedule;
mod sequence;
mod state;
mod text;
mod wording;

pub use agent::{AgentWords, Wish};
pub use content::{Content, compile};
pub use expect::{Expectation, StatusRange, Wanted};
pub use failure::Failure;
pub use field::{Comparison, FieldPattern};
pub use hello::{LDAP_BIND, REDIS_PING, mysql_login, mysql_old_login, pgsql_startup, tls_hello};
pub use reply::Reply;
pub use request::Request;
pub use result::{CheckResult, CheckStatus, Outcome};
pub use run::{Need, Run};
pub use schedule::{first_check_after, spread};
pub use sequence::{Action, Connect, Port, Seal, Sequence, Speech, Step};
pub use state::{Health, Settings, Transition};
pub use text::{Author, NoText, Seen, Text};
pub use wording::{
    Cause, Order, Remaining, Who, check_line, no_server_line, order_line, remains_line,
    transition_line, unresolved_line,
};
