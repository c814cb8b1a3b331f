use super::*;
use crate::users::Users;
use sys::epoll::Events;

struct Bench {
    scripts: Scripts,
    epoll: Epoll,
    events: Events,
    reports: Vec<Report>,
    guarded: bool,
}

impl Bench {
    fn new() -> Self {
        Self {
            scripts: Scripts::default(),
            epoll: Epoll::new().unwrap(),
            events: Events::with_capacity(8),
            reports: Vec::new(),
            guarded: false,
        }
    }

    /// Runs the loop until `done` or for ten seconds.
    fn run(&mut self, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(10);
        while !done(self) {
            assert!(Instant::now() < end, "not done: {:?}", self.reports);
            let now = Instant::now();
            let users = Users::read();
            let starter = Starter {
                users: &users,
                guarded: self.guarded,
                epoll: &self.epoll,
            };
            let reports = self.scripts.advance(now, &starter);
            self.reports.extend(reports);
            let wait = self
                .scripts
                .deadline()
                .map_or(Duration::from_millis(5), |at| {
                    at.saturating_duration_since(Instant::now())
                });
            self.epoll
                .wait(&mut self.events, Some(wait.min(Duration::from_millis(50))))
                .unwrap();
            let tokens: Vec<u64> = self.events.iter().map(|ready| ready.token).collect();
            for token in tokens {
                let reports = self.scripts.ended(token, &self.epoll);
                self.reports.extend(reports);
            }
        }
    }

    fn outcomes(&self) -> Vec<ScriptOutcome> {
        let outcome = |report: &Report| match report {
            Report::Result { outcome, .. } => Some(*outcome),
            Report::Warning(_) => None,
        };
        self.reports.iter().filter_map(outcome).collect()
    }
}

fn spec(argv: &[&str], interval_ms: u64, timeout_ms: u64) -> ScriptSpec {
    ScriptSpec {
        name: "check".into(),
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        interval_us: interval_ms * 1000,
        timeout_us: timeout_ms * 1000,
        user: None,
        group: None,
    }
}

#[test]
fn results_follow_the_exit_status_at_each_interval() {
    for (program, expected) in [
        ("/bin/true", ScriptOutcome::Success),
        ("/bin/false", ScriptOutcome::Failure),
    ] {
        let mut bench = Bench::new();
        bench
            .scripts
            .set(vec![spec(&[program], 20, 5000)], Instant::now());
        bench.run(|bench| bench.outcomes().len() >= 3);
        assert!(bench.outcomes().iter().all(|outcome| *outcome == expected));
    }
}

#[test]
fn a_script_that_hangs_is_ended_and_counts_as_timed_out() {
    let mut bench = Bench::new();
    let hanging = spec(&["/bin/sleep", "60"], 50, 30);
    bench.scripts.set(vec![hanging], Instant::now());
    bench.run(|bench| !bench.outcomes().is_empty());
    assert_eq!(bench.outcomes()[0], ScriptOutcome::TimedOut);
}

#[test]
fn what_cannot_be_run_is_unusable_and_told_once() {
    let mut bench = Bench::new();
    let missing = spec(&["/nonexistent/check"], 5, 1000);
    bench.scripts.set(vec![missing], Instant::now());
    bench.run(|bench| bench.outcomes().len() >= 3);
    assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable);
    let warnings: Vec<_> = bench
        .reports
        .iter()
        .filter(|report| matches!(report, Report::Warning(_)))
        .collect();
    let expected =
        Report::Warning("script check cannot be run: /nonexistent/check does not exist".into());
    assert_eq!(warnings, [&expected]);
}

#[test]
fn without_a_user_scripts_run_as_keepalived_script_where_that_exists() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can become another user");
        return;
    }
    let users = |passwd: &str| Users::new(passwd, "");
    for (users, expected) in [
        (
            users("keepalived_script:x:65534:65533::/:/bin/false\n"),
            "65534:65533",
        ),
        (users("root:x:0:0::/root:/bin/sh\n"), "0:0"),
    ] {
        let epoll = Epoll::new().unwrap();
        let starter = Starter {
            users: &users,
            guarded: false,
            epoll: &epoll,
        };
        let text = format!("test $(id -u):$(id -g) = {expected}");
        let command = Command {
            argv: vec!["/bin/sh".into(), "-c".into(), text],
            user: None,
            group: None,
        };
        let later = Instant::now() + Duration::from_secs(10);
        let running = starter.start(&command, FIRST_TOKEN, later).unwrap();
        let mut events = Events::with_capacity(1);
        epoll
            .wait(&mut events, Some(Duration::from_secs(10)))
            .unwrap();
        assert_eq!(finish(&running, &epoll), Some(Exit::Code(0)), "{expected}");
    }
}

