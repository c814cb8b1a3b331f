use super::*;

const MS: Duration = Duration::from_millis(1);
const PATIENCE: Duration = ipc::pulse::SERVING.patience;

fn looks_like(state: char, cpu_ms: u32, waited_ms: u32) -> Evidence {
    Evidence {
        state,
        cpu: MS * cpu_ms,
        waited: MS * waited_ms,
    }
}

/// Lets time go on in looks until a verdict of hung, at most for `limit`; since the last beat.
fn time_to_hung(limit: Duration, evidence: impl Fn(Duration) -> Evidence) -> Option<Duration> {
    let start = Instant::now();
    let mut liveness = Liveness::default();
    liveness.missed(start + PATIENCE, false);
    loop {
        let now = liveness.deadline().unwrap();
        let silence = now - start;
        if silence > limit {
            return None;
        }
        assert!(liveness.is_due(now, false));
        if let Verdict::Hung(_) = liveness.judge(now, evidence(silence)) {
            return Some(silence);
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
    let mut liveness = Liveness::default();
    liveness.missed(start, true);
    assert_eq!(liveness.deadline(), Some(start + RECOVERY));
    // Another one, in the middle of a suspicion.
    let mut liveness = Liveness::default();
    liveness.missed(start, false);
    assert!(liveness.is_due(start, false));
    liveness.judge(start, looks_like('T', 0, 0));
    let woken = start + MS * 6000;
    assert!(!liveness.is_due(woken, false));
    let mut now = liveness.deadline().unwrap();
    for _ in 1..LOOKS {
        assert!(liveness.is_due(now, false));
        assert_eq!(liveness.judge(now, looks_like('T', 0, 0)), Verdict::Suspect);
        now = liveness.deadline().unwrap();
    }
    assert!(liveness.is_due(now, false));
    assert_ne!(liveness.judge(now, looks_like('T', 0, 0)), Verdict::Suspect);
}

#[test]
fn a_beat_clears_the_suspicion() {
    let mut now = Instant::now();
    let mut liveness = Liveness::default();
    assert_eq!(liveness.deadline(), None);
    for _ in 0..50 {
        liveness.missed(now, false);
        assert!(liveness.is_due(now, false));
        assert_eq!(liveness.judge(now, looks_like('T', 0, 0)), Verdict::Suspect);
        now = liveness.deadline().unwrap();
        assert!(!liveness.is_due(now, true));
        assert_eq!(liveness.deadline(), None);
    }
}

#[test]
fn a_large_configuration_may_take_its_time() {
    let start = Instant::now();
    let mut liveness = Liveness::default();
    liveness.configuring(true);
    liveness.missed(start, false);
    let mut now = start;
    while now < start + MS * 5000 {
        now = liveness.deadline().unwrap();
        assert!(liveness.is_due(now, false));
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
