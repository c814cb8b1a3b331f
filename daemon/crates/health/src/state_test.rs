use super::*;
use proptest::prelude::*;

fn health(rise: u32, fall: u32) -> Health {
    Health::new(Settings {
        rise,
        fall,
        ..Settings::default()
    })
}

#[test]
fn the_first_failure_takes_an_unchecked_server_down() {
    let mut server = health(2, 3);
    assert!(server.is_up());
    assert_eq!(server.observe(Outcome::Failed), Some(Transition::Down));
    assert_eq!(server.progress(), "0/2 DOWN");
    assert_eq!(server.status(), "DOWN");
}

#[test]
fn the_first_pass_makes_it_fully_up() {
    let mut server = health(2, 3);
    assert_eq!(server.observe(Outcome::Passed), None);
    assert_eq!(server.progress(), "3/3 UP");
}

#[test]
fn fall_failures_take_it_down_and_rise_passes_bring_it_back() {
    let mut server = health(2, 3);
    server.observe(Outcome::Passed);
    assert_eq!(server.observe(Outcome::Failed), None);
    assert_eq!(server.status(), "UP 2/3");
    assert_eq!(server.observe(Outcome::Failed), None);
    assert_eq!(server.status(), "UP 1/3");
    assert_eq!(server.observe(Outcome::Failed), Some(Transition::Down));
    assert_eq!(server.observe(Outcome::Passed), None);
    assert_eq!(server.status(), "DOWN 1/2");
    assert_eq!(server.observe(Outcome::Passed), Some(Transition::Up));
    assert_eq!(server.status(), "UP");
}

#[test]
fn a_failure_while_rising_starts_the_count_again() {
    let mut server = health(2, 1);
    server.observe(Outcome::Failed);
    server.observe(Outcome::Passed);
    assert_eq!(server.observe(Outcome::Failed), None);
    assert_eq!(server.observe(Outcome::Passed), None);
    assert_eq!(server.observe(Outcome::Passed), Some(Transition::Up));
}

#[test]
fn a_conditional_pass_stops_new_sessions_and_a_full_one_brings_them_back() {
    let mut server = health(2, 3);
    server.observe(Outcome::Passed);
    assert_eq!(
        server.observe(Outcome::Conditional),
        Some(Transition::Stopping)
    );
    assert!(server.is_up() && !server.takes_sessions());
    assert_eq!(server.status(), "NOLB");
    assert_eq!(server.observe(Outcome::Conditional), None);
    assert_eq!(server.observe(Outcome::Passed), Some(Transition::Up));
}

#[test]
fn intervals_follow_the_state() {
    let seconds = Duration::from_secs;
    let mut server = Health::new(Settings {
        inter: seconds(5),
        fastinter: Some(seconds(1)),
        downinter: Some(seconds(9)),
        rise: 2,
        fall: 2,
    });
    assert_eq!(server.interval(), seconds(1), "not yet checked");
    server.observe(Outcome::Passed);
    assert_eq!(server.interval(), seconds(5), "fully up");
    server.observe(Outcome::Failed);
    assert_eq!(server.interval(), seconds(1), "going down");
    server.observe(Outcome::Failed);
    assert_eq!(server.interval(), seconds(9), "fully down");
    server.observe(Outcome::Passed);
    assert_eq!(server.interval(), seconds(1), "going up");
}

#[test]
fn a_reload_with_other_settings_keeps_up_and_down() {
    let other = Settings {
        rise: 5,
        fall: 7,
        ..Settings::default()
    };
    let mut server = health(2, 3);
    server.observe(Outcome::Passed);
    assert_eq!(server.with_settings(other).status(), "UP");
    server.observe(Outcome::Failed);
    server.observe(Outcome::Failed);
    server.observe(Outcome::Failed);
    assert_eq!(server.with_settings(other).status(), "DOWN");
}

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    prop::collection::vec(
        prop_oneof![
            Just(Outcome::Passed),
            Just(Outcome::Failed),
            Just(Outcome::Conditional)
        ],
        0..200,
    )
}

proptest! {
    /// Up after any `rise` passes in a row, down after any `fall` failures in a row, and a
    /// transition is reported exactly when the state changes.
    #[test]
    fn runs_of_equal_outcomes_decide(rise in 1u32..6, fall in 1u32..6, outcomes in outcomes()) {
        let mut server = health(rise, fall);
        let (mut passes, mut failures) = (0, 0);
        for outcome in outcomes {
            let before = server.is_up();
            let transition = server.observe(outcome);
            match outcome {
                Outcome::Passed => { passes += 1; failures = 0; }
                Outcome::Failed => { failures += 1; passes = 0; }
                Outcome::Conditional => { failures = 0; passes = 0; }
            }
            if passes >= rise { prop_assert!(server.takes_sessions()); }
            if failures >= fall { prop_assert!(!server.is_up()); }
            if before != server.is_up() { prop_assert!(transition.is_some()); }
            prop_assert!(server.level <= server.top());
        }
    }

    #[test]
    fn new_settings_never_change_up_or_down(
        rise in 1u32..6, fall in 1u32..6, to_rise in 1u32..6, to_fall in 1u32..6, outcomes in outcomes()
    ) {
        let mut server = health(rise, fall);
        for outcome in outcomes { server.observe(outcome); }
        let settings = Settings { rise: to_rise, fall: to_fall, ..Settings::default() };
        let changed = server.with_settings(settings);
        prop_assert_eq!(changed.is_up(), server.is_up());
        prop_assert_eq!(changed.takes_sessions(), server.takes_sessions());
    }
}
