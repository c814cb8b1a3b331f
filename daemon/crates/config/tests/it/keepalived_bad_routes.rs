//! Every mistake in a route or a rule, said with its line.

use crate::said::{errors, keepalived};

fn instance(block: &str, lines: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{\n  \
         10.0.0.100/24\n }}\n {block} {{\n{lines}\n }}\n}}\n"
    )
}

/// Each line with what must be said of it.
const BAD_ROUTES: &[(&str, &str)] = &[
    (
        "10.1.0.0/16 dve eth0",
        "unknown word 'dve' in virtual_routes",
    ),
    ("10.1.0.0/33 dev eth0", "'10.1.0.0/33' is not a network"),
    ("via 10.0.0.1 dev eth0", "has no destination"),
    ("10.1.0.0/16", "the route leads nowhere"),
    (
        "10.1.0.0/16 10.2.0.0/16 dev eth0",
        "has a destination already",
    ),
    ("10.1.0.0/16 via", "'via' needs a value"),
    ("10.1.0.0/16 via fe80", "'fe80' is not an address"),
    ("fd00::/8 via 10.0.0.1", "of different families"),
    (
        "10.1.0.0/16 via 10.0.0.1 src fd00::1",
        "of different families",
    ),
    (
        "10.1.0.0/16 dev averyverylongname",
        "is not the name of an interface",
    ),
    ("10.1.0.0/16 dev eth0 metric x", "'x' is not a number"),
    ("10.1.0.0/16 dev eth0 scope y", "'y' is not a scope"),
    (
        "10.1.0.0/16 dev eth0 tos 0x100",
        "'0x100' is not a type of service",
    ),
    (
        "10.1.0.0/16 dev eth0 protocol nope no_track",
        "'nope' is not a routing protocol",
    ),
    (
        "10.1.0.0/16 dev eth0 realms 1/70000",
        "'1/70000' is not a realm",
    ),
    ("10.1.0.0/16 dev eth0 rtt 5h", "'5h' is not a time"),
    (
        "10.1.0.0/16 dev eth0 features x",
        "'x' is not a feature of routes",
    ),
    ("10.1.0.0/16 dev eth0 quickack 2", "'2' is not a number"),
    (
        "fd00::/8 dev eth0 pref best",
        "'best' is not a preference of routers",
    ),
    ("10.1.0.0/16 dev eth0 pref low", "'pref' is for IPv6 routes"),
    (
        "10.1.0.0/16 dev eth0 ttl-propagate 1",
        "'1' is not a switch",
    ),
    (
        "10.1.0.0/16 nexthop weight 1",
        "this 'nexthop' leads nowhere",
    ),
    (
        "10.1.0.0/16 nexthop via 10.0.0.1 weight 300",
        "'300' is not a weight",
    ),
    (
        "10.1.0.0/16 dev eth0 nexthop via 10.0.0.1",
        "either one way or several",
    ),
    (
        "blackhole 10.1.0.0/16 dev eth0",
        "packets of such a route go nowhere",
    ),
    (
        "10.1.0.0/16 dev eth0 track_group G",
        "'track_group' is for static entries",
    ),
    (
        "10.1.0.0/16 dev eth0 encap mpls 100",
        "'encap' in virtual_routes is not supported yet",
    ),
];

const BAD_RULES: &[(&str, &str)] = &[
    (
        "from 10.1.0.0/16 tabel 1",
        "unknown word 'tabel' in virtual_rules",
    ),
    ("from 10.1.0.0/16", "does not say what happens"),
    (
        "from 10.1.0.0/16 to fd00::/8 table 1",
        "of different families",
    ),
    ("fwmark x table 1", "'x' is not a firewall mark"),
    ("from all sport 30-20 table 1", "'30-20' is not a range"),
    ("from all ipproto foo table 1", "'foo' is not a protocol"),
    ("from all goto 5 preference 9", "'goto' leads forwards only"),
    ("l3mdev table 5", "with 'l3mdev' the device has the table"),
    (
        "from all table 1 suppress_prefixlength 129",
        "'129' is not a number",
    ),
    (
        "from all table 1 suppress_ifgroup nope",
        "'nope' is not a group of interfaces",
    ),
    (
        "from all nat 10.0.0.1",
        "'nat' in virtual_rules is not supported yet",
    ),
];

#[test]
fn every_mistake_is_said_with_its_line_and_the_others_are_read() {
    for (block, lines) in [("virtual_routes", BAD_ROUTES), ("virtual_rules", BAD_RULES)] {
        let good = if block == "virtual_routes" {
            "10.200.0.0/16 dev eth0"
        } else {
            "from all table 9 preference 9"
        };
        let text: Vec<String> = lines.iter().map(|(line, _)| format!("  {line}")).collect();
        let text = instance(block, &format!("{}\n  {good}", text.join("\n")));
        let parsed = keepalived(&text);
        let said = errors(&parsed);
        for ((line, wanted), number) in lines.iter().zip(8..) {
            let at = format!("error {number}:");
            let found = said
                .iter()
                .any(|one| one.starts_with(&at) && one.contains(wanted));
            assert!(found, "{line}: {wanted}\n{}", said.join("\n"));
        }
        let read = &parsed.config.instances[0];
        let last = read.routes.last().map(|it| it.text.value.clone());
        let last = last.or_else(|| read.rules.last().map(|it| it.text.value.clone()));
        assert_eq!(last.as_deref(), Some(good));
    }
}
