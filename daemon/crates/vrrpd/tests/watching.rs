//! Tracked files and processes: what the supervisor is asked to watch, and what its answers do.

mod harness;

use harness::{Node, Pair, conf, skipped, vip4};
use ipc::ToWorker;
use ipc::watch::{FileSeen, FileSpec, Parameters, ProcessSpec, Seen};

const FAST: &str = "0.1";

fn tracking(block: &str, tracked: &str) -> String {
    format!(
        "{block}\n{}",
        conf(3, FAST, 100, &format!("{tracked}\n  {}", vip4()))
    )
}

fn file(node: &mut Node, value: FileSeen) {
    let seen = Seen {
        files: vec![("F".into(), value)],
        ..Seen::default()
    };
    node.say(&ToWorker::Watched { seen });
}

fn process(node: &mut Node, well: bool) {
    let seen = Seen {
        processes: vec![("P".into(), well)],
        ..Seen::default()
    };
    node.say(&ToWorker::Watched { seen });
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
    let block = "track_file F {\n  file /run/weight\n  init_file 5 overwrite\n}";
    let text = tracking(block, "track_file {\n    F weight 2\n  }");
    let mut node = Node::start(&pair.a, &text);
    let expected = FileSpec {
        name: "F".into(),
        path: "/run/weight".into(),
        init: Some(5),
        overwrite: true,
    };
    assert_eq!(node.watching.files, [expected]);
    file(&mut node, FileSeen::Value(5));
    node.wait_state("MASTER");
    assert_eq!(node.instance()["effectivePriority"], 110);
    file(&mut node, FileSeen::Value(-20));
    wait_priority(&mut node, 60);
    let reasons = node.instance()["reasons"].to_string();
    assert!(
        reasons.contains("file F says -20: priority -40"),
        "{reasons}"
    );
    file(&mut node, FileSeen::Unreadable);
    node.wait_state("FAULT");
    let reasons = node.instance()["reasons"].to_string();
    assert!(reasons.contains("file F"), "{reasons}");
    file(&mut node, FileSeen::Value(0));
    node.wait_state("MASTER");
}

#[test]
fn a_file_without_a_weight_decides_between_fault_and_service() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let block = "track_file F {\n  file /run/weight\n  weight 0\n}";
    let mut node = Node::start(&pair.a, &tracking(block, "track_file {\n    F\n  }"));
    assert_eq!(node.state(), "FAULT", "nothing was seen yet");
    file(&mut node, FileSeen::Value(0));
    node.wait_state("MASTER");
    file(&mut node, FileSeen::Value(1));
    node.wait_state("FAULT");
    file(&mut node, FileSeen::Value(0));
    node.wait_state("MASTER");
}

#[test]
fn processes_count_and_a_reload_keeps_what_is_known() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let block = "vrrp_track_process P {\n  process sleep 100\n  quorum 2\n  quorum_max 3\n  fork_delay 0.5\n  terminate_delay 2\n}";
    let text = tracking(block, "track_process {\n    P weight -30\n  }");
    let mut node = Node::start(&pair.a, &text);
    let expected = ProcessSpec {
        name: "P".into(),
        argv: vec!["sleep".into(), "100".into()],
        full_command: false,
        parameters: Parameters::Exact,
        quorum: 2,
        quorum_max: Some(3),
        fork_delay_us: 500_000,
        terminate_delay_us: 2_000_000,
    };
    assert_eq!(node.watching.processes, [expected]);
    process(&mut node, false);
    node.wait_state("MASTER");
    wait_priority(&mut node, 70);
    node.configure(&text.replace("sleep 100", "sleep 200\n  param_match partial"));
    assert_eq!(node.watching.processes[0].parameters, Parameters::Partial);
    assert_eq!(
        node.instance()["effectivePriority"],
        70,
        "still what is known"
    );
    process(&mut node, true);
    wait_priority(&mut node, 100);
}
