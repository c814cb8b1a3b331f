//! The rules, one file for each subject. `single` looks at one file, `both` at the pair.

mod accept;
mod addresses;
mod agree;
mod election;
mod firewall;
mod groups;
mod lists;
mod parser;
mod passwords;
mod preempt;
mod scripts;
mod segment;
mod start;
mod timing;
mod unicast;
mod vmac;

use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use crate::{Settings, predict};

pub fn single(index: usize, node: &Node<'_>, found: &mut Findings) {
    parser::take_over(index, node, found);
    passwords::comment_characters(index, node, found);
    accept::check(index, node, found);
    addresses::single(index, node, found);
    scripts::check(index, node, found);
    vmac::check(index, node, found);
    groups::single(index, node, found);
    firewall::check(index, node, found);
}

pub fn both(nodes: &[Node<'_>], pairing: &Pairing, settings: Settings, found: &mut Findings) {
    agree::lonely(nodes, pairing, found);
    segment::check(nodes, pairing, found);
    groups::both(nodes, pairing, found);
    addresses::foreign(nodes, pairing, found);
    for pair in pairing.instances(nodes) {
        agree::check(nodes, pair, found);
        addresses::both(nodes, pair, found);
        election::check(nodes, pair, found);
        preempt::check(nodes, pair, found);
        start::check(nodes, pair, found);
        unicast::check(nodes, pair, found);
        vmac::both(nodes, pair, found);
        timing::check(nodes, pair, settings, found);
    }
    if let Some(target) = settings.target_failover {
        for prediction in predict::all(nodes, pairing) {
            timing::against(nodes, pairing, &prediction, target, found);
        }
        for (index, node) in nodes.iter().enumerate().take(2) {
            scripts::slow(index, node, target, found);
        }
    }
}
