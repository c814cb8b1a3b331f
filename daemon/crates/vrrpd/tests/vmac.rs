//! `use_vmac`: the virtual router's own link address, and where the switch believes it is.

mod harness;

use std::time::{Duration, Instant};

use harness::{Node, PATIENCE, Pair, VIP, VIP6, conf, skipped, vip4, vip6};
use testkit::probe::{Probe, Responder};
use testkit::segment::Host;

const FAST: &str = "0.1";
const MAC: &str = "00:00:5e:00:01:4d";
const MAC6: &str = "00:00:5e:00:02:4d";

fn hears(node: &mut Node) {
    node.wait("hearing the master", |node| {
        node.counter("adverts_received") > 2
    });
}

/// The switch must send frames for the virtual link address to this host.
fn await_port(pair: &Pair, mac: &str, host: &Host) -> Duration {
    let started = Instant::now();
    while pair.segment.port_of(mac).as_deref() != Some(host.port()) {
        assert!(
            started.elapsed() < PATIENCE,
            "{mac} is at {:?}, not at {}",
            pair.segment.port_of(mac),
            host.name
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    started.elapsed()
}

/// Fail-over and failback again and again; the outage of each seen by a client.
fn back_and_forth(mode: &str, extra: &str, vip: &str, mac: &str, name: &str) {
    let pair = Pair::new();
    let text = |priority: u8| conf(3, FAST, priority, extra);
    let mut a = Node::start(&pair.a, &text(254));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &text(253));
    hears(&mut b);
    let held = pair.a.namespace.addresses(name);
    assert!(held.iter().any(|text| text.starts_with(vip)), "{held:?}");
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let mut worst = Duration::ZERO;
    for round in 0..5 {
        let probe = Probe::start(&pair.client, vip.parse().unwrap());
        await_port(&pair, mac, &pair.a);
        std::thread::sleep(Duration::from_millis(200));
        a.stop();
        b.wait_state("MASTER");
        await_port(&pair, mac, &pair.b);
        assert!(
            !pair.a.namespace.ip(&["link"]).contains(name),
            "a stopped process leaves no interface behind"
        );
        a = Node::start(&pair.a, &text(254));
        a.wait_state("MASTER");
        b.wait_state("BACKUP");
        await_port(&pair, mac, &pair.a);
        std::thread::sleep(Duration::from_millis(300));
        let timeline = probe.finish();
        // While one follows the other both have the link address, and either may be asked.
        let hosts = timeline.hosts();
        let (first, last) = (hosts.first(), hosts.last());
        assert_eq!((first, last), (Some(&"a"), Some(&"a")), "{mode} {round}");
        assert!(hosts.contains(&"b"), "{mode}, round {round}");
        worst = worst.max(timeline.longest_gap());
    }
    eprintln!("measured: {mode}: five failovers and failbacks, longest gap {worst:?}");
    assert!(worst < Duration::from_millis(500), "{mode}: {worst:?}");
    let neighbours = pair.client.namespace.ip(&["neigh", "show", vip]);
    assert!(neighbours.contains(mac), "{neighbours}");
}

#[test]
fn the_virtual_link_address_follows_the_master() {
    if skipped() {
        return;
    }
    let extra = format!("use_vmac\n  {}", vip4());
    back_and_forth("vmac", &extra, VIP, MAC, "vrrp.77");
}

#[test]
fn it_follows_as_well_when_adverts_leave_by_the_interface_below() {
    if skipped() {
        return;
    }
    let extra = format!("use_vmac virt0\n  vmac_xmit_base\n  {}", vip4());
    back_and_forth("vmac and vmac_xmit_base", &extra, VIP, MAC, "virt0");
}

#[test]
fn ipv6_has_a_virtual_link_address_of_its_own() {
    if skipped() {
        return;
    }
    let extra = format!("use_vmac\n  {}", vip6());
    back_and_forth("vmac over IPv6", &extra, VIP6, MAC6, "vrrp.77");
}

#[test]
fn the_interface_of_a_killed_process_is_taken_over_and_its_addresses_are_not() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = conf(3, FAST, 100, &format!("use_vmac\n  {}", vip4()));
    let mut node = Node::start(&pair.a, &text);
    node.wait_state("MASTER");
    node.kill();
    let before = pair.a.namespace.addresses("vrrp.77");
    assert!(
        before.iter().any(|text| text.starts_with(VIP)),
        "{before:?}"
    );
    let mut node = Node::start(&pair.a, &text);
    let log = node.log.join("\n");
    assert!(log.contains("left on vrrp.77 by an earlier run"), "{log}");
    node.wait_state("MASTER");
    // The base interface may vanish, and the one above it with that.
    pair.a.set_link(false);
    node.wait_state("FAULT");
    pair.a.set_link(true);
    node.wait_state("MASTER");
}

