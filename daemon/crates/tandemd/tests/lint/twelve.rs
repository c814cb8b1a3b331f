//! Twelve ways in which a pair breaks although `keepalived -t` accepts both files with status 0.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Folder, lint, told};

/// What is changed in a working pair; `{}` is the place for further lines of the instance.
struct Variant {
    name: &'static str,
    a: Side,
    b: Side,
    /// A finding that says it.
    found: &'static str,
}

#[derive(Clone, Copy)]
struct Side {
    global: &'static str,
    inner: &'static str,
    vrid: u8,
    advert_int: &'static str,
    vips: &'static str,
    nft: &'static str,
}

const PLAIN: Side = Side {
    global: "",
    inner: "",
    vrid: 51,
    advert_int: "1",
    vips: "10.77.0.100/24",
    nft: "",
};
const PASS: &str = "authentication {\n auth_type PASS\n auth_pass s3cret\n }";

const fn inner(inner: &'static str) -> Side {
    Side { inner, ..PLAIN }
}

const fn global(global: &'static str) -> Side {
    Side { global, ..PLAIN }
}

const fn one(name: &'static str, b: Side, found: &'static str) -> Variant {
    Variant {
        name,
        a: PLAIN,
        b,
        found,
    }
}

const VARIANTS: [Variant; 12] = [
    Variant {
        name: "auth_pass differs",
        a: inner(PASS),
        b: inner("authentication {\n auth_type PASS\n auth_pass sekret\n }"),
        found: "error[E01]: the passwords of 'VI_1' differ",
    },
    one(
        "authentication on one side",
        inner(PASS),
        "error[E01]: 'VI_1' is authenticated in b.conf alone",
    ),
    one(
        "virtual_router_id",
        Side { vrid: 52, ..PLAIN },
        "error[E01]: 'VI_1' has virtual_router_id 51",
    ),
    one(
        "version",
        global("vrrp_version 3"),
        "error[E01]: 'VI_1' speaks version 2 on one node and 3",
    ),
    one(
        "advert_int in version 2",
        Side {
            advert_int: "2",
            ..PLAIN
        },
        "error[E01]: 'VI_1' has advert_int 1 on one node and 2",
    ),
    one(
        "VIP list",
        Side {
            vips: "10.77.0.100/24\n 10.77.0.101/24",
            ..PLAIN
        },
        "error[E01]: 10.77.0.101 is a virtual address of 'VI_1' in b.conf and not in a.conf",
    ),
    one(
        "unicast against multicast",
        inner("unicast_src_ip 10.77.0.2\n unicast_peer {\n 10.77.0.1\n }"),
        "error[E01]: 'VI_1' speaks to single peers in b.conf",
    ),
    one(
        "firewall",
        Side {
            nft: "ip protocol vrrp drop",
            ..PLAIN
        },
        "error[E01]: the packet filter of b.conf drops the adverts of 'VI_1'",
    ),
    Variant {
        name: "vrrp_strict",
        a: global("vrrp_strict"),
        b: global("vrrp_strict"),
        found: "warning[E10]: the addresses of 'VI_1' take no packets because of vrrp_strict",
    },
    Variant {
        name: "no_accept",
        a: inner("no_accept"),
        b: inner("no_accept"),
        found: "warning[E10]: the addresses of 'VI_1' take no packets because of no_accept",
    },
    Variant {
        name: "VIP in another subnet",
        a: Side {
            vips: "10.78.0.100/24",
            ..PLAIN
        },
        b: Side {
            vips: "10.78.0.100/24",
            ..PLAIN
        },
        found: "error[E07]: 10.78.0.100 is in no network of a.conf on eth0",
    },
    Variant {
        name: "two keywords on a line",
        a: inner("nopreempt garp_master_delay 1"),
        b: inner("nopreempt garp_master_delay 1"),
        found: "error[E11]: ",
    },
];

fn config(side: Side, priority: u8) -> String {
    let global = if side.global.is_empty() {
        String::new()
    } else {
        format!("global_defs {{\n {}\n}}\n", side.global)
    };
    format!(
        "{global}vrrp_instance VI_1 {{\n state BACKUP\n interface eth0\n virtual_router_id {}\n priority {priority}\n advert_int {}\n {}\n virtual_ipaddress {{\n {}\n }}\n}}\n",
        side.vrid, side.advert_int, side.inner, side.vips
    )
}

/// In a namespace with the node's address and packet filter: the status of `keepalived -t`, and
/// what the machine says of itself. `None` where no namespace can be made.
fn on_the_host(folder: &Path, node: &str, address: &str, nft: &str) -> Option<i32> {
    let rules = if nft.is_empty() {
        String::new()
    } else {
        format!(
            "nft 'table inet filter {{ chain input {{ type filter hook input priority 0; {nft}; }}; }}'\n"
        )
    };
    let script = format!(
        "ip link set lo up && ip link add eth0 type veth peer name p0 && ip address add {address}/24 dev eth0 && ip link set p0 up && ip link set eth0 up || exit 99\n\
         {rules}ip -j address > {node}addresses\nnft list ruleset > {node}firewall\n\
         exec /usr/sbin/keepalived -t -f {node}.conf"
    );
    let output = Command::new("unshare")
        .args(["--net", "sh", "-c", &script])
        .current_dir(folder)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code()?;
    assert!(
        code == 0 || code == 99 || code == 1,
        "{node}: {code}: {said}"
    );
    (code == 0).then_some(code)
}

fn is_possible() -> bool {
    let has = |path: &str| Path::new(path).exists();
    if !has("/usr/sbin/keepalived") || !has("/usr/sbin/nft") {
        eprintln!("skipped: the Debian packages 'keepalived' and 'nftables' are needed");
        return false;
    }
    let made = Command::new("unshare").args(["--net", "true"]).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no network namespace can be made here (root is needed)");
        return false;
    }
    true
}

#[test]
fn twelve_broken_pairs_that_keepalived_accepts_on_both_nodes_are_all_found() {
    if !is_possible() {
        return;
    }
    let mut found = 0;
    for (number, variant) in VARIANTS.iter().enumerate() {
        let folder = Folder::new(&format!("twelve-{number}"));
        for (node, side, priority, address) in [
            ("a", variant.a, 254, "10.77.0.1"),
            ("b", variant.b, 253, "10.77.0.2"),
        ] {
            fs::write(
                folder.0.join(format!("{node}.conf")),
                config(side, priority),
            )
            .unwrap();
            let code = on_the_host(&folder.0, node, address, side.nft);
            assert_eq!(code, Some(0), "{}: keepalived -t on {node}", variant.name);
        }
        let words = [
            "--addresses",
            "aaddresses",
            "--addresses",
            "baddresses",
            "--firewall",
            "afirewall",
            "--firewall",
            "bfirewall",
            "--json",
        ];
        let all = told(&lint(&folder.0, &words.map(str::to_owned)));
        let hit = all.iter().any(|line| line.contains(variant.found));
        println!(
            "{}: {}",
            variant.name,
            if hit { "found" } else { "not found" }
        );
        assert!(
            hit,
            "{}: {} is not among {all:#?}",
            variant.name, variant.found
        );
        found += usize::from(hit);
    }
    assert_eq!(found, 12);
    // The same pair without a change has nothing to be told.
    let folder = Folder::new("twelve-well");
    fs::write(folder.0.join("a.conf"), config(PLAIN, 254)).unwrap();
    fs::write(folder.0.join("b.conf"), config(PLAIN, 253)).unwrap();
    assert_eq!(
        told(&lint(&folder.0, &["--json".to_owned()])),
        Vec::<String>::new()
    );
}
