//! Log lines on checks and changes of state, in the words that log tools know.

use std::fmt;

use crate::result::{CheckResult, Outcome};
use crate::state::{Health, Transition};

/// What a backend has left when a server changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remaining {
    pub active: usize,
    pub backup: usize,
    /// Sessions on the server, for a server that goes down.
    pub sessions: usize,
    /// Sessions put back to the backend's queue.
    pub requeued: usize,
    /// Sessions waiting in the backend's queue.
    pub queued: usize,
}

/// A server in a log line.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    pub backend: &'a str,
    pub server: &'a str,
    pub is_backup: bool,
    /// The tracked server whose state it got, `BACKEND/NAME`.
    pub via: Option<&'a str>,
}

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_backup {
            "Backup Server"
        } else {
            "Server"
        };
        write!(f, "{kind} {}/{}", self.backend, self.server)
    }
}

impl Who<'_> {
    fn via(&self) -> String {
        self.via
            .map_or_else(String::new, |via| format!(" via {via}"))
    }
}

/// Why a server is seen in another way.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    Check(&'a CheckResult),
    /// The check was logged by itself (`option log-health-checks`), or it follows another server.
    Known,
    /// An order of the runtime socket.
    Order,
}

/// `Server BACKEND/NAME is DOWN, reason: …. 1 active and 0 backup servers left. …`.
pub fn transition_line(
    who: Who<'_>,
    transition: Transition,
    cause: Cause<'_>,
    left: Remaining,
) -> String {
    let state = match transition {
        Transition::Up => "UP",
        Transition::Down => "DOWN",
        Transition::Stopping => "stopping",
    };
    let reason = match cause {
        Cause::Check(result) => format!(", reason: {}", result.reason()),
        Cause::Known => String::new(),
        Cause::Order => ", changed from CLI".to_owned(),
    };
    let tail = tail(transition == Transition::Down, left);
    format!("{who} is {state}{}{reason}. {tail}", who.via())
}

/// What an administrator, an agent or a tracked server did to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `down`: it was out of service already.
    Drain {
        down: bool,
    },
    LeaveDrain {
        down: bool,
    },
    Maintenance {
        down: bool,
    },
    /// What it leaves maintenance for.
    LeaveMaintenance {
        down: bool,
        drain: bool,
    },
}

/// `Server BACKEND/NAME is going DOWN for maintenance. …`, and its like.
pub fn order_line(who: Who<'_>, order: Order, left: Remaining) -> String {
    let state = |down: bool| if down { "DOWN" } else { "UP" };
    let via = who.via();
    match order {
        Order::Drain { down } => format!("{who} enters drain state{via}. {}", tail(down, left)),
        Order::LeaveDrain { down } => format!("{who} is {} (leaving forced drain).", state(down)),
        Order::Maintenance { down: true } => {
            format!("{who} was DOWN and now enters maintenance{via}.")
        }
        Order::Maintenance { down: false } => {
            format!(
                "{who} is going DOWN for maintenance{via}. {}",
                tail(true, left)
            )
        }
        Order::LeaveMaintenance { down, drain } => {
            let to = if drain { "DRAIN" } else { "READY" };
            let forced = if who.via.is_none() { "forced " } else { "" };
            format!(
                "{who} is {}/{to} (leaving {forced}maintenance).",
                state(down)
            )
        }
    }
}

/// What is said behind the end of a maintenance that leaves a server in drain state.
pub fn remains_line(who: Who<'_>) -> String {
    match who.via {
        None => format!("{who} remains in forced drain mode."),
        Some(via) => format!("{who} is leaving forced drain but remains in drain mode via {via}."),
    }
}

/// How many servers a backend has now, and what became of sessions.
fn tail(down: bool, left: Remaining) -> String {
    let verb = if down { "left" } else { "online" };
    let Remaining {
        active,
        backup,
        sessions,
        requeued,
        queued,
    } = left;
    let on_backup = if active == 0 && backup > 0 {
        " Running on backup."
    } else {
        ""
    };
    let tail = if down {
        format!("{sessions} sessions active, {requeued} requeued, {queued} remaining in queue.")
    } else {
        format!("{requeued} sessions requeued, {queued} total in queue.")
    };
    format!("{active} active and {backup} backup servers {verb}.{on_backup} {tail}")
}

/// `Server BACKEND/NAME is going DOWN for maintenance (REASON). …`: its name has no address. `left`:
/// it was in use until now.
pub fn unresolved_line(who: Who<'_>, reason: &str, left: Option<Remaining>) -> String {
    match left {
        None => format!("{who} was DOWN and now enters maintenance ({reason})."),
        Some(left) => format!(
            "{who} is going DOWN for maintenance ({reason}). {}",
            tail(true, left)
        ),
    }
}

/// `Health check for server BACKEND/NAME succeeded, reason: …, status: 3/3 UP.`
pub fn check_line(who: Who<'_>, is_agent: bool, result: &CheckResult, health: &Health) -> String {
    let Who {
        backend, server, ..
    } = who;
    let kind = if who.is_backup {
        "backup server"
    } else {
        "server"
    };
    let check = if is_agent { "Agent" } else { "Health" };
    let verb = match result.outcome() {
        Outcome::Passed => "succeeded",
        Outcome::Conditional => "conditionally succeeded",
        Outcome::Failed => "failed",
    };
    format!(
        "{check} check for {kind} {backend}/{server} {verb}, reason: {}, status: {}.",
        result.reason(),
        health.progress()
    )
}

pub fn no_server_line(backend: &str) -> String {
    format!("backend {backend} has no server available!")
}

#[cfg(test)]
#[path = "wording_test.rs"]
mod tests;
