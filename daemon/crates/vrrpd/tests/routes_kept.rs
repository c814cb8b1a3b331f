//! Virtual and static routes and rules while they are held: put back, exchanged, cleaned up.

mod harness;

use harness::{Node, Pair, VIP, conf, skipped, vip4};
use testkit::segment::Host;

fn body(routes: &str, rules: &str) -> String {
    format!(
        "virtual_routes {{\n    {routes}\n  }}\n  virtual_rules {{\n    {rules}\n  }}\n  {}",
        vip4()
    )
}

fn has_route(host: &Host, prefix: &str) -> bool {
    host.namespace
        .ip(&["route", "show", prefix])
        .contains(prefix)
}

fn has_rule(host: &Host, preference: &str) -> bool {
    !host
        .namespace
        .ip(&["rule", "show", "preference", preference])
        .is_empty()
}

#[test]
fn what_somebody_removes_is_put_back_unless_it_is_not_tracked() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = conf(
        3,
        "0.1",
        200,
        &body(
            "192.168.1.0/24 via 10.77.0.9 src 10.77.0.100\n    192.168.2.0/24 dev eth0 no_track",
            "from 10.9.0.0/16 table 9 preference 90\n    from 10.8.0.0/16 table 9 preference 80 no_track",
        ),
    );
    let mut a = Node::start(&pair.a, &text);
    a.wait_state("MASTER");
    let transitions = a.instance()["transitions"].clone();
    let delete = |arguments: &[&str]| {
        pair.a.namespace.ip(arguments);
    };
    delete(&["route", "del", "192.168.2.0/24"]);
    delete(&["rule", "del", "preference", "80"]);
    delete(&["route", "del", "192.168.1.0/24"]);
    delete(&["rule", "del", "preference", "90"]);
    a.wait("putting both back", |_| {
        has_route(&pair.a, "192.168.1.0/24") && has_rule(&pair.a, "90")
    });
    // The kernel drops a route with its source address, without a word.
    delete(&["addr", "del", "10.77.0.100/24", "dev", "eth0"]);
    a.wait("both again", |_| {
        pair.a.has(VIP) && has_route(&pair.a, "192.168.1.0/24")
    });
    assert!(!has_route(&pair.a, "192.168.2.0/24") && !has_rule(&pair.a, "80"));
    assert_eq!(
        a.instance()["transitions"],
        transitions,
        "mastership was not given up"
    );
}

#[test]
fn a_master_that_cannot_put_a_route_back_gives_way_to_one_that_has_it() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    for host in [&pair.a, &pair.b] {
        host.namespace
            .ip(&["addr", "add", "10.88.0.1/24", "dev", "eth0"]);
    }
    let text = |priority| {
        let routes = "192.168.1.0/24 via 10.88.0.9";
        conf(
            3,
            "0.1",
            priority,
            &body(routes, "from 10.9.0.0/16 table 9 preference 90"),
        )
    };
    let mut a = Node::start(&pair.a, &text(200));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &text(100));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 2
    });
    pair.a
        .namespace
        .ip(&["addr", "del", "10.88.0.1/24", "dev", "eth0"]);
    pair.a.namespace.ip(&["route", "del", "192.168.1.0/24"]);
    b.wait_state("MASTER");
    a.wait_state("BACKUP");
    assert!(has_route(&pair.b, "192.168.1.0/24") && has_rule(&pair.b, "90"));
    assert!(!has_rule(&pair.a, "90"));
}

#[test]
fn a_reload_exchanges_what_differs_and_leftovers_go_at_the_start() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let rule = "from 10.9.0.0/16 table 9 preference 90";
    let first = conf(
        3,
        "0.1",
        200,
        &body(
            "192.168.1.0/24 via 10.77.0.9\n    192.168.2.0/24 dev eth0",
            rule,
        ),
    );
    let mut a = Node::start(&pair.a, &first);
    a.wait_state("MASTER");
    let second = conf(
        3,
        "0.1",
        200,
        &body(
            "192.168.2.0/24 dev eth0\n    192.168.3.0/24 dev eth0",
            "from 10.9.0.0/16 table 10 preference 91",
        ),
    );
    a.configure(&second);
    assert_eq!(a.state(), "MASTER");
    assert!(!has_route(&pair.a, "192.168.1.0/24") && has_route(&pair.a, "192.168.2.0/24"));
    assert!(has_route(&pair.a, "192.168.3.0/24"));
    assert!(!has_rule(&pair.a, "90") && has_rule(&pair.a, "91"));
    a.kill();
    assert!(has_route(&pair.a, "192.168.3.0/24") && has_rule(&pair.a, "91"));
    let mut a = Node::start(&pair.a, &second);
    let log = a.log.join("\n");
    assert!(
        log.contains("removing route 192.168.3.0/24 dev eth0, left by an earlier run"),
        "{log}"
    );
    assert!(log.contains("removing rule from 10.9.0.0/16"), "{log}");
    a.wait_state("MASTER");
    a.stop();
    assert!(!has_route(&pair.a, "192.168.3.0/24") && !has_rule(&pair.a, "91"));
}

#[test]
fn an_instance_that_tracks_a_static_route_is_in_fault_while_it_cannot_be_set() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = format!(
        "track_group G {{\n  group {{\n    VI_1\n  }}\n}}\nstatic_routes {{\n  \
         192.168.1.0/24 via 10.88.0.9 dev eth0 track_group G\n}}\n{}",
        conf(3, "0.1", 200, &vip4())
    );
    let mut a = Node::start(&pair.a, &text);
    a.wait_state("FAULT");
    let reasons = a.instance()["reasons"].to_string();
    assert!(
        reasons.contains("192.168.1.0/24") && reasons.contains("cannot be put back"),
        "{reasons}"
    );
    pair.a
        .namespace
        .ip(&["addr", "add", "10.88.0.1/24", "dev", "eth0"]);
    a.wait_state("MASTER");
    assert!(has_route(&pair.a, "192.168.1.0/24"));
    pair.a.namespace.ip(&["route", "del", "192.168.1.0/24"]);
    a.wait("putting it back", |_| has_route(&pair.a, "192.168.1.0/24"));
    assert_eq!(a.state(), "MASTER");
}
