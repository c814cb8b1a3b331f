//! E14: virtual MAC addresses and where adverts leave.

use crate::finding::Findings;
use crate::node::Node;
use config::keepalived::model::{Instance, Transport};

pub fn check(index: usize, node: &Node<'_>, found: &mut Findings) {
    for instance in &node.config().instances {
        let Some(vmac) = &instance.vmac else { continue };
        let unicast = matches!(instance.transport, Transport::Unicast { .. });
        if unicast && !vmac.xmit_base {
            found
                .error("E14", format!("'{}' has use_vmac and unicast peers without vmac_xmit_base", instance.name))
                .at(index, node.keyword(instance, "use_vmac"))
                .why("unicast adverts must leave by the interface that has the source address; from the macvlan they do not arrive")
                .help("add vmac_xmit_base (and garp_master_refresh 1), or remove use_vmac");
        }
        if vmac.xmit_base && instance.garp.master_refresh.is_none() {
            found
                .warning("E14", format!("'{}' has vmac_xmit_base without garp_master_refresh", instance.name))
                .at(index, node.keyword(instance, "vmac_xmit_base"))
                .why("adverts leave from the physical MAC and never refresh the switch: after a failback the virtual MAC may stay on the old port (3 of 13 measured)")
                .help("add 'garp_master_refresh 1', or remove vmac_xmit_base where adverts are multicast");
        }
    }
}

pub fn both(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let [a, b] = pair;
    if a.vmac.is_some() == b.vmac.is_some() {
        return;
    }
    let with = usize::from(b.vmac.is_some());
    let message = format!(
        "'{}' has use_vmac in {} alone",
        pair[with].name, nodes[with].label
    );
    found
        .warning("E14", message)
        .at(with, nodes[with].keyword(pair[with], "use_vmac"))
        .at(1 - with, pair[1 - with].name.span)
        .why("the addresses change their MAC at every failover, which use_vmac is there to avoid")
        .help("write use_vmac on both nodes or on none");
}
