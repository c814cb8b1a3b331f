//! `garp_*` and `gna_interval` as a neighbour sees them: how many frames, and when.

mod harness;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use harness::{Node, Pair, VIP, VIP6, conf, skipped, vip4, vip6};
use sys::rawsock::PacketSocket;
use testkit::segment::{Host, Segment};

/// A busy machine sends late, never early.
const LATE: Duration = Duration::from_millis(400);

/// Milliseconds by which what follows a late first one seems early: times are counted from it.
const EARLY: u64 = 200;

struct Listener {
    socket: PacketSocket,
    address: IpAddr,
}

impl Listener {
    /// Hears what passes the switch: a host there would be asked whether it has learnt.
    fn new(segment: &Segment, address: &str) -> Self {
        let address: IpAddr = address.parse().unwrap();
        let kind = if address.is_ipv4() { 0x0806 } else { 0x86dd };
        let socket = segment.switch().enter(|| {
            let links = netlink::Netlink::open().unwrap().links().unwrap();
            let link = links.iter().find(|link| link.name == "br0").unwrap();
            PacketSocket::on(link.index, kind).unwrap()
        });
        Self { socket, address }
    }

    /// Takes what came; false when nothing did.
    fn heard(&self) -> bool {
        let mut buffer = [0; 2048];
        let mut found = false;
        while let Ok(Some(length)) = self.socket.receive(&mut buffer) {
            let frame = &buffer[..length];
            let ours = vrrpd::announce::claim(frame).map(|it| it.0) == Some(self.address);
            // A question to a neighbour has another target than its sender.
            found |= ours && (self.address.is_ipv6() || frame.get(28..32) == frame.get(38..42));
            if found {
                break;
            }
        }
        found
    }

    /// When announcements came, from the first one on, for a while.
    fn times(&self, node: &mut Node, span: Duration) -> Vec<Duration> {
        let mut first: Option<Instant> = None;
        let mut times = Vec::new();
        let deadline = Instant::now() + harness::PATIENCE;
        while first.map_or(Instant::now() < deadline, |at| at.elapsed() < span) {
            if self.heard() {
                let start = *first.get_or_insert_with(Instant::now);
                times.push(start.elapsed());
            } else {
                node.pump(Duration::from_millis(1));
            }
        }
        times
    }
}

fn alone() -> (Segment, Host) {
    let segment = Segment::new();
    let host = segment.host("a", &["10.77.0.1/24", "fd77::1/64"]);
    (segment, host)
}

fn between(times: &[Duration], from: u64, to: Duration) -> usize {
    let from = Duration::from_millis(from);
    times.iter().filter(|at| (from..to).contains(at)).count()
}

#[test]
fn rounds_at_the_beginning_after_the_delay_and_as_a_refresh_are_as_configured() {
    if skipped() {
        return;
    }
    let (segment, host) = alone();
    let listener = Listener::new(&segment, VIP);
    let body = format!(
        "garp_master_delay 1\n  garp_master_repeat 3\n  garp_master_refresh 2\n  \
         garp_master_refresh_repeat 2\n  {}",
        vip4()
    );
    let mut node = Node::start(&host, &conf(3, "0.1", 200, &body));
    let times = listener.times(&mut node, Duration::from_millis(4900));
    // Single ones between the rounds are for neighbours that have not learnt (see verification).
    for (at, round, singles) in [(0, 3, 3), (1, 3, 1), (2, 2, 0), (4, 2, 3)] {
        let from = Duration::from_secs(at);
        let count = between(&times, (at * 1000).saturating_sub(EARLY), from + LATE);
        assert!(
            (round..=round + singles).contains(&count),
            "at {at} s: {times:?}"
        );
    }
    assert_eq!(
        between(&times, 2900, Duration::from_millis(4000 - EARLY)),
        0,
        "{times:?}"
    );
}

