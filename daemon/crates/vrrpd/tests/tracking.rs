//! What tracked scripts, interfaces and the proxy do to the election.

mod harness;

use std::time::Duration;

use harness::{Node, Pair, VIP, conf, skipped, vip4};
use ipc::ToWorker;
use ipc::message::ScriptOutcome::{Failure, Success, Unusable};
use testkit::probe::{Probe, Responder};

fn script(options: &str) -> String {
    format!("vrrp_script chk {{\n  script \"/bin/true\"\n  interval 1\n  {options}\n}}\n")
}

fn tracked(version: u8, interval: &str, priority: u8, options: &str) -> String {
    let body = format!("track_script {{\n    chk\n  }}\n  {}", vip4());
    script(options) + &conf(version, interval, priority, &body)
}

fn reasons(node: &mut Node) -> String {
    node.instance()["reasons"].to_string()
}

#[test]
fn a_script_of_weight_zero_decides_between_fault_and_service() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut node = Node::start(&pair.a, &tracked(3, "0.1", 100, "fall 2\n  rise 2"));
    assert_eq!(node.scripts.len(), 1);
    assert_eq!(node.scripts[0].argv, ["/bin/true"]);
    assert_eq!(node.state(), "FAULT");
    assert!(
        reasons(&mut node).contains("has not answered yet"),
        "{}",
        reasons(&mut node)
    );
    node.script_result("chk", Success);
    node.wait_state("MASTER");
    node.script_result("chk", Failure);
    assert_eq!(node.state(), "MASTER", "fall 2 needs two failures");
    node.script_result("chk", Failure);
    node.wait_state("FAULT");
    assert!(!pair.a.has(VIP));
    assert!(
        reasons(&mut node).contains("script chk failed"),
        "{}",
        reasons(&mut node)
    );
    node.script_result("chk", Success);
    assert_eq!(node.state(), "FAULT", "rise 2 needs two successes");
    node.script_result("chk", Success);
    node.wait_state("MASTER");
}

#[test]
fn a_reload_that_changes_only_the_command_keeps_the_result_until_the_next_one() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = tracked(3, "0.1", 100, "fall 3\n  rise 3");
    let mut node = Node::start(&pair.a, &text);
    node.script_result("chk", Success);
    node.wait_state("MASTER");
    let transitions = node.instance()["transitions"].clone();
    node.configure(&text.replace("/bin/true", "/bin/other"));
    assert_eq!(node.scripts[0].argv, ["/bin/other"]);
    assert_eq!(node.state(), "MASTER");
    // The same command as another user is another check too.
    node.configure(&text.replace("\"/bin/true\"", "\"/bin/true\"\n  user nobody"));
    assert_eq!(
        node.instance()["transitions"],
        transitions,
        "no FAULT in between"
    );
    node.script_result("chk", Failure);
    node.wait_state("FAULT");
    node.configure(&text);
    assert_eq!(node.state(), "FAULT", "nor a success that nobody saw");
    node.script_result("chk", Success);
    node.wait_state("MASTER");
}

#[test]
fn a_script_that_cannot_be_run_is_fault_whatever_its_weight() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut node = Node::start(&pair.a, &tracked(3, "0.1", 100, "weight 20"));
    node.script_result("chk", Unusable);
    node.wait_state("FAULT");
    assert!(
        reasons(&mut node).contains("script chk cannot be run"),
        "{}",
        reasons(&mut node)
    );
}

#[test]
fn a_weight_moves_the_address_while_the_old_master_still_serves() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &tracked(3, "0.1", 200, "weight -60"));
    a.script_result("chk", Success);
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(3, "0.1", 150, &vip4()));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    let responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    std::thread::sleep(Duration::from_millis(200));
    a.script_result("chk", Failure);
    b.wait_state("MASTER");
    a.wait_state("BACKUP");
    std::thread::sleep(Duration::from_millis(200));
    let gap = probe.finish().longest_gap();
    drop(responders);
    eprintln!("measured: script with a weight: {gap:?}");
    assert!(gap < Duration::from_millis(100), "{gap:?}");
    assert_eq!(a.instance()["effectivePriority"], 140);
    assert!(
        reasons(&mut a).contains("priority -60"),
        "{}",
        reasons(&mut a)
    );
    a.script_result("chk", Success);
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
}

#[test]
fn the_proxy_is_tracked_without_a_script() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!("#tandem: track_proxy\n  {}", vip4());
    let mut node = Node::start(&pair.a, &conf(3, "0.1", 100, &body));
    assert_eq!(node.state(), "FAULT");
    node.say(&ToWorker::Service {
        up: true,
        reason: String::new(),
    });
    node.wait_state("MASTER");
    node.say(&ToWorker::Service {
        up: false,
        reason: "no server is up".into(),
    });
    node.wait_state("FAULT");
    assert!(
        reasons(&mut node).contains("no server is up"),
        "{}",
        reasons(&mut node)
    );
}

#[test]
fn a_tracked_interface_counts_its_link() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    pair.a.namespace.add_link("up0");
    let body = format!("track_interface {{\n    up0 weight -30\n  }}\n  {}", vip4());
    let mut node = Node::start(&pair.a, &conf(3, "0.1", 100, &body));
    node.wait_state("MASTER");
    assert_eq!(node.instance()["effectivePriority"], 70);
    pair.a.namespace.ip(&["link", "set", "up0", "up"]);
    node.wait("the link", |node| {
        node.instance()["effectivePriority"] == 100
    });
    pair.a.namespace.ip(&["link", "del", "up0"]);
    node.wait("its loss", |node| {
        node.instance()["effectivePriority"] == 70
    });
    assert_eq!(node.state(), "MASTER");
}

#[test]
fn an_interface_may_appear_late_and_come_back_under_another_index() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = conf(3, "0.1", 100, &vip4()).replace("interface eth0", "interface late0");
    let mut node = Node::start(&pair.a, &text);
    assert_eq!(node.state(), "FAULT");
    assert!(
        reasons(&mut node).contains("late0 does not exist"),
        "{}",
        reasons(&mut node)
    );
    for _ in 0..2 {
        pair.a.namespace.add_link("late0");
        pair.a
            .namespace
            .ip(&["addr", "add", "10.77.1.1/24", "dev", "late0"]);
        pair.a.namespace.ip(&["link", "set", "late0", "up"]);
        node.wait_state("MASTER");
        assert!(
            pair.a
                .namespace
                .addresses("late0")
                .contains(&"10.77.0.100/24".to_owned())
        );
        pair.a.namespace.ip(&["link", "del", "late0"]);
        node.wait_state("FAULT");
    }
}
