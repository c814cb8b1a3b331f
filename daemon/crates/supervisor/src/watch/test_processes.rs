use super::Bench;
use crate::watch::WatchList;
use ipc::watch::{Parameters, ProcessSpec};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Ended with the test.
struct Program(Child);

impl Program {
    fn start(path: &std::path::Path, args: &[&str]) -> Self {
        Self(Command::new(path).args(args).spawn().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spec(name: &str, argv: &[&str]) -> ProcessSpec {
    ProcessSpec {
        name: name.into(),
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        full_command: false,
        parameters: if argv.len() > 1 {
            Parameters::Exact
        } else {
            Parameters::Any
        },
        quorum: 1,
        quorum_max: None,
        fork_delay_us: 0,
        terminate_delay_us: 0,
    }
}

#[test]
fn processes_are_counted_between_quorum_and_quorum_max() {
    let mut bench = Bench::new("count");
    // A program of this test's own, by a name that the kernel cuts.
    let program = bench.folder.join("tandem-sleeper-of-the-test");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let path = program.display().to_string();
    let name = "tandem-sleeper-of-the-test";
    let processes = vec![
        spec("name", &[name]),
        spec("path", &[&path]),
        ProcessSpec {
            quorum: 2,
            ..spec("two", &[name])
        },
        ProcessSpec {
            quorum_max: Some(1),
            ..spec("at most one", &[name])
        },
        ProcessSpec {
            quorum_max: Some(0),
            ..spec("none", &[name])
        },
        ProcessSpec {
            full_command: true,
            ..spec("whole", &[&path, "100", "200"])
        },
        ProcessSpec {
            parameters: Parameters::Partial,
            ..spec("partial", &[name, "100"])
        },
        ProcessSpec {
            parameters: Parameters::Initial,
            ..spec("initial", &[name, "100", "20"])
        },
        ProcessSpec {
            parameters: Parameters::Partial,
            ..spec("no parameters", &[name])
        },
    ];
    bench.watcher.set(WatchList {
        processes,
        ..WatchList::default()
    });
    let expect = |bench: &mut Bench, well: &[&str]| {
        bench.wait(&format!("{well:?}"), |bench| {
            bench.processes.len() == 9
                && bench
                    .processes
                    .iter()
                    .all(|(name, is)| *is == well.contains(&name.as_str()))
        })
    };
    expect(&mut bench, &["none"]);
    let first = Program::start(&program, &["100", "200"]);
    expect(
        &mut bench,
        &["name", "path", "at most one", "whole", "partial", "initial"],
    );
    let second = Program::start(&program, &["300"]);
    expect(
        &mut bench,
        &["name", "path", "two", "whole", "partial", "initial"],
    );
    drop(first);
    expect(&mut bench, &["name", "path", "at most one"]);
    drop(second);
    expect(&mut bench, &["none"]);
}

#[test]
fn an_end_is_known_at_once_and_counts_after_its_delay() {
    let mut bench = Bench::new("delay");
    let program = bench.folder.join("tdm-delayed");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let processes = vec![
        spec("plain", &["tdm-delayed"]),
        ProcessSpec {
            fork_delay_us: 400_000,
            terminate_delay_us: 900_000,
            ..spec("slow", &["tdm-delayed"])
        },
    ];
    bench.watcher.set(WatchList {
        processes,
        ..WatchList::default()
    });
    bench.wait_process("slow", false);
    let began = Instant::now();
    let running = Program::start(&program, &["100"]);
    bench.wait_process("slow", true);
    assert!(began.elapsed() >= Duration::from_millis(400));
    bench.wait_process("plain", true);
    let ended = Instant::now();
    drop(running);
    let took = bench.wait_process("plain", false);
    eprintln!("measured: the end of a process is known after {took:?}");
    bench.wait_process("slow", false);
    assert!(ended.elapsed() >= Duration::from_millis(900));
    // A new one in time, as after a restart: nothing happened.
    let running = Program::start(&program, &["100"]);
    bench.wait_process("slow", true);
    drop(running);
    let _again = Program::start(&program, &["100"]);
    bench.wait_process("plain", true);
    let deadline = Instant::now() + Duration::from_millis(1100);
    bench.wait("more than the delay", |_| Instant::now() >= deadline);
    assert!(bench.processes["slow"]);
}
