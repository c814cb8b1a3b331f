//! What does not follow the state: `static_ipaddress` and `promote_secondaries`.

use super::{WARNING, Worker};
use crate::plan::VipPlan;

impl Worker {
    /// Addresses that stay are not touched; those that are no longer named go.
    pub(super) fn take_up_lasting(&mut self, wanted: Vec<VipPlan>) {
        let gone: Vec<VipPlan> = std::mem::take(&mut self.lasting)
            .into_iter()
            .filter(|old| !wanted.contains(old))
            .collect();
        for vip in gone {
            let Some(index) = self.links.link(&vip.interface).map(|link| link.index) else {
                continue;
            };
            if let Err(error) = self.netlink.remove_address(index, &vip.address) {
                let (text, interface) = (vip.text(), &vip.interface);
                let text = format!("cannot remove {text} from {interface}: {error}");
                self.log(WARNING, text);
            }
        }
        self.lasting = wanted;
        self.put_lasting_back();
    }

    /// Adds what is missing, also after somebody removed it or its interface came late.
    pub(super) fn put_lasting_back(&mut self) {
        for vip in self.lasting.clone() {
            let Some(index) = self.links.link(&vip.interface).map(|link| link.index) else {
                continue;
            };
            let ours = vip.address.address;
            let there = (self.links.addresses_of(index)).any(|at| at.address == ours);
            if !there && let Err(error) = self.netlink.add_address(index, &vip.address) {
                let (text, interface) = (vip.text(), &vip.interface);
                let text = format!("cannot add {text} to {interface}: {error}");
                self.log(WARNING, text);
            }
        }
    }

    pub(super) fn promote_secondaries(&mut self) {
        let wanting = self.running.values();
        let wanting = wanting.filter(|running| running.plan.promote_secondaries);
        let names: Vec<String> = wanting.map(|it| it.plan.interface.clone()).collect();
        for name in names {
            let path = format!("/proc/sys/net/ipv4/conf/{name}/promote_secondaries");
            let set = std::fs::read_to_string(&path).is_ok_and(|text| text.trim() == "1");
            if !set
                && self.links.link(&name).is_some()
                && let Err(error) = std::fs::write(&path, "1")
            {
                self.log(WARNING, format!("promote_secondaries on {name}: {error}"));
            }
        }
    }
}
