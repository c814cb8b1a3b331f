//! Twenty failbacks with a virtual link address, ours and keepalived's in one run: whether the
//! switch's table follows, and how long a client waits.
//!
//! `cargo test -p vrrpd --test vmac_failbacks -- --ignored --nocapture`

mod harness;

use std::time::{Duration, Instant};

use harness::keepalived::{Keepalived, missing};
use harness::{Node, PATIENCE, Pair, VIP, conf, skipped, vip4};
use testkit::probe::{Probe, Responder};
use testkit::segment::Host;

const MAC: &str = "00:00:5e:00:01:4d";
const ROUNDS: usize = 20;
/// A switch that has not followed by then is taken not to follow.
const DEAF: Duration = Duration::from_secs(4);

/// Either engine on a host.
enum Engine {
    Ours(Box<Node>),
    Theirs(Keepalived),
}

impl Engine {
    fn start(ours: bool, host: &Host, priority: u8) -> Self {
        let body = format!("use_vmac\n  vmac_xmit_base\n  {}", vip4());
        let text = conf(3, "0.1", priority, &body);
        if ours {
            Self::Ours(Box::new(Node::start(host, &text)))
        } else {
            Self::Theirs(Keepalived::start(host, &text))
        }
    }

    fn stop(self) {
        match self {
            Self::Ours(node) => node.stop(),
            Self::Theirs(keepalived) => keepalived.stop(),
        }
    }

    /// Waits, and takes what ours has to say meanwhile.
    fn wait(&mut self, what: &str, within: Duration, mut done: impl FnMut() -> bool) -> bool {
        let deadline = Instant::now() + within;
        while !done() {
            if Instant::now() >= deadline {
                eprintln!("{what}: not within {within:?}");
                return false;
            }
            match self {
                Self::Ours(node) => {
                    node.pump(Duration::from_millis(2));
                }
                Self::Theirs(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
        true
    }
}

fn holds(host: &Host) -> bool {
    host.namespace.ip(&["-br", "addr"]).contains(VIP)
}

/// What became of the failbacks.
#[derive(Default)]
struct Outcome {
    /// Longest gap between two answers, of each.
    gaps: Vec<Duration>,
    /// The switch went on sending to the old master.
    deaf: usize,
    /// The new master never answered the client.
    black_holes: usize,
}

fn failbacks(ours: bool) -> Outcome {
    let pair = Pair::new();
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let mut a = Engine::start(ours, &pair.a, 254);
    assert!(a.wait("a is master", PATIENCE, || holds(&pair.a)));
    let mut b = Engine::start(ours, &pair.b, 253);
    std::thread::sleep(Duration::from_millis(700));
    let mut outcome = Outcome::default();
    for _ in 0..ROUNDS {
        a.stop();
        assert!(b.wait("b is master", PATIENCE, || holds(&pair.b)));
        let at_b = || pair.segment.port_of(MAC).as_deref() == Some(pair.b.port());
        assert!(b.wait("the switch sends to b", PATIENCE, at_b));
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        a = Engine::start(ours, &pair.a, 254);
        assert!(a.wait("a is master again", PATIENCE, || holds(&pair.a)));
        let at_a = || pair.segment.port_of(MAC).as_deref() == Some(pair.a.port());
        outcome.deaf += usize::from(!a.wait("the switch sends to a", DEAF, at_a));
        std::thread::sleep(Duration::from_millis(300));
        let timeline = probe.finish();
        outcome.black_holes += usize::from(timeline.hosts().last() != Some(&"a"));
        outcome.gaps.push(timeline.longest_gap());
    }
    a.stop();
    b.stop();
    outcome.gaps.sort_unstable();
    outcome
}

#[test]
#[ignore = "takes minutes; a shorter form is in vmac.rs"]
fn none_of_twenty_failbacks_is_a_black_hole() {
    if skipped() || missing() {
        return;
    }
    for (name, ours) in [("keepalived", false), ("tandemd", true)] {
        let Outcome {
            gaps,
            deaf,
            black_holes,
        } = failbacks(ours);
        println!(
            "{name}: {ROUNDS} failbacks with use_vmac and vmac_xmit_base: {deaf} times the switch did not follow \
             within {DEAF:?}, {black_holes} black holes; longest gap min {:?}, median {:?}, max {:?}",
            gaps[0],
            gaps[gaps.len() / 2],
            gaps[gaps.len() - 1]
        );
        if ours {
            assert_eq!((deaf, black_holes), (0, 0));
            assert!(gaps[gaps.len() - 1] < Duration::from_secs(1), "{gaps:?}");
        }
    }
}
