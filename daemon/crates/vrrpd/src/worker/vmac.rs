//! `use_vmac`: addresses on an interface of their own whose link address belongs to the virtual
//! router (RFC 9568 section 7.3), so that clients need learn nothing when the master changes.

use std::net::IpAddr;

use netlink::{NetlinkError, NewAddress};
use vrrp::InstanceId;

use super::{WARNING, Worker};
use crate::links::Links;
use crate::plan::VmacPlan;

impl Worker {
    /// Makes the interfaces that are missing; one that is there already is taken over.
    pub(super) fn ensure_vmacs(&mut self) {
        let wanted: Vec<(String, bool, VmacPlan)> = self
            .running
            .values()
            .filter_map(|running| {
                let plan = &running.plan;
                Some((plan.interface.clone(), plan.ipv6, plan.vmac.clone()?))
            })
            .collect();
        for (parent, ipv6, vmac) in wanted {
            let Some(parent) = self.links.link(&parent).cloned() else {
                continue;
            };
            let there = self.links.link(&vmac.name);
            let ours = there.is_some_and(|link| {
                link.mac == Some(vmac.mac) && link.parent == Some(parent.index) && link.up
            });
            if !ours {
                if let Err(error) = self.make_vmac(&vmac, &parent) {
                    let name = &vmac.name;
                    self.log(WARNING, format!("use_vmac: cannot make {name}: {error}"));
                }
                self.leave_undo();
            }
            if ipv6 && !vmac.xmit_base {
                self.lend_source(parent.index, &vmac);
            }
        }
    }

    fn make_vmac(&mut self, vmac: &VmacPlan, parent: &netlink::Link) -> Result<(), NetlinkError> {
        if let Some(other) = self.links.link(&vmac.name) {
            self.netlink.remove_link(other.index)?;
        }
        self.netlink
            .add_macvlan(&vmac.name, parent.index, vmac.mac)?;
        self.links = Links::read(&mut self.netlink)?;
        let refused = self.prepare_vmac(&vmac.name, &parent.name);
        if !refused.is_empty() {
            let keys = refused.join(", ");
            self.log(WARNING, format!("use_vmac: cannot set {keys}"));
        }
        self.refuse_unaccepted();
        let index = self.links.link(&vmac.name).map_or(0, |link| link.index);
        self.netlink.set_link_up(index)?;
        self.links = Links::read(&mut self.netlink)?;
        Ok(())
    }

    /// IPv6 adverts come from an address of the interface that they leave by; a link-local one
    /// made of the virtual link address would be the same on every router.
    fn lend_source(&mut self, parent: u32, vmac: &VmacPlan) {
        let Some(IpAddr::V6(source)) = self.links.source(parent, true, true, |address| {
            (self.running.values()).any(|running| running.is_vip(address))
        }) else {
            return;
        };
        let Some(index) = self.links.link(&vmac.name).map(|link| link.index) else {
            return;
        };
        let address = IpAddr::V6(source);
        if self
            .links
            .addresses_of(index)
            .all(|at| at.address != address)
            && let Err(error) = self
                .netlink
                .add_address(index, &NewAddress::plain(address, 128))
        {
            let name = &vmac.name;
            let text = format!("use_vmac: cannot add {address} to {name}: {error}");
            self.log(WARNING, text);
        }
    }

    /// Takes an instance's interface away unless another one still uses it.
    pub(super) fn remove_vmac(&mut self, id: InstanceId) {
        let Some(vmac) = self.running.get(&id).and_then(|it| it.plan.vmac.clone()) else {
            return;
        };
        let shared = self.running.values().any(|other| {
            other.id != id
                && other
                    .plan
                    .vmac
                    .as_ref()
                    .is_some_and(|it| it.name == vmac.name)
        });
        let Some(link) = self.links.link(&vmac.name).filter(|_| !shared) else {
            return;
        };
        if link.mac != Some(vmac.mac) {
            return;
        }
        let index = link.index;
        // Its parent, and it with that, may be gone already.
        let _ = self.netlink.remove_link(index);
        if let Ok(links) = Links::read(&mut self.netlink) {
            self.links = links;
        }
        // Its number may belong to another interface one day.
        self.leave_undo();
    }

    /// Requests that take the interfaces away.
    pub(super) fn vmac_removals(&self) -> Vec<netlink::wire::Request> {
        let vmacs = self.running.values().filter_map(|it| it.plan.vmac.as_ref());
        let links = vmacs.filter_map(|vmac| {
            let link = self.links.link(&vmac.name)?;
            (link.mac == Some(vmac.mac)).then_some(link.index)
        });
        links.map(netlink::macvlan::remove_request).collect()
    }

    pub(super) fn remove_all_vmacs(&mut self) {
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            self.remove_vmac(id);
            self.running.remove(&id);
        }
        self.refuse_unaccepted();
        self.restore_settings();
    }
}
