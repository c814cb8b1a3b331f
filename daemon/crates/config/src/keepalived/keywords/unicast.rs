//! `unicast_peer { ADDR [min_ttl N] [max_ttl N] }`

use crate::keepalived::context::Context;
use crate::keepalived::model::UnicastPeer;
use crate::keepalived::tree::Node;

pub fn read(cx: &mut Context<'_>, node: &Node) -> Vec<UnicastPeer> {
    node.children()
        .iter()
        .filter_map(|entry| peer(cx, entry))
        .collect()
}

fn peer(cx: &mut Context<'_>, entry: &Node) -> Option<UnicastPeer> {
    cx.no_block(entry);
    let word = entry.words.first()?;
    // Old files write the network; keepalived takes the address.
    let found = cx.network_word(word)?;
    if found.1.is_some() {
        let message = format!(
            "a peer is an address, so the prefix length of '{}' is ignored",
            word.text
        );
        cx.warning("keepalived/extra-words", word.span, message)
            .suggest(format!("write {}", found.0));
    }
    let mut peer = UnicastPeer {
        address: found.map(|(ip, _)| ip),
        min_ttl: None,
        max_ttl: None,
    };
    let mut rest = entry.args();
    while let [name, more @ ..] = rest {
        let slot = match name.text.as_str() {
            "min_ttl" => &mut peer.min_ttl,
            "max_ttl" => &mut peer.max_ttl,
            _ => {
                let message = format!("'{}' behind a peer would be lost", name.text);
                cx.error("keepalived/second-entry", name.span, message)
                    .suggest("write each peer on a line of its own");
                break;
            }
        };
        let Some(value) = more.first() else {
            let message = format!("'{}' needs a value", name.text);
            cx.error("keepalived/missing-value", name.span.after(), message)
                .suggest(format!("write e.g. {} 255", name.text));
            break;
        };
        *slot = cx.number_word(value, 0..=255);
        rest = &more[1..];
    }
    Some(peer)
}
