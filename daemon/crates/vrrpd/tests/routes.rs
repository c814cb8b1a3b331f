//! Routes, rules and addresses as the kernel has them in the end: ours beside keepalived's.

mod harness;

use harness::keepalived::{Keepalived, missing};
use harness::{Node, await_that, conf, skipped};
use testkit::segment::{Host, Segment};

const ROUTES: &str = "src 10.77.0.100 to 192.168.109.0/24 via 10.77.0.9 dev eth0
    192.168.110.0/24 via 10.77.0.9 dev eth0 metric 5
    192.168.111.0/24 dev eth0 no_track
    192.168.112.0/24 via 10.77.0.9
    blackhole 192.168.114.0/24
    unreachable 192.168.115.0/24
    prohibit 192.168.116.0/24 table 7
    throw 192.168.117.0/24 table 7
    0.0.0.0/0 gw 10.77.0.9 table 100
    default via 10.77.0.9 table 101
    192.168.118.0/24 table 6909 nexthop via 10.77.0.9 dev eth0 onlink weight 1 nexthop via 10.77.0.8 dev eth0 weight 2
    192.168.119.0/24 dev eth0 table 6909 tos 0x04 protocol bird scope link priority 12 mtu 1000 advmss 101 rtt 200 rttvar 200 reordering 104 window 105 cwnd 106 ssthresh lock 107 realms 1/0x14 rto_min 208 initcwnd 109 initrwnd 110 features ecn
    192.168.120.0/24 dev eth0 mtu lock 1400 quickack 1 congctl cubic fastopen_no_cookie 1 hoplimit 33
    192.168.121.0/24 via 10.99.9.9 dev eth0 onlink
    192.168.123.7 dev eth0 scope host
    192.168.124.0/24 dev eth0 protocol bird no_track
    2001:db8:1::/48 via fd77::9 dev eth0 metric 7
    2001:db8:2::/48 dev eth0 mtu 1400 pref high
    blackhole 2001:db8:3::/48
    2001:db8:4::/48 nexthop via fd77::9 dev eth0 weight 1 nexthop via fd77::8 dev eth0 weight 3";

const RULES: &str = "from 192.168.2.0/24 table 1
    to 192.168.2.0/24 table 1 no_track
    from 192.168.28.0/24 to 192.168.29.0/26 table 99 iif eth0 oif lo tos 0x10 fwmark 24/12 preference 39 realms 30/20
    to 1:2:3:4:5:6:7:0/112 from 7:6:5:4:3:2::/96 table 6908 uidrange 10000-19999
    from 192.168.3.0/24 goto 400 preference 40
    from 192.168.4.0/24 table main suppress_prefixlength 0 priority 41
    from 192.168.5.0/24 lookup 9 suppress_ifgroup 3 preference 42
    not from 192.168.6.0/24 blackhole preference 43
    from 192.168.7.0/24 unreachable preference 44
    from 192.168.7.0/24 prohibit preference 45
    to 192.168.8.0/24 ipproto udp sport 10-20 dport 20-30 table 5 preference 46
    fwmark 7 table 5 preference 47
    iif eth0 table 5 preference 48
    from all table 8 preference 52
    l3mdev preference 53
    dsfield 0x8 table 8 preference 54
    from 10.2.0.0/16 nop preference 400";

const ADDRESSES: &str = "10.77.0.100/24
    10.77.0.101/24 label eth0:1 brd +
    10.79.0.102/24 scope link
    10.77.0.103/24 noprefixroute
    10.77.0.104/24 preferred_lft 100000
    10.77.0.105/24 brd 10.77.0.255
    10.77.0.106 peer 10.77.5.1";

const EXCLUDED: &str = "fd77::100/64
    fd77::101
    fd77::102/64 -nodad
    fd77::103/64 home mngtmpaddr noprefixroute
    fd77::104/64 preferred_lft 100000
    fd77::105/128 preferred_lft forever
    10.78.0.1/24 dev eth0";

fn everything() -> String {
    let body = format!(
        "virtual_ipaddress {{\n    {ADDRESSES}\n  }}\n  virtual_ipaddress_excluded {{\n    \
         {EXCLUDED}\n  }}\n  virtual_routes {{\n    {ROUTES}\n  }}\n  virtual_rules {{\n    \
         {RULES}\n  }}"
    );
    format!(
        "static_ipaddress {{\n  10.77.0.50/24 dev eth0\n}}\nstatic_routes {{\n  \
         192.168.50.0/24 via 10.77.0.9 dev eth0\n  2001:db8:50::/48 via fd77::9 dev eth0\n}}\n\
         static_rules {{\n  from 192.168.50.0/24 table 50 preference 500\n}}\n{}",
        conf(3, "0.1", 200, &body)
    )
}

/// Alone on a segment, so that two of the same name and link address can stand beside each other.
fn lonely() -> (Segment, Host) {
    let segment = Segment::new();
    let host = segment.host("a", &["10.77.0.1/24", "fd77::1/64"]);
    (segment, host)
}

/// What the kernel has, one fact on each line, in an order of its own.
fn kernel(host: &Host) -> Vec<String> {
    let mut all = Vec::new();
    for arguments in [
        &["-d", "route", "show", "table", "all"][..],
        &["-6", "-d", "route", "show", "table", "all"],
    ] {
        let text = host.namespace.ip(arguments).replace("\n\t", " ");
        let lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        // The kernel makes these for each address; addresses are compared themselves.
        all.extend(
            lines.filter(|line| !line.contains("table local") && !line.contains("proto kernel")),
        );
    }
    for arguments in [&["rule"][..], &["-6", "rule"]] {
        let text = host.namespace.ip(arguments);
        all.extend(text.lines().map(|line| format!("{arguments:?} {line}")));
    }
    let text = host.namespace.ip(&["-d", "addr", "show", "dev", "eth0"]);
    let text = text.replace("\n       valid_lft", " valid_lft");
    let addresses = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("inet"));
    // Seconds run down while the two are looked at.
    all.extend(addresses.map(|line| {
        let line = line.replace("preferred_lft 100000sec", "preferred_lft 99999sec");
        match line.split_once("preferred_lft 99") {
            Some((before, _)) => format!("{before}preferred_lft 99…"),
            None => line,
        }
    }));
    all.sort();
    all
}

#[test]
fn the_kernel_has_what_keepalived_would_have_set() {
    if skipped() || missing() {
        return;
    }
    let ((_one, ours), (_other, theirs)) = (lonely(), lonely());
    let before = kernel(&ours);
    assert_eq!(before, kernel(&theirs));
    let text = everything();
    let keepalived = Keepalived::start(&theirs, &text);
    let mut node = Node::start(&ours, &text);
    node.wait_state("MASTER");
    // Its last rule is set last.
    let last = |host: &Host| host.namespace.ip(&["rule"]).contains("400:");
    await_that("keepalived as master", || last(&theirs));
    let (got, wanted) = (kernel(&ours), kernel(&theirs));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|line| !those.contains(line))
            .cloned()
            .collect()
    };
    assert_eq!(
        (only(&got, &wanted), only(&wanted, &got)),
        (Vec::new(), Vec::new()),
        "ours alone, keepalived's alone\n{}\n{}",
        node.log.join("\n"),
        keepalived.log()
    );
    assert!(got.len() > before.len() + 45, "{} facts", got.len());
    keepalived.stop();
    node.stop();
    // keepalived leaves the address with a peer behind.
    assert_eq!(kernel(&ours), before);
}