#[test]
fn announcements_keep_the_configured_distance() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!("garp_interval 0.05\n  garp_master_delay 0\n  {}", vip4());
    let heard = pair.client.namespace.enter(|| {
        let links = netlink::Netlink::open().unwrap().links().unwrap();
        let link = links.iter().find(|link| link.name == "eth0").unwrap();
        let socket = sys::rawsock::PacketSocket::on(link.index, 0x0806).unwrap();
        let mut node = Node::start(&pair.a, &conf(3, FAST, 254, &body));
        node.wait_state("MASTER");
        let (mut times, mut buffer) = (Vec::new(), [0; 256]);
        let deadline = Instant::now() + PATIENCE;
        while times.len() < 5 && Instant::now() < deadline {
            while let Ok(Some(length)) = socket.receive(&mut buffer) {
                if vrrpd::announce::claim(&buffer[..length]).map(|it| it.0) == VIP.parse().ok() {
                    times.push(Instant::now());
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        times
    });
    assert_eq!(heard.len(), 5);
    let whole = heard[4] - heard[1];
    assert!(whole > Duration::from_millis(110), "{whole:?}");
}

fn sysctl(host: &Host, key: &str) -> String {
    let output = host
        .namespace
        .command("sysctl")
        .args(["-n", key])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn ruleset(host: &Host) -> String {
    let output = host
        .namespace
        .command("nft")
        .args(["list", "ruleset"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// An IPv4 and an IPv6 instance of one router id, as keepalived names their interfaces.
fn both_families(body: &str) -> String {
    let four = conf(3, FAST, 200, &format!("use_vmac\n  {body}\n  {}", vip4()));
    let six = conf(3, FAST, 200, &format!("use_vmac\n  {}", vip6()));
    let six = six.split_once("vrrp_instance VI_1").unwrap().1;
    format!("{four}vrrp_instance VI_6{six}")
}

#[test]
fn settings_and_the_firewall_table_are_there_for_as_long_as_the_interface() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let keys = [
        "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.eth0.rp_filter",
        "net.ipv4.conf.eth0.arp_ignore",
    ];
    pair.a.namespace.sysctl(keys[0], "2");
    pair.a.namespace.sysctl(keys[1], "1");
    let read = || keys.map(|key| sysctl(&pair.a, key));
    let before = read();
    let mut node = Node::start(&pair.a, &both_families("no_accept"));
    node.wait_state("MASTER");
    assert_eq!(read(), ["0", "2", "1"].map(str::to_owned));
    let links = pair
        .a
        .namespace
        .ip(&["-d", "link", "show", "type", "macvlan"]);
    assert!(
        links.contains("vrrp.77@eth0") && links.contains("vrrp6.77@eth0"),
        "{links}"
    );
    assert_eq!(links.matches("mode private").count(), 2, "{links}");
    assert_eq!(sysctl(&pair.a, "net.ipv4.conf.vrrp/77.rp_filter"), "0");
    assert_eq!(sysctl(&pair.a, "net.ipv6.conf.vrrp/77.disable_ipv6"), "1");
    assert_eq!(sysctl(&pair.a, "net.ipv6.conf.vrrp6/77.disable_ipv6"), "0");
    let rules = ruleset(&pair.a);
    assert!(
        rules.contains("table ip tandem_vrrp") && rules.contains("table ip6 tandem_vrrp"),
        "{rules}"
    );
    assert_eq!(rules.matches("dup to").count(), 2 + 2 * 3, "{rules}");
    assert!(rules.contains(VIP), "{rules}");
    node.stop();
    assert_eq!(ruleset(&pair.a), "");
    assert_eq!(read(), before);
    // A table that a killed process left goes at the next start.
    let mut node = Node::start(&pair.a, &both_families("no_accept"));
    node.wait_state("MASTER");
    node.kill();
    assert!(ruleset(&pair.a).contains("tandem_vrrp"));
    let _plain = Node::start(&pair.a, &conf(3, FAST, 200, &vip4()));
    assert_eq!(ruleset(&pair.a), "");
}

/// Every frame that leaves a host within a while, told by source and protocol.
fn frames_from(host: &Host, span: Duration, change: impl FnOnce()) -> Vec<Vec<u8>> {
    // ETH_P_ALL: what the host sends is seen as well.
    let (socket, mut seen) = host.namespace.enter(|| {
        let links = netlink::Netlink::open().unwrap().links().unwrap();
        let link = links.iter().find(|link| link.name == "eth0").unwrap();
        (
            sys::rawsock::PacketSocket::on(link.index, 0x0003).unwrap(),
            Vec::new(),
        )
    });
    change();
    let deadline = Instant::now() + span;
    let mut buffer = [0; 2048];
    while Instant::now() < deadline {
        while let Ok(Some(length)) = socket.receive(&mut buffer) {
            seen.push(buffer[..length].to_vec());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    seen
}

#[test]
fn a_virtual_link_address_speaks_of_nothing_but_its_addresses() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut node = None;
    let frames = frames_from(&pair.client, Duration::from_millis(2500), || {
        node = Some(Node::start(&pair.a, &both_families("")));
    });
    let ours =
        |frame: &&Vec<u8>| frame[6..11] == [0, 0, 0x5e, 0, 1] || frame[6..11] == [0, 0, 0x5e, 0, 2];
    let is_igmp = |frame: &Vec<u8>| frame[12..14] == [8, 0] && frame[23] == 2;
    // A hop-by-hop header in front of ICMPv6: a listener report.
    let is_mld = |frame: &Vec<u8>| frame[12..14] == [0x86, 0xdd] && frame[20] == 0;
    let is_advert = |frame: &Vec<u8>| {
        (frame[12..14] == [8, 0] && frame[23] == 112)
            || (frame[12..14] == [0x86, 0xdd] && frame[20] == 112)
    };
    let virtual_ones: Vec<&Vec<u8>> = frames.iter().filter(ours).collect();
    assert!(virtual_ones.iter().filter(|frame| is_advert(frame)).count() > 10);
    assert!(
        !virtual_ones
            .iter()
            .any(|frame| is_igmp(frame) || is_mld(frame))
    );
    let physical = |frame: &&Vec<u8>| frame[6..12] == [2, 0, 0, 0, 0, 1];
    let reports: Vec<&Vec<u8>> = frames.iter().filter(physical).collect();
    assert!(
        reports.iter().any(|frame| is_igmp(frame)),
        "the group is joined by the interface below"
    );
    assert!(reports.iter().any(|frame| is_mld(frame)));
}
