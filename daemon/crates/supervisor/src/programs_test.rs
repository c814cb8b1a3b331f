use super::*;
use crate::users::Users;
use std::time::Duration;
use sys::epoll::Events;

struct Bench {
    programs: Programs,
    epoll: Epoll,
    said: Vec<Said>,
    asked: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            programs: Programs::default(),
            epoll: Epoll::new().unwrap(),
            said: Vec::new(),
            asked: 0,
        }
    }

    /// Asks for a line of shell.
    fn ask(&mut self, line: &str, limit: Duration) -> u64 {
        self.ask_for("/bin/sh", &["-c", line], limit)
    }

    fn ask_for(&mut self, program: &str, arguments: &[&str], limit: Duration) -> u64 {
        self.asked += 1;
        self.programs.add(Wanted {
            id: self.asked,
            section: "app".to_owned(),
            program: program.to_owned(),
            arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
            env: vec![("PATH".into(), "/usr/bin:/bin".into())],
            identity: None,
            deadline: Instant::now() + limit,
        });
        self.asked
    }

    fn advance(&mut self) {
        let users = Users::default();
        let starter = Starter {
            users: &users,
            guarded: false,
            epoll: &self.epoll,
        };
        let said = self.programs.advance(Instant::now(), &starter);
        self.said.extend(said);
    }

    /// Runs the loop until nothing is under way.
    fn run(&mut self) {
        let mut events = Events::with_capacity(64);
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            self.advance();
            if !self.programs.is_busy() {
                return;
            }
            assert!(Instant::now() < end, "not done: {:?}", self.said);
            let at = self.programs.deadline().unwrap();
            let wait = at.saturating_duration_since(Instant::now());
            self.epoll.wait(&mut events, Some(wait)).unwrap();
            for ready in events.iter() {
                let said = self.programs.ended(ready.token, &self.epoll);
                self.said.extend(said);
            }
        }
    }

    fn verdict(&self, id: u64) -> Option<Verdict> {
        self.said.iter().find_map(|said| match said {
            Said::Verdict(of, verdict) if *of == id => Some(*verdict),
            _ => None,
        })
    }
}

const LONG: Duration = Duration::from_secs(15);

#[test]
fn it_is_said_how_each_ended() {
    let mut bench = Bench::new();
    let (good, bad) = (bench.ask("exit 0", LONG), bench.ask("exit 7", LONG));
    let killed = bench.ask("kill -9 $$", LONG);
    let (gone, again) = (
        bench.ask_for("/nonexistent/check", &[], LONG),
        bench.ask_for("/nonexistent/check", &[], LONG),
    );
    let looked_for = bench.ask_for("true", &[], LONG);
    bench.run();
    assert_eq!(bench.verdict(good), Some(Verdict::Code(0)));
    assert_eq!(bench.verdict(bad), Some(Verdict::Code(7)));
    assert_eq!(bench.verdict(killed), Some(Verdict::Signal));
    assert_eq!(bench.verdict(gone), Some(Verdict::Unusable));
    assert_eq!(bench.verdict(again), Some(Verdict::Unusable));
    assert_eq!(bench.verdict(looked_for), Some(Verdict::Code(0)));
    let warning =
        "the external check of app is not run: /nonexistent/check does not exist".to_owned();
    let warnings = bench
        .said
        .iter()
        .filter(|said| **said == Said::Warning(warning.clone()));
    assert_eq!(warnings.count(), 1);
}

#[test]
fn what_takes_too_long_ends_with_all_that_it_started() {
    let mut bench = Bench::new();
    let file = std::env::temp_dir().join(format!("tandem-program-{}", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let line = format!("sleep 600 & echo $! > {}; wait", file.display());
    let slow = bench.ask(&line, LONG);
    bench.advance();
    let mut pid = String::new();
    let end = Instant::now() + LONG;
    while !pid.ends_with('\n') {
        assert!(Instant::now() < end, "it does not begin");
        std::thread::sleep(Duration::from_millis(5));
        pid = std::fs::read_to_string(&file).unwrap_or_default();
    }
    bench.programs.running[0].1.deadline = Instant::now();
    bench.run();
    assert_eq!(bench.verdict(slow), None);
    std::fs::remove_file(&file).unwrap();
    let end = Instant::now() + LONG;
    let lives = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while lives() {
        assert!(Instant::now() < end, "its child lives on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn so_many_run_at_once_and_the_others_follow_or_are_put_off() {
    let mut bench = Bench::new();
    let all: Vec<u64> = (0..MOST + 3)
        .map(|_| bench.ask("exec sleep 0.2", LONG))
        .collect();
    bench.advance();
    assert_eq!(bench.programs.running.len(), MOST);
    assert_eq!(bench.programs.waiting.len(), 3);
    bench.said.extend(bench.programs.postpone());
    assert_eq!(bench.verdict(all[MOST]), Some(Verdict::Postponed));
    let next = bench.ask("exit 0", LONG);
    bench.run();
    assert_eq!(bench.verdict(all[0]), Some(Verdict::Code(0)));
    assert_eq!(bench.verdict(next), Some(Verdict::Code(0)));
}

#[test]
fn nothing_is_said_to_a_process_that_is_gone() {
    let mut bench = Bench::new();
    let id = bench.ask("sleep 600", LONG);
    bench.advance();
    assert!(bench.programs.is_busy());
    bench.programs.clear();
    bench.run();
    assert_eq!(bench.verdict(id), None);
}
