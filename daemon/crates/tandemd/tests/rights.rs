//! What the processes may still do once they serve.

#[path = "rights/external.rs"]
mod external;
mod pair;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;

use pair::traffic::get_from;
use pair::{Daemon, Pair, wait};

/// Fields of /proc/PID/status.
fn status(pid: u32) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

fn ids(field: &str) -> Vec<u32> {
    field
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect()
}

/// Filters on its system calls, no way to other rights, and memory that is nobody else's.
fn shut_in(pid: u32, fields: &BTreeMap<String, String>) {
    assert_eq!(fields["NoNewPrivs"], "1");
    if sys::filter::known() {
        assert_eq!(
            (&*fields["Seccomp"], &*fields["Seccomp_filters"]),
            ("2", "3")
        );
    }
    // Of a process that may be dumped they would be its user's.
    let owner = std::fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid();
    assert_eq!(owner, 0);
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<&str> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(core, ["0", "0"]);
}

#[test]
fn the_proxy_is_nobody_in_an_empty_root_and_vrrp_may_only_use_the_network() {
    require_pair!();
    let pair = Pair::new("rights");
    let root = pair.directory.join("empty");
    std::fs::create_dir(&root).unwrap();
    // Outside the root that the proxy will have.
    let page = pair.write("403.http", "HTTP/1.0 403 Forbidden\r\n\r\nnot here\n");
    let path = pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    let text = std::fs::read_to_string(&path).unwrap().replace(
        "global\n",
        &format!(
            "global\n    user nobody\n    group nogroup\n    chroot {}\n",
            root.display()
        ),
    );
    let deny = format!(
        "    errorfile 403 {}\n    http-request deny if {{ path /secret }}\n    default_backend app\n",
        page.display()
    );
    let text = text.replace("    default_backend app\n", &deny);
    std::fs::write(&path, &text).unwrap();
    let keepalived = pair.write_keepalived(&pair.a, 254, "");
    let a = Daemon::start(&pair, &pair.a, Some(&path), Some(&keepalived));
    a.wait_ready();
    wait("the page comes", || {
        get_from(&pair.client, "10.77.0.100:80").is_ok()
    });

    let proxy = a.worker("proxy");
    let fields = status(proxy);
    assert_eq!(ids(&fields["Uid"]), [65534; 4]);
    assert_eq!(ids(&fields["Gid"]), [65534; 4]);
    for set in ["CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"] {
        assert_eq!(fields[set], "0000000000000000", "{set}");
    }
    assert_eq!(fields["NoNewPrivs"], "1");
    assert_eq!(fields["Name"], "tandemd-proxy");
    shut_in(proxy, &fields);
    assert_eq!(
        std::fs::read_link(format!("/proc/{proxy}/root")).unwrap(),
        root
    );

    let vrrp = a.worker("vrrp");
    let fields = status(vrrp);
    shut_in(vrrp, &fields);
    let hardening = a.status()["vrrp"]["process"]["hardening"].clone();
    assert_eq!(hardening["callsFiltered"], sys::filter::known());
    assert_eq!(hardening["filesClosed"], sys::files::known());
    // CAP_NET_ADMIN is bit 12, CAP_NET_RAW bit 13.
    assert_eq!(fields["CapEff"], "0000000000003000");
    assert_eq!(fields["CapBnd"], "0000000000003000");
    assert_eq!(fields["Name"], "tandemd-vrrp");

    let denied = pair::traffic::ask(&pair.client, "10.77.0.100:80", "/secret");
    assert!(denied.starts_with("HTTP/1.0 403 Forbidden\r\n"), "{denied}");
    assert!(denied.ends_with("\r\n\r\nnot here\n"), "{denied}");

    // A reload works from inside, and tells what it cannot change.
    std::fs::write(&path, text.replace("user nobody", "user root")).unwrap();
    let output = a.tell(["reload", "--json"]);
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["applied"], true, "{verdict}");
    let changes = verdict["changes"].to_string();
    assert!(
        changes.contains("take effect when the service is restarted"),
        "{changes}"
    );
    assert!(get_from(&pair.client, "10.77.0.100:80").is_ok());

    // Its parent's death reaches a process that changed its user.
    a.signal("KILL");
    wait("the proxy ends with its supervisor", || {
        !std::path::Path::new(&format!("/proc/{proxy}")).exists()
    });
}
