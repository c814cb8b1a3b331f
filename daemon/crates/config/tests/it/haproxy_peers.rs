//! `peers` sections and the tables that are shared by them: what is read, and what is refused, beside
//! Debian's haproxy. What is said about it is among the messages.

use crate::said::{errors, haproxy, valid};
use std::process::Command;

const GLOBAL: &str = "global\n localpeer a\ndefaults\n mode http\n timeout client 1s\n \
                      timeout server 1s\n timeout connect 1s\n";
const USER: &str = "backend x\n stick-table type ip size 10 peers p\n stick on src\n \
                    server s 127.0.0.1:2\n";

fn whole(section: &str) -> String {
    format!("{GLOBAL}{section}{USER}")
}

#[test]
fn a_section_is_read_with_what_its_lines_inherit() {
    let config = valid(haproxy(&whole(
        "peers p\n default-bind backlog 7\n default-server source 10.0.0.11 tcp-ut 9s\n \
         bind 10.0.0.11:10000 interface eth0\n server a\n server b 10.0.0.12:10000\n \
         server c 10.0.0.13:10000 source 10.0.0.14\n table hits type ip size 1k store gpc0\n",
    )));
    let peers = &config.peers[0];
    assert!(peers.is_active() && !peers.disabled);
    assert_eq!((peers.name.as_str(), peers.local.as_str()), ("p", "a"));
    let bind = peers.bind.as_ref().unwrap();
    assert_eq!(bind.addresses[0].value.to_string(), "10.0.0.11:10000");
    assert_eq!(bind.backlog.as_ref().map(|n| n.value), Some(7));
    assert_eq!(bind.interface.as_ref().unwrap().value, "eth0");
    let others: Vec<String> = peers
        .others()
        .map(|peer| {
            let (address, source) = (peer.address.as_ref(), peer.source.as_ref());
            let wait = peer.tcp_user_timeout.as_ref().map(|t| t.as_secs());
            let ip = source.unwrap().address.ip();
            format!("{} {} {ip} {wait:?}", peer.name, address.unwrap().value)
        })
        .collect();
    assert_eq!(
        others,
        [
            "b 10.0.0.12:10000 10.0.0.11 Some(9)",
            "c 10.0.0.13:10000 10.0.0.14 Some(9)"
        ]
    );
    assert_eq!(peers.table_name(&peers.tables[0]), "p/hits");
    let table = config.proxies[0].stick_table.as_ref().unwrap();
    assert_eq!(config.sharing(table).map(|p| p.name.as_str()), Some("p"));
}

#[test]
fn a_peer_line_of_this_machine_says_where_it_listens() {
    let text = "peers p\n peer a 10.0.0.11:10000\n peer b 10.0.0.12:10000\n";
    let config = valid(haproxy(&whole(text)));
    let bind = config.peers[0].bind.as_ref().unwrap();
    assert_eq!(bind.addresses[0].value.to_string(), "10.0.0.11:10000");
    let disabled = whole(&text.replace("peers p\n", "peers p\n disabled\n"));
    let config = valid(haproxy(&disabled));
    let table = config.proxies[0].stick_table.as_ref().unwrap();
    assert!(!config.peers[0].is_active() && config.sharing(table).is_none());
}

/// A section, and whether it is refused.
const CASES: &[(&str, bool)] = &[
    ("peers p\n peer c 10.0.0.1:1\n peer b 10.0.0.2:1\n", false),
    ("peers p\n", true),
    ("", true),
    ("peers pp\n peer a 10.0.0.1:1\n", true),
    ("peers p\n bind 10.0.0.1:1\n peer a 10.0.0.1:1\n", true),
    (
        "peers p\n bind 10.0.0.1:1\n bind 10.0.0.1:2\n server a\n",
        true,
    ),
    ("peers p\n server a\n server b\n", false),
    (
        "peers p\n peer a 10.0.0.1:1\n peer b 10.0.0.2:1\n peer b 10.0.0.3:1\n",
        false,
    ),
    ("peers p\n peer a 10.0.0.1:1\n peer b lb-b.lan:1\n", true),
    (
        "peers p\n peer a 10.0.0.1:1\n peer b 10.0.0.2:1 check weight 3\n",
        false,
    ),
    (
        "peers p\n peer a 10.0.0.1:1\npeers p\n peer a 10.0.0.1:2\n",
        true,
    ),
    (
        "peers p\n peer a 10.0.0.1:1\n frob\n disabled\n enabled\n table\n table t size 3\n table u type ip size 3 peers p\n",
        true,
    ),
    (
        "peers p\n peer a 10.0.0.1:1\n log global\nglobal\n localpeer b\n",
        false,
    ),
    ("peers p\n peer\n peer a 10.0.0.1:1\n bind\n", true),
    (
        "peers p\n peer a 10.0.0.1:1\nbackend y\n stick-table type ip size 10 peers\nbackend z\n stick-table type ip size 10 srvkey bad\n",
        true,
    ),
    (
        "peers p\n peer a 10.0.0.1:1\n peer b 10.0.0.2:1 ssl verify none\n default-server send-proxy\n",
        false,
    ),
];

#[test]
fn haproxy_refuses_the_same_sections() {
    if !std::path::Path::new("/usr/sbin/haproxy").exists() {
        eprintln!("skipped: the Debian package 'haproxy' is not installed");
        return;
    }
    let path = std::env::temp_dir().join(format!("tandem-peers-{}.cfg", std::process::id()));
    for (section, refused) in CASES {
        let text = whole(section) + "frontend f\n bind 127.0.0.1:1\n default_backend x\n";
        std::fs::write(&path, &text).unwrap();
        let status = Command::new("/usr/sbin/haproxy")
            .arg("-c")
            .arg("-f")
            .arg(&path)
            .output();
        assert_eq!(!status.unwrap().status.success(), *refused, "{section}");
        // What is not done yet is the only thing that we alone refuse.
        let ours = errors(&haproxy(&text));
        let not_yet = |line: &String| line.contains("not supported yet");
        assert_eq!(!ours.iter().all(not_yet), *refused, "{section}: {ours:?}");
    }
    let _ = std::fs::remove_file(&path);
}
