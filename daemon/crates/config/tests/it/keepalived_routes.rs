//! Routes and rules: what is read, and what is said of mistakes.

use crate::said::{errors, keepalived, said, valid};
use config::given::GivenFiles;
use config::keepalived::model::{Hop, Route, RouteKind, Rule, RuleAction};
use config::{Options, Source};

fn instance(block: &str, lines: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{\n  \
         10.0.0.100/24\n }}\n {block} {{\n{lines}\n }}\n}}\n"
    )
}

fn route(line: &str) -> Route {
    let config = valid(keepalived(&instance("virtual_routes", line)));
    config.instances[0].routes[0].clone()
}

fn rule(line: &str) -> Rule {
    let config = valid(keepalived(&instance("virtual_rules", line)));
    config.instances[0].rules[0].clone()
}

#[test]
fn a_route_is_read_in_any_order_of_its_words() {
    let read = route("src 10.0.0.100 to 192.168.1.7/24 via 10.0.0.1 dev eth1 table 0x10 metric 5");
    assert_eq!(read.destination, ("192.168.1.0".parse().unwrap(), 24));
    assert_eq!((read.table, read.metric), (16, Some(5)));
    assert_eq!(read.preferred_source, "10.0.0.100".parse().ok());
    assert_eq!(read.hops[0].via, "10.0.0.1".parse().ok());
    assert_eq!(read.interfaces().next().unwrap().value, "eth1");
    assert_eq!(read.text.value.split(' ').count(), 12);
    let read = route("blackhole 2001:db8::/32");
    assert_eq!((read.kind, read.hops.len()), (RouteKind::Blackhole, 0));
    assert!(read.is_ipv6());
    assert_eq!(
        route("inet6 default dev eth0").destination.0,
        "::".parse::<std::net::IpAddr>().unwrap()
    );
    assert_eq!(
        route("10.9.0.0/16 via inet6 fe80::1 dev eth0").hops[0].via,
        "fe80::1".parse().ok()
    );
}

#[test]
fn a_route_has_several_ways_by_nexthop_and_by_or() {
    let read = route("10.9.0.0/16 nexthop via 10.0.0.1 weight 3 nexthop dev eth1 onlink");
    let weights: Vec<u16> = read.hops.iter().map(|hop| hop.weight).collect();
    assert_eq!(weights, [3, 1]);
    assert!(read.hops[1].onlink);
    let read = route("10.9.0.0/16 via 10.0.0.1 or 10.0.0.2 dev eth0");
    let ways: Vec<_> = read
        .hops
        .iter()
        .map(|hop: &Hop| hop.via.unwrap().to_string())
        .collect();
    assert_eq!(ways, ["10.0.0.1", "10.0.0.2"]);
    assert!(read.hops.iter().all(|hop| hop.interface.is_some()));
}

#[test]
fn a_rule_is_read_with_selectors_and_action() {
    let read = rule(
        "not from 10.1.0.0/16 fwmark 24/0xc iif eth0 ipproto UDP dport 20-30 table main preference 39",
    );
    assert!(read.inverted && !read.ipv6);
    assert_eq!(
        (read.mark, read.destination_ports),
        (Some((24, Some(12))), Some((20, 30)))
    );
    assert_eq!((read.ip_protocol, read.preference), (Some(17), Some(39)));
    assert_eq!(read.action, RuleAction::Table(254));
    assert_eq!(
        rule("from all goto 400 preference 3").action,
        RuleAction::Goto(400)
    );
    assert!(rule("inet6 iif eth0 table 5 preference 3").ipv6);
    assert_eq!(rule("l3mdev preference 3").action, RuleAction::Table(0));
}

#[test]
fn rules_without_a_preference_get_one_and_it_is_said() {
    let text = format!(
        "static_rules {{\n from 10.1.0.0/16 table 1\n}}\n{}",
        instance(
            "virtual_rules",
            "  from 10.2.0.0/16 table 1\n  from fd00::/8 table 1"
        )
    );
    let parsed = keepalived(&text);
    let said = said(&parsed);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].starts_with("warning 2:2 the rule has no preference and gets 16384"),
        "{said:?}"
    );
    let config = valid(parsed);
    assert_eq!(config.static_rules[0].preference, Some(16384));
    let given: Vec<_> = config.instances[0]
        .rules
        .iter()
        .map(|rule| rule.preference)
        .collect();
    assert_eq!(given, [Some(16383), Some(16384)]);
}

#[test]
fn names_come_from_the_files_of_iproute2() {
    let files = GivenFiles::new([
        (
            "/etc/iproute2/rt_tables".to_owned(),
            "# mine\n100\tsmall\n".to_owned(),
        ),
        (
            "/etc/iproute2/rt_tables.d/x.conf".to_owned(),
            "101 other\n".to_owned(),
        ),
    ]);
    let options = Options {
        files: &files,
        ..Options::default()
    };
    let text = instance(
        "virtual_routes",
        "  10.1.0.0/16 dev eth0 table small\n  10.2.0.0/16 dev eth0 table other",
    );
    let parsed = config::keepalived::parse(&[Source::new("keepalived.conf", text)], &options);
    let tables: Vec<u32> = valid(parsed).instances[0]
        .routes
        .iter()
        .map(|it| it.table)
        .collect();
    assert_eq!(tables, [100, 101]);
    let parsed = keepalived(&instance(
        "virtual_routes",
        "  10.1.0.0/16 dev eth0 table small",
    ));
    assert_eq!(
        errors(&parsed),
        [
            "error 8:30 'small' is not a routing table [small] => write main, local, default or a number, or name it in /etc/iproute2/rt_tables"
        ]
    );
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

#[test]
fn track_groups_name_instances_and_are_named_by_static_entries() {
    let text = format!(
        "track_group G {{\n group {{\n  V\n  W\n }}\n}}\ntrack_group G {{\n group {{\n  V\n }}\n}}\n\
         track_group E {{\n}}\nstatic_routes {{\n 10.1.0.0/16 dev eth0 track_group H\n \
         10.2.0.0/16 dev eth0 no_track\n}}\n{}",
        instance("virtual_routes", "")
    );
    let said = said(&keepalived(&text));
    for wanted in [
        "error 4:3 there is no vrrp_instance 'W'",
        "error 7:13 there is a track_group 'G' already",
        "error 12:13 the track_group 'E' names no instance",
        "error 15:35 there is no track_group 'H'",
        "warning 16:2 'no_track' is for entries of an instance",
    ] {
        assert!(
            said.iter().any(|one| one.starts_with(wanted)),
            "{wanted}\n{}",
            said.join("\n")
        );
    }
}

#[test]
fn what_is_tracked_is_keepalived_s_own() {
    let parsed = keepalived(&instance(
        "virtual_routes",
        "  10.1.0.0/16 dev eth0 protocol bird\n  10.2.0.0/16 dev eth0 protocol bird no_track",
    ));
    assert!(said(&parsed)[0].contains("protocol 12 becomes 18"));
    let routes = valid(parsed).instances[0].routes.clone();
    assert_eq!((routes[0].protocol, routes[1].protocol), (None, Some(12)));
}
