//! Log lines on checks and changes of state, in the words that log tools know.

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

/// `Server BACKEND/NAME is DOWN, reason: …. 1 active and 0 backup servers left. …`. The reason is
/// left out where the check itself was logged (`option log-health-checks`).
pub fn transition_line(
    backend: &str,
    server: &str,
    is_backup: bool,
    transition: Transition,
    reason: Option<&CheckResult>,
    left: Remaining,
) -> String {
    let (state, verb) = match transition {
        Transition::Up => ("UP", "online"),
        Transition::Down => ("DOWN", "left"),
        Transition::Stopping => ("stopping", "online"),
    };
    let kind = if is_backup { "Backup Server" } else { "Server" };
    let reason = reason.map_or_else(String::new, |result| {
        format!(", reason: {}", result.reason())
    });
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
    let tail = if transition == Transition::Down {
        format!("{sessions} sessions active, {requeued} requeued, {queued} remaining in queue.")
    } else {
        format!("{requeued} sessions requeued, {queued} total in queue.")
    };
    format!(
        "{kind} {backend}/{server} is {state}{reason}. {active} active and {backup} backup servers {verb}.{on_backup} {tail}"
    )
}

/// `Health check for server BACKEND/NAME succeeded, reason: …, status: 3/3 UP.`
pub fn check_line(
    backend: &str,
    server: &str,
    is_backup: bool,
    result: &CheckResult,
    health: &Health,
) -> String {
    let kind = if is_backup { "backup server" } else { "server" };
    let verb = match result.outcome() {
        Outcome::Passed => "succeeded",
        Outcome::Conditional => "conditionally succeeded",
        Outcome::Failed => "failed",
    };
    format!(
        "Health check for {kind} {backend}/{server} {verb}, reason: {}, status: {}.",
        result.reason(),
        health.progress()
    )
}

pub fn no_server_line(backend: &str) -> String {
    format!("backend {backend} has no server available!")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::CheckStatus;
    use crate::state::Settings;

    // The expected lines are what HAProxy 2.6.12 sent in the same situations.

    #[test]
    fn down_with_its_reason() {
        let result = CheckResult::new(CheckStatus::L4Connection).with_info("Connection refused");
        let left = Remaining {
            active: 2,
            ..Remaining::default()
        };
        assert_eq!(
            transition_line("b1", "sb", true, Transition::Down, Some(&result), left),
            "Backup Server b1/sb is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
        );
    }

    #[test]
    fn up_and_stopping() {
        let result = CheckResult::new(CheckStatus::L7Ok).with_code(200);
        let left = Remaining {
            active: 1,
            ..Remaining::default()
        };
        assert_eq!(
            transition_line("b4", "s6", false, Transition::Up, Some(&result), left),
            "Server b4/s6 is UP, reason: Layer7 check passed, code: 200, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
        );
        assert_eq!(
            transition_line(
                "be5",
                "s6",
                false,
                Transition::Stopping,
                None,
                Remaining::default()
            ),
            "Server be5/s6 is stopping. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
        );
    }

    #[test]
    fn the_last_active_server_leaves_the_backups() {
        let left = Remaining {
            backup: 1,
            ..Remaining::default()
        };
        assert_eq!(
            transition_line("b", "s", false, Transition::Down, None, left),
            "Server b/s is DOWN. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
        );
    }

    #[test]
    fn a_check_by_itself() {
        let mut health = Health::new(Settings::default());
        let result = CheckResult::new(CheckStatus::L7Status)
            .with_code(503)
            .with_info("Service Unavailable");
        health.observe(result.outcome());
        assert_eq!(
            check_line("be", "s2", false, &result, &health),
            "Health check for server be/s2 failed, reason: Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 0ms, status: 0/2 DOWN."
        );
        assert_eq!(
            no_server_line("be2"),
            "backend be2 has no server available!"
        );
    }
}
