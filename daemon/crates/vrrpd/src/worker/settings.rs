//! Settings of the kernel that a virtual link address needs, and what they were before.

use std::fs;

use vrrp::InstanceId;

use super::Worker;

/// Values of arp_ignore.
const OWN_ADDRESSES: &str = "1";
const NO_ANSWERS: &str = "8";

impl Worker {
    /// What makes two link addresses on one wire work: each interface answers ARP for its own
    /// addresses only, and packets may come in by the one and be answered by the other. Returns
    /// the settings that could not be made.
    pub(super) fn prepare_vmac(&mut self, vmac: &str, parent: &str) -> Vec<String> {
        let mut refused = self.relax_reverse_path();
        let own = |key: &str| format!("ipv4/conf/{vmac}/{key}");
        for (key, value) in [
            (own("arp_ignore"), OWN_ADDRESSES),
            (own("accept_local"), "1"),
            (own("rp_filter"), "0"),
            (own("promote_secondaries"), "1"),
        ] {
            // These go with the interface, so nothing has to be put back.
            if write(&key, value).is_err() {
                refused.push(key);
            }
        }
        let of_parent = format!("ipv4/conf/{parent}/arp_ignore");
        self.set_for_now(of_parent, OWN_ADDRESSES, &mut refused);
        // IPv6 stays quiet or, without an address of it, off. A kernel without it has none of these.
        let vips = self.running.values().flat_map(|running| &running.plan.vips);
        let mut vips = vips.filter(|vip| vip.interface == vmac);
        let off = !vips.any(|vip| vip.address.address.is_ipv6());
        for (key, value) in [
            ("addr_gen_mode", "1"),
            ("accept_dad", "0"),
            ("accept_ra", "0"),
            ("router_solicitations", "0"),
            ("disable_ipv6", if off { "1" } else { "0" }),
        ] {
            let key = format!("ipv6/conf/{vmac}/{key}");
            if fs::exists(path(&key)).unwrap_or(false) && write(&key, value).is_err() {
                refused.push(key);
            }
        }
        refused
    }

    /// A kernel answers the announcement of its address, an ARP request for it, like any other.
    /// While the successor of a handover announces itself with the link address that both have,
    /// that answer would bring the switch back to this port.
    pub(super) fn hush(&mut self, id: InstanceId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let Some(vmac) = running.plan.vmac.as_ref() else {
            return;
        };
        let instance = self.node.get(id);
        let wanted = instance.is_some_and(vrrp::Instance::has_heard_successor);
        if running.hushed == wanted {
            return;
        }
        let value = if wanted { NO_ANSWERS } else { OWN_ADDRESSES };
        // The interface may be gone, and what it would have answered with that.
        let _ = write(&format!("ipv4/conf/{}/arp_ignore", vmac.name), value);
        running.hushed = wanted;
    }

    /// The kernel takes the larger of the setting for all interfaces and an interface's own, so
    /// the common one moves to each interface.
    fn relax_reverse_path(&mut self) -> Vec<String> {
        let common = number("ipv4/conf/all/rp_filter");
        let mut refused = Vec::new();
        if common == 0 {
            return refused;
        }
        let names = fs::read_dir(path("ipv4/conf")).into_iter().flatten();
        for name in names.flatten().map(|entry| entry.file_name()) {
            let name = name.to_string_lossy().into_owned();
            let key = format!("ipv4/conf/{name}/rp_filter");
            if name != "all" && number(&key) < common {
                self.set_for_now(key, &common.to_string(), &mut refused);
            }
        }
        self.set_for_now("ipv4/conf/all/rp_filter".to_owned(), "0", &mut refused);
        refused
    }

    fn set_for_now(&mut self, key: String, value: &str, refused: &mut Vec<String>) {
        let before = read(&key);
        if before == value {
            return;
        }
        if write(&key, value).is_err() {
            refused.push(key);
        } else if !self.settings_before.iter().any(|(known, _)| *known == key) {
            self.settings_before.push((key, before));
        }
    }

    /// In reverse: the common setting is back before interfaces lose their own.
    pub(super) fn restore_settings(&mut self) {
        for (key, value) in std::mem::take(&mut self.settings_before).into_iter().rev() {
            // Its interface may be gone.
            let _ = write(&key, &value);
        }
    }
}

fn number(key: &str) -> u8 {
    read(key).parse().unwrap_or(0)
}

fn read(key: &str) -> String {
    let text = fs::read_to_string(path(key)).unwrap_or_default();
    text.trim().to_owned()
}

fn write(key: &str, value: &str) -> std::io::Result<()> {
    fs::write(path(key), value)
}

fn path(key: &str) -> String {
    format!("/proc/sys/net/{key}")
}
