//! `use_vmac` beside keepalived: whose port the switch believes in after a handover.

mod harness;

use std::time::Duration;

use harness::keepalived::{self, Keepalived};
use harness::{Node, Pair, VIP, conf, skipped, vip4};
use testkit::probe::{Probe, Responder};

const MAC: &str = "00:00:5e:00:01:4d";

/// keepalived announces itself by requests for the address, which the kernel of the old master
/// would answer with the same link address, and then for five seconds no more. On a busy machine it
/// misses its first announcements now and then, whoever was master before it: hence the rounds.
#[test]
fn a_successor_that_announces_once_keeps_the_switch_port() {
    if skipped() || keepalived::missing() {
        return;
    }
    let soon = (0..ROUNDS).any(|_| handover() < Duration::from_secs(2));
    assert!(soon, "no round of {ROUNDS} had the successor heard at once");
}

const ROUNDS: usize = 4;

/// How long nobody answered.
fn handover() -> Duration {
    let pair = Pair::new();
    let text = |priority: u8| {
        conf(
            3,
            "0.1",
            priority,
            &format!("use_vmac\n  vmac_xmit_base\n  {}", vip4()),
        )
    };
    let mut a = Node::start(&pair.a, &text(254));
    a.wait_state("MASTER");
    let b = Keepalived::start(&pair.b, &text(253));
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    b.await_line("Entering BACKUP STATE");
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    probe.await_answer("a");
    a.stop();
    probe.await_answer("b");
    assert_eq!(pair.segment.port_of(MAC).as_deref(), Some(pair.b.port()));
    let gap = probe.finish().longest_gap();
    eprintln!("measured: stop, the successor being keepalived: {gap:?}");
    gap
}
