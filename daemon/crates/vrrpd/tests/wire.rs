//! What a protocol analyser makes of our packets.

mod harness;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::{Node, Pair, conf, skipped, vip4, vip6};
use ipc::ToWorker;

fn no_tshark() -> bool {
    let found = Command::new("tshark").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: needs tshark from the package tshark");
    }
    !found
}

/// Captures on the client until the master has come and gone, and lets tshark read it.
fn capture(pair: &Pair, file: &Path, run: impl FnOnce()) {
    let mut tcpdump = pair
        .client
        .namespace
        .command("tcpdump")
        .args(["-i", "eth0", "-Z", "root", "--immediate-mode", "-U", "-w"])
        .arg(file)
        .args(["ip proto 112 or ip proto 51 or ip6 proto 112 or arp or icmp6"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starting tcpdump, from the package tcpdump");
    let deadline = std::time::Instant::now() + harness::PATIENCE;
    while !file.exists() {
        assert!(
            std::time::Instant::now() < deadline,
            "tcpdump does not start"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    run();
    // Each packet is written as it comes; the last one needs a moment to arrive.
    std::thread::sleep(Duration::from_millis(300));
    let pid = tcpdump.id().to_string();
    let _ = Command::new("kill").args(["-s", "INT", &pid]).status();
    let _ = tcpdump.wait();
}

fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-Y", filter, "-o", "ip.check_checksum:TRUE"]);
    if !fields.is_empty() {
        command.args(["-T", "fields", "-E", "separator=,"]);
        command.args(fields.iter().flat_map(|field| ["-e", field]));
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn tshark_reads_every_packet_without_a_complaint() {
    if skipped() || no_tshark() {
        return;
    }
    let sealed = "authentication {\n    auth_type AH\n    auth_pass s3cret\n  }\n  ";
    let password = "authentication {\n    auth_type PASS\n    auth_pass s3cret\n  }\n  ";
    let manners = [
        ("v2", 2, "1", vip4()),
        ("v2 PASS", 2, "1", format!("{password}{}", vip4())),
        ("v2 AH", 2, "1", format!("{sealed}{}", vip4())),
        ("v3", 3, "0.1", vip4()),
        ("v3 IPv6", 3, "0.1", vip6()),
    ];
    for (name, version, interval, extra) in manners {
        let pair = Pair::new();
        let file = std::env::temp_dir().join(format!(
            "tandem-{}-{}.pcap",
            std::process::id(),
            name.replace(' ', "-")
        ));
        let _ = std::fs::remove_file(&file);
        capture(&pair, &file, || {
            let mut node = Node::start(&pair.a, &conf(version, interval, 200, &extra));
            node.wait_state("MASTER");
            node.say(&ToWorker::Stop { deadline_ms: 150 });
            node.wait("stopping", |node| node.stopped);
        });
        let complaints = tshark(
            &file,
            "_ws.malformed or _ws.expert.severity >= \"Warning\"",
            &[],
        );
        let priorities = tshark(&file, "vrrp", &["vrrp.prio"]);
        let bad = tshark(
            &file,
            "ip.checksum.status == 0 or vrrp.checksum.status == 0",
            &[],
        );
        let announced = tshark(&file, "arp.isgratuitous == 1 or icmpv6.type == 136", &[]);
        let _ = std::fs::remove_file(&file);
        assert_eq!(complaints, [] as [String; 0], "{name}");
        assert_eq!(bad, [] as [String; 0], "{name}");
        assert_eq!(
            priorities.first().map(String::as_str),
            Some("200"),
            "{name}"
        );
        assert_eq!(
            priorities[priorities.len() - 3..],
            ["0", "0", "0"],
            "{name}"
        );
        assert!(announced.len() >= 5, "{name}: {announced:?}");
    }
}
