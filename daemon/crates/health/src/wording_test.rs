//! The expected lines are what HAProxy 2.6.12 sent in the same situations.

use super::*;
use crate::result::CheckStatus;
use crate::state::Settings;

const S: Who<'_> = Who {
    backend: "b",
    server: "s",
    is_backup: false,
    via: None,
};

const FOLLOWS: Who<'_> = Who {
    via: Some("b/s"),
    server: "u",
    ..S
};

fn active(active: usize) -> Remaining {
    Remaining {
        active,
        ..Remaining::default()
    }
}

#[test]
fn down_with_its_reason() {
    let result = CheckResult::new(CheckStatus::L4Connection).with_info("Connection refused");
    let who = Who {
        is_backup: true,
        ..S
    };
    assert_eq!(
        transition_line(who, Transition::Down, Cause::Check(&result), active(2)),
        "Backup Server b/s is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
    );
}

#[test]
fn up_and_stopping() {
    let result = CheckResult::new(CheckStatus::L7Ok).with_code(200);
    assert_eq!(
        transition_line(S, Transition::Up, Cause::Check(&result), active(1)),
        "Server b/s is UP, reason: Layer7 check passed, code: 200, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
    );
    assert_eq!(
        transition_line(S, Transition::Stopping, Cause::Known, active(0)),
        "Server b/s is stopping. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
    );
}

#[test]
fn the_last_active_server_leaves_the_backups() {
    let left = Remaining {
        backup: 1,
        ..Remaining::default()
    };
    assert_eq!(
        transition_line(S, Transition::Down, Cause::Known, left),
        "Server b/s is DOWN. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
    );
}

#[test]
fn those_that_follow_name_whom() {
    assert_eq!(
        transition_line(FOLLOWS, Transition::Down, Cause::Known, active(1)),
        "Server b/u is DOWN via b/s. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
    );
    assert_eq!(
        transition_line(FOLLOWS, Transition::Up, Cause::Known, active(3)),
        "Server b/u is UP via b/s. 3 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
    );
}

#[test]
fn orders_of_administrators_and_agents() {
    let line = |who, order| order_line(who, order, active(1));
    let online = "1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.";
    let gone =
        "1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.";
    let drain = |down| Order::Drain { down };
    assert_eq!(
        line(S, drain(false)),
        format!("Server b/s enters drain state. {online}")
    );
    assert_eq!(
        line(FOLLOWS, drain(true)),
        format!("Server b/u enters drain state via b/s. {gone}")
    );
    assert_eq!(
        line(FOLLOWS, Order::LeaveDrain { down: false }),
        "Server b/u is UP (leaving forced drain)."
    );
    assert_eq!(
        line(FOLLOWS, Order::Maintenance { down: false }),
        format!("Server b/u is going DOWN for maintenance via b/s. {gone}")
    );
    let leave = |down, drain| Order::LeaveMaintenance { down, drain };
    assert_eq!(
        line(S, leave(false, false)),
        "Server b/s is UP/READY (leaving forced maintenance)."
    );
    assert_eq!(
        line(FOLLOWS, leave(true, false)),
        "Server b/u is DOWN/READY (leaving maintenance)."
    );
    assert_eq!(
        line(S, leave(false, true)),
        "Server b/s is UP/DRAIN (leaving forced maintenance)."
    );
    assert_eq!(
        line(FOLLOWS, Order::Maintenance { down: true }),
        "Server b/u was DOWN and now enters maintenance via b/s."
    );
    assert_eq!(remains_line(S), "Server b/s remains in forced drain mode.");
    assert_eq!(
        remains_line(FOLLOWS),
        "Server b/u is leaving forced drain but remains in drain mode via b/s."
    );
}

#[test]
fn what_somebody_says_of_a_server() {
    let line = transition_line(S, Transition::Up, Cause::Order, active(1));
    assert!(
        line.starts_with("Server b/s is UP, changed from CLI. 1 active"),
        "{line}"
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
        check_line(S, false, &result, &health),
        "Health check for server b/s failed, reason: Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 0ms, status: 0/2 DOWN."
    );
    let agent = Health::new(Settings {
        rise: 1,
        fall: 1,
        ..Settings::default()
    });
    let result = CheckResult::new(CheckStatus::L7Timeout);
    assert_eq!(
        check_line(S, true, &result, &agent),
        "Agent check for server b/s failed, reason: Layer7 timeout, check duration: 0ms, status: 1/1 UP."
    );
    assert_eq!(
        no_server_line("be2"),
        "backend be2 has no server available!"
    );
}
