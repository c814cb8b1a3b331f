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
    back_and_forth("vmac over IPv6", &extra, VIP6, MAC6, "vrrp6.77");
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
