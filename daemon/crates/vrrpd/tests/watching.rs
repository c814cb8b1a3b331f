//! Tracked files and processes.

mod harness;

use std::path::PathBuf;
use std::process::{Child, Command};

use harness::{Node, Pair, conf, skipped, vip4};

const FAST: &str = "0.1";

fn file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tandem-track-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn tracking(block: &str, tracked: &str) -> String {
    format!(
        "{block}\n{}",
        conf(3, FAST, 100, &format!("{tracked}\n  {}", vip4()))
    )
}

fn wait_priority(node: &mut Node, priority: u8) {
    node.wait(&format!("priority {priority}"), |node| {
        node.instance()["effectivePriority"] == priority
    });
}

#[test]
fn the_number_in_a_file_moves_the_priority() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let path = file("weight");
    let block = format!(
        "track_file F {{\n  file {}\n  init_file 5\n}}",
        path.display()
    );
    let text = tracking(&block, "track_file {\n    F weight 2\n  }");
    let mut node = Node::start(&pair.a, &text);
    node.wait_state("MASTER");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "5\n");
    assert_eq!(node.instance()["effectivePriority"], 110);
    std::fs::write(&path, "-20\n").unwrap();
    wait_priority(&mut node, 60);
    let reasons = node.instance()["reasons"].to_string();
    assert!(
        reasons.contains("file F says -20: priority -40"),
        "{reasons}"
    );
    std::fs::remove_file(&path).unwrap();
    wait_priority(&mut node, 100);
    std::fs::write(&path, "many").unwrap();
    node.wait_state("FAULT");
    let reasons = node.instance()["reasons"].to_string();
    assert!(reasons.contains("file F"), "{reasons}");
    std::fs::remove_file(&path).unwrap();
    node.wait_state("MASTER");
}

#[test]
fn a_file_without_a_weight_decides_between_fault_and_service() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let path = file("fault");
    let block = format!("track_file F {{\n  file {}\n  weight 0\n}}", path.display());
    let mut node = Node::start(&pair.a, &tracking(&block, "track_file {\n    F\n  }"));
    node.wait_state("MASTER");
    std::fs::write(&path, "1").unwrap();
    node.wait_state("FAULT");
    std::fs::write(&path, "0").unwrap();
    node.wait_state("MASTER");
    std::fs::remove_file(&path).unwrap();
}

/// Ended with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start(seconds: &str) -> Self {
        Self(Command::new("sleep").arg(seconds).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn processes_are_counted_by_name_and_arguments() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    // Nobody else sleeps for exactly so long.
    let seconds = format!("{}", 100_000 + std::process::id());
    let block = format!("vrrp_track_process P {{\n  process sleep {seconds}\n  quorum 2\n}}");
    let text = tracking(&block, "track_process {\n    P weight -30\n  }");
    let first = Sleeper::start(&seconds);
    let mut node = Node::start(&pair.a, &text);
    node.wait_state("MASTER");
    wait_priority(&mut node, 70);
    let second = Sleeper::start(&seconds);
    wait_priority(&mut node, 100);
    let other = Sleeper::start("99999");
    drop(second);
    wait_priority(&mut node, 70);
    drop((first, other));
    assert_eq!(node.state(), "MASTER");
}