#[test]
fn global_defaults_hold_and_na_keep_their_distance() {
    if skipped() {
        return;
    }
    let (segment, host) = alone();
    let listener = Listener::new(&segment, VIP6);
    let global =
        "vrrp_garp_master_delay 0\n  vrrp_garp_master_repeat 4\n  vrrp_gna_interval 0.06\n";
    let text = conf(3, "0.1", 200, &vip6())
        .replace("global_defs {\n", &format!("global_defs {{\n  {global}"));
    let mut node = Node::start(&host, &text);
    let times = listener.times(&mut node, Duration::from_millis(900));
    // One more may be for neighbours that have not learnt.
    assert!((4..=5).contains(&times.len()), "{times:?}");
    // Two addresses take turns, so each comes every second time.
    assert!(times[3] >= Duration::from_millis(6 * 60 - 40), "{times:?}");
}

#[test]
fn a_lower_priority_is_answered_with_announcements_now_and_after_its_delay() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!(
        "garp_master_delay 0\n  garp_lower_prio_delay 1\n  garp_lower_prio_repeat 2\n  {}",
        vip4()
    );
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &body));
    a.wait_state("MASTER");
    // A second master comes into being while the two cannot hear each other.
    pair.segment.set_isolated(&pair.b, true);
    let mut b = Node::start(
        &pair.b,
        &conf(3, "0.1", 100, &format!("garp_master_delay 0\n  {}", vip4())),
    );
    b.wait_state("MASTER");
    let listener = Listener::new(&pair.segment, VIP);
    pair.segment.set_isolated(&pair.b, false);
    let times = listener.times(&mut a, Duration::from_millis(1900));
    assert!(between(&times, 0, LATE) >= 2, "{times:?}");
    assert_eq!(
        between(&times, 900, Duration::from_secs(1) + LATE),
        2,
        "{times:?}"
    );
    b.wait_state("BACKUP");
}

#[test]
fn with_garp_extra_if_every_interface_is_refreshed() {
    if skipped() {
        return;
    }
    let (segment, host) = alone();
    let listener = Listener::new(&segment, VIP);
    let body = |extra: &str| {
        format!(
            "garp_master_delay 0\n  garp_master_repeat 1\n  garp_extra_if {extra}\n  {}",
            vip4()
        )
    };
    let mut node = Node::start(&host, &conf(3, "0.1", 200, &body("all 1")));
    let times = listener.times(&mut node, Duration::from_millis(4600));
    for second in [1, 2, 3, 4] {
        let to = Duration::from_secs(second) + LATE;
        assert!(between(&times, second * 1000 - EARLY, to) > 0, "{times:?}");
    }
    node.stop();
    // Without 'all' only interfaces with a virtual link address are.
    let mut node = Node::start(&host, &conf(3, "0.1", 200, &body("1")));
    let times = listener.times(&mut node, Duration::from_millis(4600));
    assert_eq!(
        between(&times, 2900, Duration::from_secs(5)),
        0,
        "{times:?}"
    );
}

#[test]
fn instances_of_a_garp_group_wait_for_each_other() {
    if skipped() {
        return;
    }
    let (segment, host) = alone();
    let listener = Listener::new(&segment, VIP);
    let other = Listener::new(&segment, "10.77.0.101");
    let body = format!("garp_master_delay 0\n  garp_master_repeat 3\n  {}", vip4());
    let first = conf(3, "0.1", 200, &body);
    let second = first
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 77", "virtual_router_id 78")
        .replace(VIP, "10.77.0.101")
        .replace("global_defs {\n  vrrp_version 3\n}\n", "");
    let group = "garp_group {\n  garp_interval 0.15\n  interface eth0\n}\n";
    let mut node = Node::start(&host, &format!("{group}{first}{second}"));
    let start = Instant::now();
    let mut times = Vec::new();
    while times.len() < 6 && start.elapsed() < harness::PATIENCE {
        for heard in [&listener, &other] {
            while heard.heard() {
                times.push(start.elapsed());
            }
        }
        node.pump(Duration::from_millis(1));
    }
    assert_eq!(times.len(), 6, "{times:?}");
    // Five pauses between six announcements, whoever sends them; without the group it were two.
    let span = times[5].saturating_sub(times[0]);
    assert!(span >= Duration::from_millis(5 * 150 - 50), "{times:?}");
}
