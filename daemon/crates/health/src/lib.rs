//! Health checks without IO: what a check concludes, when a server changes state, when the next
//! check is due, and how both are told in the log.
//!
//! In: bytes that a checked server sent, and the outcome of connecting. Out: a [`CheckResult`],
//! a [`Transition`], the delay until the next check, log lines in the words of the HAProxy
//! manual. The caller owns sockets and clocks.
#![forbid(unsafe_code)]

mod agent;
mod content;
mod expect;
mod hello;
mod httpcheck;
mod reply;
mod result;
mod run;
mod schedule;
mod sequence;
mod state;
mod wording;

pub use agent::{AgentWords, Wish};
pub use content::{Content, Expectation};
pub use expect::{Expect, ExpectError, Pattern, StatusRange, compile};
pub use hello::{LDAP_BIND, REDIS_PING, mysql_login, mysql_old_login, pgsql_startup, tls_hello};
pub use httpcheck::{HttpCheck, Verdict};
pub use reply::Reply;
pub use result::{CheckResult, CheckStatus, Outcome};
pub use run::{Failure, Need, Run};
pub use schedule::{first_check_after, spread};
pub use sequence::{Action, Connect, Sequence, Step};
pub use state::{Health, Settings, Transition};
pub use wording::{
    Order, Remaining, Who, check_line, no_server_line, order_line, transition_line, unresolved_line,
};