#[test]
fn an_unknown_user_is_unusable() {
    let mut bench = Bench::new();
    let mut check = spec(&["/bin/true"], 5, 1000);
    check.user = Some("no-such-user".into());
    bench.scripts.set(vec![check], Instant::now());
    bench.run(|bench| !bench.outcomes().is_empty());
    assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable);
}

#[test]
fn a_guarded_script_that_others_may_change_is_unusable_as_root() {
    use std::os::unix::fs::PermissionsExt;
    let file = std::env::temp_dir().join(format!("tandem-guarded-{}", std::process::id()));
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut bench = Bench::new();
    bench.guarded = true;
    let argv = [file.to_str().unwrap()];
    bench
        .scripts
        .set(vec![spec(&argv, 20, 1000)], Instant::now());
    bench.run(|bench| !bench.outcomes().is_empty());
    assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable);
    let warned = |report: &Report| matches!(report, Report::Warning(text) if text.contains("may be changed by others"));
    assert!(bench.reports.iter().any(warned), "{:?}", bench.reports);
    bench.guarded = false;
    bench.run(|bench| bench.outcomes().contains(&ScriptOutcome::Success));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn what_the_kernel_does_not_start_says_what_is_wrong_with_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = std::env::temp_dir().join(format!("tandem-unusable-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (program, expected) in [
        (file("plain", "#!/bin/sh\n", 0o644), "may not be executed"),
        (
            file("lost", "#!/usr/bin/perl7\n", 0o755),
            "begins with an interpreter that does not exist",
        ),
        (folder.to_str().unwrap().to_owned(), "may not be executed"),
    ] {
        let mut bench = Bench::new();
        let check = spec(&[&program], 5, 1000);
        bench.scripts.set(vec![check], Instant::now());
        bench.run(|bench| !bench.outcomes().is_empty());
        assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable, "{program}");
        let Report::Warning(text) = &bench.reports[0] else {
            panic!("{:?}", bench.reports);
        };
        assert!(text.contains(expected), "{text}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn starts_that_a_long_run_covers_are_skipped() {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let second = 1_000_000;
    assert_eq!(
        following(at(0), at(1), second),
        at(1000),
        "a late start does not shift the next"
    );
    assert_eq!(following(at(1000), at(1999), second), at(2000));
    assert_eq!(
        following(at(1000), at(2500), second),
        at(3000),
        "2000 was covered"
    );
    let long = Duration::from_hours(24 * 365 * 100);
    assert!(following(begin, begin + long, 1) >= begin + long);
}

#[test]
fn a_script_is_killed_two_seconds_after_it_was_asked_to_end() {
    let mut bench = Bench::new();
    // It does not end when asked.
    let deaf = spec(
        &["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"],
        50,
        200,
    );
    let began = Instant::now();
    bench.scripts.set(vec![deaf], began);
    bench.run(|bench| !bench.outcomes().is_empty());
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(2200), "{took:?}");
    assert_eq!(bench.outcomes(), [ScriptOutcome::TimedOut], "one at a time");
}

#[test]
fn a_check_that_changes_is_ended_without_waiting_for_it() {
    let mut bench = Bench::new();
    let long = spec(&["/bin/sleep", "60"], 20, 60_000);
    bench.scripts.set(vec![long], Instant::now());
    bench.run(|bench| bench.scripts.checks["check"].running.is_some());
    bench
        .scripts
        .set(vec![spec(&["/bin/true"], 20, 1000)], Instant::now());
    assert_eq!(bench.scripts.dying.len(), 1);
    bench.run(|bench| bench.scripts.dying.is_empty() && !bench.outcomes().is_empty());
    assert!(
        bench
            .outcomes()
            .iter()
            .all(|outcome| *outcome == ScriptOutcome::Success)
    );
}
