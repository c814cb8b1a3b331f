//! `use_vmac [NAME] [MAC]`, `vmac_xmit_base`

use super::instance::{BLOCK, Draft};
use crate::keepalived::context::{Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::Vmac;
use crate::keepalived::tree::Node;
use crate::source::Spanned;

/// Longest interface name of the kernel (IFNAMSIZ − 1).
const LONGEST_NAME: usize = 15;

pub fn keyword(cx: &mut Context<'_>, draft: &mut Draft, node: &Node) {
    match node.keyword() {
        "use_vmac" => {
            cx.no_block(node);
            cx.finish(BLOCK, node, 2);
            let vmac = draft.vmac.get_or_insert_with(Vmac::default);
            for word in node.args().iter().take(2) {
                if word.text.contains(':') {
                    vmac.address = link_address(cx, word);
                } else if word.text.len() > LONGEST_NAME || word.text.contains('/') {
                    cx.bad(
                        word,
                        "the name of an interface",
                        "write at most 15 characters",
                    );
                } else {
                    vmac.name = Some(owned(word));
                }
            }
        }
        "vmac_xmit_base" => {
            cx.alone(BLOCK, node);
            draft.vmac.get_or_insert_with(Vmac::default).xmit_base = true;
        }
        // Accepted without effect, or refused.
        _ => {}
    }
}

/// Five or six octets of a unicast address; the virtual router id is the sixth of five.
fn link_address(cx: &mut Context<'_>, word: &Word) -> Option<Spanned<Vec<u8>>> {
    let octet = |text: &str| {
        u8::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() <= 2)
    };
    let octets: Option<Vec<u8>> = word.text.split(':').map(octet).collect();
    let unicast = |octets: &Vec<u8>| {
        matches!(octets.len(), 5 | 6) && octets.first().is_some_and(|first| first & 1 == 0)
    };
    let found = octets.filter(unicast);
    if found.is_none() {
        let help = "write six octets such as 02:00:5e:00:01:33, or five and the virtual_router_id is the sixth";
        cx.bad(word, "a link address of one interface", help);
    }
    found.map(|octets| Spanned::new(octets, word.span))
}
