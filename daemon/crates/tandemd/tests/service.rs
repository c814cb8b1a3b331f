//! What the pair serves and says, as one works day by day: status, handover, scripts, stop.

mod pair;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use pair::daemon::{BINARY, processes_on};
use pair::traffic::{failures, get_from};
use pair::{Daemon, Pair, Traffic, VIP, wait};
use testkit::probe::{Probe, Responder};

/// What nothing happens to.
const SUCCESSOR: &str = "10.77.0.12";
const PAGE: &str = "10.77.0.100:80";

#[test]
fn the_virtual_address_is_on_one_host_and_answers_from_every_server() {
    require_pair!();
    let pair = Pair::new("serve");
    let (a, b) = pair.start();
    let pages: BTreeSet<String> = (0..4)
        .map(|_| get_from(&pair.client, PAGE).unwrap())
        .collect();
    assert_eq!(pages, BTreeSet::from(["w1".to_owned(), "w2".to_owned()]));

    let status = a.status();
    assert_eq!(status["protocol"], 1);
    assert_eq!(status["pid"], a.pid);
    assert_eq!(status["configuration"]["generation"], 1);
    let digest = status["configuration"]["haproxySha256"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    let instance = &status["vrrp"]["instances"][0];
    assert_eq!(instance["state"], "MASTER");
    assert_eq!(instance["held"], serde_json::json!([format!("{VIP}/24")]));
    let servers = status["proxy"]["backends"][0]["servers"]
        .as_array()
        .unwrap();
    assert!(
        servers.iter().all(|server| server["state"] == "UP"),
        "{servers:?}"
    );
    assert_eq!(status["proxy"]["frontends"][0]["listening"], true);
    let names: Vec<&str> = status["processes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|process| process["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["proxy", "vrrp"]);

    let metrics = a.tell(["metrics"]);
    assert!(metrics.status.success(), "{metrics:?}");
    let metrics = String::from_utf8(metrics.stdout).unwrap();
    let labels = "instance=\"VI_1\",interface=\"eth0\",vrid=\"51\",family=\"ipv4\"";
    for line in [
        format!("tandemd_vrrp_instance_state{{{labels},state=\"MASTER\"}} 1"),
        format!("tandemd_vrrp_instance_addresses_held{{{labels}}} 1"),
        format!("tandemd_vrrp_instance_packet_errors_total{{{labels},kind=\"checksum_errors\"}} 0"),
        "tandemd_vrrp_check_up{check=\"proxy\",kind=\"proxy\"} 1".to_owned(),
    ] {
        assert!(
            metrics.lines().any(|it| it == line),
            "{line} is not in\n{metrics}"
        );
    }

    let other = b.status();
    assert_eq!(other["vrrp"]["instances"][0]["state"], "BACKUP");
    assert_eq!(
        other["vrrp"]["instances"][0]["master"]["address"],
        "10.77.0.11"
    );
}

#[test]
fn a_handover_moves_the_address_and_loses_no_request() {
    require_pair!();
    let pair = Pair::new("hand");
    let (a, _b) = pair.start();
    let traffic = Traffic::start(&pair.client, PAGE);
    let output = a.tell(["handover"]);
    let reply: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{reply}");
    assert_eq!(reply["handedOver"], true);
    assert_eq!(reply["instances"][0]["state"], "BACKUP");
    wait("b holds the address", || {
        pair.b.has(VIP) && !pair.a.has(VIP)
    });
    let asked = traffic.finish();
    assert_eq!(failures(&asked), Vec::<String>::new());
}

#[test]
fn a_stop_leaves_nothing_behind() {
    require_pair!();
    let pair = Pair::new("stop");
    let (a, b) = pair.start();
    a.signal("TERM");
    assert_eq!(a.wait_end().code(), Some(0), "{}", a.log());
    assert_eq!(processes_on(&pair.a), Vec::<u32>::new());
    assert!(!pair.a.has(VIP));
    wait("b took over", || pair.b.has(VIP));
    let left: Vec<_> = std::fs::read_dir(&a.run_dir).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    b.signal("INT");
    assert_eq!(b.wait_end().code(), Some(0));
    assert!(!pair.b.has(VIP));
}

#[test]
fn a_check_script_that_fails_moves_the_address_and_one_that_is_missing_does_too() {
    require_pair!();
    let pair = Pair::new("script");
    let haproxy = pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    let flag = pair.directory.join("ill");
    let script = format!(
        "vrrp_script well {{\n    script \"/usr/bin/test ! -e {}\"\n    interval 0.1\n}}\n",
        flag.display()
    );
    let write = |script: &str| {
        let track = "    track_script {\n        well\n    }\n";
        let path = pair.write_keepalived(&pair.a, 254, track);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{script}{text}")).unwrap();
        path
    };
    let a = Daemon::start(&pair, &pair.a, Some(&haproxy), Some(&write(&script)));
    let keepalived = pair.write_keepalived(&pair.b, 253, "");
    let _b = Daemon::start(&pair, &pair.b, Some(&haproxy), Some(&keepalived));
    wait("a is master", || pair.a.has(VIP));
    std::fs::write(&flag, "").unwrap();
    wait("b is master", || pair.b.has(VIP) && !pair.a.has(VIP));
    std::fs::remove_file(&flag).unwrap();
    wait("a is master again", || pair.a.has(VIP) && !pair.b.has(VIP));
    write(&script.replace("/usr/bin/test", "/usr/bin/no-such-test"));
    assert!(a.tell(["reload"]).status.success());
    wait(
        "b is master, because a cannot know whether it is well",
        || pair.b.has(VIP) && !pair.a.has(VIP),
    );
    assert!(
        a.log().contains("/usr/bin/no-such-test does not exist"),
        "{}",
        a.log()
    );
}

#[test]
fn an_address_that_another_host_has_is_found_before_it_is_claimed() {
    require_pair!();
    let pair = Pair::new("probe");
    let probe = |words: &[&str]| {
        let mut command = pair.a.namespace.command(pair::daemon::BINARY);
        let output = command.arg("probe-address").args(words).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text.trim().to_owned())
    };
    let free = probe(&["--interface", "eth0", VIP, "--timeout-ms", "200", "--json"]);
    assert_eq!(free, (Some(0), "[]".to_owned()));
    let (code, text) = probe(&["--interface", "eth0", "10.77.0.14", "fd77::14", "--json"]);
    assert_eq!(code, Some(1));
    let answers: serde_json::Value = serde_json::from_str(&text).unwrap();
    let addresses: BTreeSet<&str> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            assert_eq!(answer["mac"].as_str().unwrap().len(), 17);
            answer["address"].as_str().unwrap()
        })
        .collect();
    assert_eq!(addresses, BTreeSet::from(["10.77.0.14", "fd77::14"]));
    assert_eq!(probe(&["--interface", "eth9", VIP]).0, Some(2));
}

