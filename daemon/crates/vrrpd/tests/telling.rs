//! What the outside is told: FIFO lines, scripts of rare events, a goodbye from beyond.

mod harness;

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use harness::{Node, Pair, VIP, conf, skipped, vip4};
use ipc::message::ScriptOutcome::{Failure, Success};
use sys::rawsock::RawV4;

const FAST: &str = "0.1";

/// A path of this test's own, with nothing there.
fn fifo_path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tandem-fifo-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn with_fifo(path: &std::path::Path, text: &str) -> String {
    let global = format!("global_defs {{\n  notify_fifo {}\n", path.display());
    text.replacen("global_defs {\n", &global, 1)
}

#[test]
fn every_event_is_a_line_in_the_fifo_in_order() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let path = fifo_path("order");
    let script = "vrrp_script chk {\n  script \"/bin/true\"\n}\n";
    let body = format!(
        "track_script {{\n    chk weight -10\n  }}\n  notify_priority_changes yes\n  {}",
        vip4()
    );
    let group = "vrrp_sync_group G {\n  group {\n    VI_1\n  }\n  sync_group_tracking_weight\n}\n";
    let text = with_fifo(
        &path,
        &format!("{script}{}{group}", conf(3, FAST, 100, &body)),
    );
    let mut node = Node::start(&pair.a, &text);
    assert!(std::fs::metadata(&path).unwrap().file_type().is_fifo());
    node.script_result("chk", Success);
    node.wait_state("MASTER");
    node.script_result("chk", Failure);
    node.wait("the lower priority", |node| {
        node.instance()["effectivePriority"] == 90
    });
    let mut reader = OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(&path)
        .unwrap();
    node.stop();
    let mut lines = String::new();
    reader.read_to_string(&mut lines).unwrap();
    assert_eq!(
        lines,
        "INSTANCE \"VI_1\" BACKUP 100\nGROUP \"G\" BACKUP 0\n\
         INSTANCE \"VI_1\" MASTER 100\nGROUP \"G\" MASTER 0\n\
         INSTANCE \"VI_1\" MASTER 90\n\
         INSTANCE \"VI_1\" BACKUP 1\nGROUP \"G\" BACKUP 0\n\
         INSTANCE \"VI_1\" STOP 1\nGROUP \"G\" STOP 0\n"
    );
    assert!(!path.exists(), "what was made is removed again");
}

#[test]
fn a_file_in_the_fifos_place_is_left_alone_and_told() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let path = fifo_path("file");
    std::fs::write(&path, "mine").unwrap();
    let mut node = Node::start(&pair.a, &with_fifo(&path, &conf(3, FAST, 100, &vip4())));
    node.wait_state("MASTER");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let log = node.log.join("\n");
    assert!(log.contains("is there already and is no FIFO"), "{log}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn an_instance_that_a_reload_removes_is_told_as_deleted() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!(
        "notify_deleted /bin/gone\n  notify_stop /bin/stop\n  {}",
        vip4()
    );
    let text = conf(3, FAST, 100, &body);
    let mut node = Node::start(&pair.a, &text);
    node.wait_state("MASTER");
    node.notified.clear();
    node.configure(&text.replace("VI_1", "VI_2"));
    node.wait("the script", |node| !node.notified.is_empty());
    assert_eq!(node.notified, [["/bin/gone"]]);
}

#[test]
fn included_files_are_taken_from_the_supervisor() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let block = format!(
        "vrrp_instance{}",
        conf(3, FAST, 100, &vip4())
            .split_once("vrrp_instance")
            .unwrap()
            .1
    );
    let main = "global_defs {\n  vrrp_version 3\n}\ninclude conf.d/*.conf\n";
    let mut node = Node::start_with(&pair.a, main, &[("conf.d/one.conf", &block)]);
    node.wait_state("MASTER");
    assert!(pair.a.has(VIP));
    node.attach(&[(
        "conf.d/one.conf",
        &block.replace("priority 100", "priority 77"),
    )]);
    node.configure(main);
    assert_eq!(node.instance()["priority"], 77);
    assert_eq!(node.state(), "MASTER");
}

/// What the supervisor does for a process that was killed.
fn say_goodbye_for(pair: &Pair, node: Node) {
    let packets = node.farewell.clone();
    node.kill();
    pair.a.namespace.enter(|| {
        for packet in &packets {
            let std::net::IpAddr::V4(to) = packet.destination else {
                panic!("IPv4 is configured");
            };
            let socket = RawV4::open(&packet.interface, 112).unwrap();
            let links = netlink::Netlink::open().unwrap().links().unwrap();
            let link = links.iter().find(|link| link.name == packet.interface);
            socket.join(to, link.unwrap().index).unwrap();
            socket.send(&packet.bytes, to).unwrap();
        }
    });
}

#[test]
fn the_goodbye_for_a_killed_process_counts_with_an_authentication_header_too() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let auth = format!(
        "authentication {{\n    auth_type AH\n    auth_pass secret\n  }}\n  {}",
        vip4()
    );
    let mut a = Node::start(&pair.a, &conf(2, "1", 254, &auth));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(2, "1", 253, &auth));
    b.wait("hearing several adverts", |node| {
        node.counter("adverts_received") > 2
    });
    // Its number is that of the advert to come: take what was left after the last one sent.
    a.pump(Duration::from_millis(5));
    let killed = Instant::now();
    say_goodbye_for(&pair, a);
    b.wait_state("MASTER");
    let took = killed.elapsed();
    eprintln!("measured: take-over after the goodbye of a killed AH master: {took:?}");
    assert!(
        took < Duration::from_millis(900),
        "{took:?}: it waited for three adverts"
    );
    assert_eq!(b.counter("replayed"), 0);
}
