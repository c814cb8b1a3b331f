//! `no_accept`: a master that does not own its addresses forwards for them and takes no packet
//! sent to them (RFC 9568 section 6.1, `Accept_Mode`). And interfaces with a virtual link address,
//! which say nothing of their own.

use std::net::IpAddr;

use netlink::firewall::Filter;

use super::legacy::Succession;
use super::{WARNING, Worker};

impl Worker {
    /// Called before addresses are added and after they are removed, and before an interface comes
    /// up, so that nothing gets through between.
    pub(super) fn refuse_unaccepted(&mut self) {
        // The table says what the process before this one holds.
        if self.succession == Succession::Waiting {
            return;
        }
        let held = self.running.values().filter(|it| it.plan.unaccepted);
        let held = held.flat_map(|running| &running.held);
        let mut unaccepted: Vec<IpAddr> = held.map(|held| held.vip.address.address).collect();
        unaccepted.sort_unstable();
        let vmacs = self.running.values().filter_map(|it| it.plan.vmac.as_ref());
        let links = vmacs.filter_map(|vmac| self.links.link(&vmac.name));
        let quiet = links.filter_map(|link| Some((link.index, link.parent?)));
        let mut quiet: Vec<(u32, u32)> = quiet.collect();
        quiet.sort_unstable();
        quiet.dedup();
        let wanted = Filter { unaccepted, quiet };
        if wanted == self.filter {
            return;
        }
        if let Err(error) = wanted.set() {
            let text = format!(
                "nf_tables refuses the table tandem_vrrp: {error}; packets to addresses without 'accept' are accepted all the same"
            );
            self.log(WARNING, text);
        }
        self.filter = wanted;
    }

    /// A table of an earlier run, whose process died.
    pub(super) fn clear_filter(&mut self) {
        self.filter = Filter::default();
        // A kernel without nf_tables has none, and says so when one is needed.
        let _ = netlink::firewall::clear();
    }
}
