use super::*;
use sys::epoll::Events;

struct Bench {
    scripts: Scripts,
    epoll: Epoll,
    events: Events,
    reports: Vec<Report>,
}

impl Bench {
    fn new() -> Self {
        Self {
            scripts: Scripts::default(),
            epoll: Epoll::new().unwrap(),
            events: Events::with_capacity(8),
            reports: Vec::new(),
        }
    }

    /// Runs the loop until `done` or for ten seconds.
    fn run(&mut self, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(10);
        while !done(self) {
            assert!(Instant::now() < end, "not done: {:?}", self.reports);
            let now = Instant::now();
            let users = Users::read();
            let reports = self.scripts.advance(now, &users, &self.epoll);
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
fn an_unknown_user_is_unusable() {
    let mut bench = Bench::new();
    let mut check = spec(&["/bin/true"], 5, 1000);
    check.user = Some("no-such-user".into());
    bench.scripts.set(vec![check], Instant::now());
    bench.run(|bench| !bench.outcomes().is_empty());
    assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable);
}

#[test]
fn notify_commands_run_one_after_the_other() {
    let path = std::env::temp_dir().join(format!("tandem-notify-order-{}", std::process::id()));
    let shown = path.display().to_string();
    let mut bench = Bench::new();
    for (word, delay) in [("one", "0.1"), ("two", "0.05"), ("three", "0")] {
        let text = format!("sleep {delay}; echo {word} >> {shown}");
        bench.scripts.notify(Command {
            argv: vec!["/bin/sh".into(), "-c".into(), text],
            user: None,
            group: None,
        });
    }
    bench.run(|bench| !bench.scripts.is_notifying());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_failing_notify_command_is_told_and_the_next_one_runs() {
    let mut bench = Bench::new();
    for program in ["/bin/false", "/nonexistent/notify", "/bin/true"] {
        bench.scripts.notify(Command {
            argv: vec![program.into()],
            user: None,
            group: None,
        });
    }
    bench.run(|bench| !bench.scripts.is_notifying());
    let expected = [
        Report::Warning("notify command '/bin/false' ended with status 1".into()),
        Report::Warning(
            "notify command '/nonexistent/notify' cannot be run: /nonexistent/notify does not exist".into(),
        ),
    ];
    assert_eq!(bench.reports, expected);
}

#[test]
fn a_guarded_script_that_others_may_change_is_unusable_as_root() {
    use std::os::unix::fs::PermissionsExt;
    let file = std::env::temp_dir().join(format!("tandem-guarded-{}", std::process::id()));
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut bench = Bench::new();
    bench.scripts.guard(true);
    let argv = [file.to_str().unwrap()];
    bench
        .scripts
        .set(vec![spec(&argv, 20, 1000)], Instant::now());
    bench.run(|bench| !bench.outcomes().is_empty());
    assert_eq!(bench.outcomes()[0], ScriptOutcome::Unusable);
    let warned = |report: &Report| matches!(report, Report::Warning(text) if text.contains("may be changed by others"));
    assert!(bench.reports.iter().any(warned), "{:?}", bench.reports);
    bench.scripts.guard(false);
    bench.run(|bench| bench.outcomes().contains(&ScriptOutcome::Success));
    std::fs::remove_file(&file).unwrap();
}
