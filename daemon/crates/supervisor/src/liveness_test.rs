use super::*;

const MS: Duration = Duration::from_millis(1);
const EVERY: Duration = Duration::from_millis(10);

fn looks_like(state: char, cpu_ms: u32, waited_ms: u32) -> Evidence {
    Evidence {
        state,
        cpu: MS * cpu_ms,
        waited: MS * waited_ms,
    }
}

/// Lets time go on in looks until a verdict of hung, at most for `limit`.
fn time_to_hung(limit: Duration, evidence: impl Fn(Duration) -> Evidence) -> Option<Duration> {
    let start = Instant::now();
    let mut liveness = Liveness::new(start, EVERY);
    loop {
        let now = liveness.deadline();
        let silence = now - start;
        if silence > limit {
            return None;
        }
        match liveness.check(now) {
            Verdict::Alive => {}
            Verdict::Suspect => {
                if let Verdict::Hung(_) = liveness.judge(now, evidence(silence)) {
                    return Some(silence);
                }
            }
            Verdict::Hung(_) => unreachable!("only judge says so"),
        }
    }
}

#[test]
fn a_stopped_worker_is_hung_within_60_ms() {
    let found = time_to_hung(MS * 1000, |_| looks_like('T', 5, 5)).unwrap();
    assert!(found <= MS * 60, "{found:?}");
}

#[test]
fn a_worker_that_sleeps_on_is_hung_within_60_ms() {
    let found = time_to_hung(MS * 1000, |_| looks_like('S', 5, 5)).unwrap();
    assert!(found <= MS * 60, "{found:?}");
}

#[test]
fn a_worker_in_a_loop_is_hung_once_it_burnt_its_allowance() {
    let found = time_to_hung(MS * 1000, |silence| Evidence {
        state: 'R',
        cpu: silence,
        waited: MS,
    })
    .unwrap();
    assert!(found > MS * 100 && found < MS * 200, "{found:?}");
}

#[test]
fn a_starved_worker_is_left_alone_for_seconds() {
    let starved = |silence: Duration| Evidence {
        state: 'R',
        cpu: silence / 50,
        waited: silence,
    };
    assert_eq!(time_to_hung(MS * 2900, starved), None);
    assert!(time_to_hung(MS * 4000, starved).is_some());
}

#[test]
fn a_sleeper_that_runs_now_and_then_is_not_hung() {
    let slow =
        |silence: Duration| looks_like('S', u32::try_from(silence.as_millis() / 10).unwrap(), 3);
    assert_eq!(time_to_hung(MS * 500, slow).filter(|t| *t < MS * 60), None);
}

#[test]
fn our_own_stall_is_not_held_against_the_worker() {
    let start = Instant::now();
    let mut liveness = Liveness::new(start, EVERY);
    let after_stall = start + MS * 900;
    assert_eq!(liveness.check(after_stall), Verdict::Alive);
    assert_eq!(liveness.deadline(), after_stall + EVERY * MISSING);
}

#[test]
fn a_heartbeat_clears_the_suspicion() {
    let start = Instant::now();
    let mut liveness = Liveness::new(start, EVERY);
    for _ in 0..50 {
        let now = liveness.deadline();
        assert_eq!(liveness.check(now), Verdict::Suspect);
        assert_eq!(liveness.judge(now, looks_like('T', 0, 0)), Verdict::Suspect);
        liveness.heard(now, EVERY);
    }
}

#[test]
fn a_large_configuration_may_take_its_time() {
    let start = Instant::now();
    let mut liveness = Liveness::new(start, EVERY);
    liveness.configuring(true);
    let mut now = start;
    while now < start + MS * 5000 {
        now = liveness.deadline();
        liveness.check(now);
        let busy = Evidence {
            state: 'R',
            cpu: now - start,
            waited: MS,
        };
        assert_eq!(liveness.judge(now, busy), Verdict::Suspect);
    }
}

#[test]
fn the_kernel_tells_about_this_process() {
    let evidence = evidence(std::process::id()).unwrap();
    assert!("RSD".contains(evidence.state));
    assert!(super::evidence(u32::MAX).is_none());
}

#[test]
fn a_worker_that_beats_seldom_gets_more_time_before_it_is_suspect() {
    let start = Instant::now();
    let mut liveness = Liveness::new(start, EVERY);
    assert_eq!(liveness.deadline(), start + MS * 30);
    liveness.heard(start, MS * 100);
    assert_eq!(liveness.deadline(), start + MS * 300);
    assert_eq!(liveness.check(start + MS * 299), Verdict::Alive);
    assert_eq!(liveness.check(start + MS * 300), Verdict::Suspect);
}
