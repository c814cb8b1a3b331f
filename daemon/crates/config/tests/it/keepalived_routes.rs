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
