//! A killed VRRP process leaves nothing in the kernel: its supervisor takes it away.

mod pair;

use std::process::Command;

use pair::daemon::signal_process;
use pair::{Daemon, Pair, VIP, wait};
use testkit::segment::Host;

fn text(host: &Host, program: &str, arguments: &[&str]) -> String {
    let mut command: Command = host.namespace.command(program);
    let output = command.args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything that could have been left.
fn kernel(host: &Host) -> [String; 4] {
    [
        text(
            host,
            "ip",
            &["route", "show", "table", "all", "proto", "keepalived"],
        ),
        text(host, "ip", &["rule"]),
        text(host, "ip", &["link", "show", "type", "macvlan"]),
        text(host, "nft", &["list", "ruleset"]),
    ]
}

#[test]
fn routes_rules_interfaces_and_tables_go_with_a_killed_process_and_come_back() {
    require_pair!();
    let pair = Pair::new("left");
    let before = kernel(&pair.a);
    let path = pair.write(
        "keepalived.conf",
        &format!(
            "static_routes {{\n  192.168.9.0/24 via 10.77.0.13 dev eth0\n}}\nvrrp_instance V {{\n  \
             state BACKUP\n  interface eth0\n  virtual_router_id 51\n  priority 254\n  version 3\n  \
             advert_int 0.1\n  use_vmac\n  no_accept\n  virtual_ipaddress {{\n    {VIP}/24\n  }}\n  \
             virtual_routes {{\n    192.168.8.0/24 via 10.77.0.13 dev eth0\n  }}\n  \
             virtual_rules {{\n    from 10.9.0.0/16 table 9 preference 90\n  }}\n}}\n"
        ),
    );
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&path));
    daemon.wait_ready();
    let complete = || {
        let [routes, rules, links, tables] = kernel(&pair.a);
        routes.contains("192.168.8.0/24")
            && routes.contains("192.168.9.0/24")
            && rules.contains("90:")
            && links.contains("vrrp.51@eth0")
            && tables.contains(VIP)
    };
    wait("all of it is there", complete);
    let worker = daemon.worker("vrrp");
    signal_process(worker, "KILL");
    // The route, the static route, the rule and the interface.
    let removed = "removed 4 routes, rules and interfaces of the dead process";
    wait("the supervisor has removed it", || {
        daemon.log().contains(removed)
    });
    wait("another process has set it again", || {
        daemon.find_worker("vrrp").is_some_and(|pid| pid != worker) && complete()
    });
    assert!(!daemon.log().contains("stays behind"), "{}", daemon.log());
    daemon.signal("TERM");
    assert!(daemon.wait_end().success());
    assert_eq!(kernel(&pair.a), before);
}
