//! The virtual routers of this host, by the names that `tandemd metrics` gives them.

use super::catalogue::Kind;
use super::head;
use crate::page::Instance;
use std::fmt::Write as _;

const STATES: &[&str] = &["INIT", "BACKUP", "MASTER", "FAULT"];

type Get = fn(&Instance) -> u64;

pub fn write(routers: &[Instance], out: &mut String) {
    if routers.is_empty() {
        return;
    }
    let name = "tandemd_vrrp_instance_state";
    head(
        name,
        Kind::Gauge,
        "1 for the state that the virtual router is in",
        out,
    );
    for router in routers {
        for state in STATES {
            let value = u8::from(router.state == *state);
            let labels = labels(router);
            let _ = writeln!(out, "{name}{{{labels},state=\"{state}\"}} {value}");
        }
    }
    let numbers: [(&str, Kind, &str, Get); 3] = [
        (
            "effective_priority",
            Kind::Gauge,
            "Priority after tracking",
            |r| r.priority,
        ),
        ("addresses", Kind::Gauge, "Virtual addresses", |r| {
            r.addresses.len() as u64
        }),
        (
            "became_master_total",
            Kind::Counter,
            "Times that the addresses were taken",
            |r| r.transitions,
        ),
    ];
    for (name, kind, about, get) in numbers {
        let name = format!("tandemd_vrrp_instance_{name}");
        head(&name, kind, about, out);
        for router in routers {
            let _ = writeln!(out, "{name}{{{}}} {}", labels(router), get(router));
        }
    }
}

fn labels(router: &Instance) -> String {
    let Instance {
        name,
        interface,
        router_id,
        family,
        ..
    } = router;
    format!(
        "instance=\"{name}\",interface=\"{interface}\",vrid=\"{router_id}\",family=\"{family}\""
    )
}
