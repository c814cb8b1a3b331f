//! E12: times that defeat each other (what a version cannot carry is the parser's finding).
//! E17: the predicted failover against what is wanted.

use crate::Settings;
use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use crate::predict::{Prediction, millis, preferred};
use config::keepalived::model::Instance;
use std::time::Duration;

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], _: Settings, found: &mut Findings) {
    for (index, instance) in pair.into_iter().enumerate() {
        let adverts = u32::from(instance.down_timer_adverts.max(2)) - 1;
        let most = instance.advert_int.value.saturating_mul(adverts);
        let delay = instance.interface_down_delay;
        if delay.is_zero() || delay < most {
            continue;
        }
        let message = format!(
            "'{}' waits {} s before it believes that a link is down",
            instance.name,
            delay.as_secs_f64()
        );
        found
            .error("E12", message)
            .at(index, nodes[index].keyword(instance, "interface_up_down_delays"))
            .why(format!(
                "the other node takes over after {} s of silence at the soonest, so both hold the addresses meanwhile",
                most.as_secs_f64()
            ))
            .help(format!("write less than {} s ({adverts} x advert_int)", most.as_secs_f64()));
    }
}

pub fn against(
    nodes: &[Node<'_>],
    pairing: &Pairing,
    prediction: &Prediction,
    target: Duration,
    found: &mut Findings,
) {
    let wanted = millis(target);
    let late = [
        ("a crash", prediction.crash_most),
        ("a graceful stop", prediction.graceful),
    ];
    let named = |pair: &[&Instance; 2]| {
        pair.iter()
            .any(|i| i.name.0 == prediction.instance && has(i, &prediction.vip))
    };
    let Some(pair) = pairing.instances(nodes).find(named) else {
        return;
    };
    let master = preferred(nodes, pair);
    for (what, ms) in late.into_iter().filter(|(_, ms)| *ms > wanted) {
        let message = format!(
            "{} is away for up to {ms:.0} ms after {what} of {}, {wanted:.0} ms are wanted",
            prediction.vip, prediction.master
        );
        let backup = 1 - master;
        found
            .warning("E17", message)
            .at(master, Node::place(pair[master], pair[master].advert_int.span))
            .at(backup, Node::place(pair[backup], pair[backup].priority.span))
            .why("the backup waits for three adverts and its skew, (256 - priority) / 256 of an interval; after a farewell for the skew alone")
            .help("write a shorter advert_int (version 3: 0.1), and a high priority on the backup, e.g. 254 and 253");
    }
}

fn has(instance: &Instance, vip: &str) -> bool {
    let mut all = instance.vips.iter().chain(&instance.vips_excluded);
    all.any(|v| v.address.value.to_string() == vip)
}
