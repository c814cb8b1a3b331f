//! The benchmark itself: that it measures, and that nothing of it is left, even when it is killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const BENCH: &str = env!("CARGO_BIN_EXE_failover-bench");

/// tandemd of the same build; else the one that `daemon/build.sh` made.
fn tandemd() -> Option<PathBuf> {
    let beside = Path::new(BENCH).with_file_name("tandemd");
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../dist/tandemd");
    [beside, built].into_iter().find(|path| path.exists())
}

/// Prints why the test is skipped, if it must be.
fn skipped() -> bool {
    let reason = testkit::netns::unavailable().or_else(|| {
        if tandemd().is_none() {
            return Some("needs tandemd: `cargo build -p tandemd`".to_owned());
        }
        let error = Command::new("keepalived").arg("-v").output().err()?;
        Some(format!(
            "needs keepalived from the package keepalived: {error}"
        ))
    });
    if let Some(reason) = &reason {
        eprintln!("skipped: {reason}");
    }
    reason.is_some()
}

fn bench(words: &[&str]) -> Command {
    let mut command = Command::new(BENCH);
    command
        .args(["--tandemd".as_ref(), tandemd().unwrap().as_os_str()])
        .args(words);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn finish(child: Child) -> (u32, Output) {
    (child.id(), child.wait_with_output().unwrap())
}

/// Namespaces and files that bear the number of a run.
fn left_by(run: u32) -> Vec<String> {
    let prefix = format!("{}{run}-", testkit::netns::PREFIX);
    let entries = std::fs::read_dir("/run/netns")
        .into_iter()
        .flatten()
        .flatten();
    let mut left: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    left.retain(|name| name.starts_with(&prefix));
    let folder = std::env::temp_dir().join(format!("tandem-bench-{run}"));
    left.extend(folder.exists().then(|| folder.display().to_string()));
    left
}

#[test]
fn a_graceful_stop_is_measured_for_both_engines_and_leaves_nothing() {
    if skipped() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("tandem-bench-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (json, svg) = (folder.join("r.json"), folder.join("r.svg"));
    let words = [
        "--events",
        "sigterm",
        "--profiles",
        "v3-100ms",
        "--pairs",
        "keepalived,tandemd",
    ];
    let mut command = bench(&words);
    command
        .args(["--rounds", "1", "--labs", "2", "--json"])
        .arg(&json)
        .arg("--svg")
        .arg(&svg);
    let (run, output) = finish(command.spawn().unwrap());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("left)"),
        "progress names the time that is left: {said}"
    );

    let results: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let records = results["records"].as_array().unwrap();
    let mut pairs: Vec<&str> = records
        .iter()
        .map(|one| one["pair"].as_str().unwrap())
        .collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["keepalived", "tandemd"], "{results}");
    for record in records {
        let seen = &record["seen"];
        // Somebody answered before, and the other one after; between them is at least one question.
        assert!(seen["take_over"].as_f64().unwrap() > 0.0, "{record}");
        assert!(seen["outage"].as_f64().unwrap() > 0.5, "{record}");
        assert_eq!(seen["dead_at_end"], false, "{record}");
    }
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        table.contains("| SIGTERM") && table.contains("graceful stop: outage ≤ 15.0 ms"),
        "{table}"
    );
    assert!(std::fs::read_to_string(&svg).unwrap().contains("</svg>"));

    // The tables can be made again of what was kept.
    let report = Command::new(BENCH)
        .arg("report")
        .arg(&json)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&report.stdout), table);
    assert_eq!(left_by(run), Vec::<String>::new());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_killed_run_leaves_no_namespace_and_no_process() {
    if skipped() {
        return;
    }
    let words = [
        "--events",
        "load",
        "--profiles",
        "v3-100ms",
        "--pairs",
        "tandemd",
        "--rounds",
        "1",
    ];
    let mut child = bench(&words).spawn().unwrap();
    let run = child.id();
    let await_count = |what: &str, wanted: &dyn Fn(usize) -> bool| {
        let end = Instant::now() + Duration::from_secs(15);
        while !wanted(left_by(run).len()) {
            assert!(Instant::now() < end, "{what}: {:?}", left_by(run));
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    // Four namespaces and a folder.
    await_count("the lab is made", &|count| count == 5);
    child.kill().unwrap();
    child.wait().unwrap();
    await_count("the lab is gone", &|count| count == 0);
}

#[test]
fn a_wrong_word_is_refused_before_anything_is_made() {
    let output = Command::new(BENCH)
        .args(["--events", "reboot"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("'reboot' is none of sigterm, "), "{said}");
}
