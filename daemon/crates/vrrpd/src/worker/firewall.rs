//! `no_accept`: a master that does not own its addresses forwards for them and takes no packet
//! sent to them (RFC 9568 section 6.1, `Accept_Mode`).

use std::net::IpAddr;

use super::{WARNING, Worker};

impl Worker {
    /// Drops what belongs to addresses held without being accepted. Called before they are added
    /// and after they are removed, so that nothing gets through between.
    pub(super) fn refuse_unaccepted(&mut self) {
        let held = self.running.values().filter(|it| it.plan.unaccepted);
        let held = held.flat_map(|running| &running.held);
        let mut wanted: Vec<IpAddr> = held.map(|held| held.vip.address.address).collect();
        wanted.sort_unstable();
        if wanted == self.unaccepted {
            return;
        }
        if let Err(error) = netlink::firewall::set_unaccepted(&wanted) {
            let text = format!("no_accept: packets are accepted all the same: {error}");
            self.log(WARNING, text);
        }
        self.unaccepted = wanted;
    }
}