#[test]
fn either_half_runs_alone() {
    require_pair!();
    let pair = Pair::new("half");
    let text = std::fs::read_to_string(pair.write_haproxy(&["w1 10.77.0.14:8001"])).unwrap();
    let haproxy = pair.write("alone.cfg", &text.replace(VIP, "10.77.0.11"));
    let proxy = Daemon::start(&pair, &pair.a, Some(&haproxy), None);
    proxy.wait_ready();
    wait("the page comes", || {
        get_from(&pair.client, "10.77.0.11:80").is_ok()
    });
    assert!(proxy.status()["vrrp"].is_null());

    let text = std::fs::read_to_string(pair.write_keepalived(&pair.b, 100, "")).unwrap();
    let keepalived = pair.write("alone.conf", &text.replace("#tandem: track_proxy", ""));
    let vrrp = Daemon::start(&pair, &pair.b, None, Some(&keepalived));
    wait("the address is there", || pair.b.has(VIP));
    let status = vrrp.status();
    assert!(status["proxy"].is_null());
    assert!(status["configuration"]["haproxySha256"].is_null());
}

/// Into the place of a binary that may be running, as a deployment does it.
fn install(binary: &Path) {
    let fresh = binary.with_extension("new");
    std::fs::copy(BINARY, &fresh).unwrap();
    std::fs::rename(&fresh, binary).unwrap();
}

/// Both ways of an upgrade with adverts each second: away from the old program, which is asked to
/// hand over and then stopped, and back to the new one in its place.
///
/// `TANDEM_ROUNDS=20 cargo test -p tandemd --release --test service upgrade -- --nocapture` holds
/// the worst against the bound. What the machine stood still is none of it.
#[test]
fn an_upgrade_costs_two_handovers() {
    require_pair!();
    let rounds: Option<usize> = std::env::var("TANDEM_ROUNDS")
        .ok()
        .and_then(|it| it.parse().ok());
    // Of one round on a machine that does other things besides.
    let most = Duration::from_millis(if rounds.is_some() { 15 } else { 100 });
    let pair = Pair::new("upgr");
    let conf = |host: &str, priority: u8| {
        let text = format!(
            "vrrp_instance V {{\n  state BACKUP\n  interface eth0\n  virtual_router_id 52\n  \
             priority {priority}\n  advert_int 1\n  virtual_ipaddress {{\n    {VIP}/24\n  }}\n}}\n"
        );
        pair.write(&format!("upgrade-{host}.conf"), &text)
    };
    let binary = pair.directory.join("tandemd");
    let own = conf("a", 254);
    let start = || Daemon::start_file(&binary, &pair, &pair.a, None, Some(&own));
    install(&binary);
    let mut a = start();
    let b = Daemon::start(&pair, &pair.b, None, Some(&conf("b", 253)));
    wait("a is master", || pair.a.has(VIP) && !pair.b.has(VIP));
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    for _ in 0..rounds.unwrap_or(1) {
        let calm = Probe::start(&pair.client, SUCCESSOR.parse().unwrap());
        calm.await_answer("b");
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        probe.await_answer("a");
        assert!(a.tell(["handover"]).status.success(), "{}", a.log());
        probe.await_answer("b");
        a.signal("TERM");
        assert!(a.wait_end().success());
        install(&binary);
        a = start();
        wait("a serves again", || pair.a.has(VIP) && !pair.b.has(VIP));
        probe.await_answer("a");
        let timeline = probe.finish();
        let gap = timeline.longest_gap_beside(&calm.finish());
        eprintln!("measured: upgrade, longest time without an answer {gap:?}");
        let hosts = timeline.hosts();
        assert_eq!((hosts.first(), hosts.last()), (Some(&"a"), Some(&"a")));
        assert!(hosts.contains(&"b"), "{hosts:?}");
        assert!(gap < most, "{gap:?}\n{}{}", a.log(), b.log());
    }
}
