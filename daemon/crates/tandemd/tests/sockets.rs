//! The runtime sockets of a running daemon: who may connect, what only the supervisor knows, and
//! what outlives a reload and a killed proxy.

mod pair;

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use pair::daemon::signal_process;
use pair::{Daemon, Pair, wait};

fn ask(socket: &Path, line: &str) -> String {
    let Ok(mut stream) = UnixStream::connect(socket) else {
        return String::new();
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut said = String::new();
    // Who is killed meanwhile says nothing.
    let _ = stream
        .write_all(format!("{line}\n").as_bytes())
        .and_then(|()| stream.read_to_string(&mut said));
    said
}

/// Permission bits and owner of a file.
fn rights(path: &Path) -> (u32, u32) {
    let about = std::fs::metadata(path).unwrap();
    (about.permissions().mode() & 0o777, about.uid())
}

#[test]
fn the_supervisor_opens_the_sockets_and_answers_for_what_the_proxy_does_not_know() {
    require_pair!();
    let pair = Pair::new("sockets");
    let root = pair.directory.join("empty");
    std::fs::create_dir(&root).unwrap();
    let (admin, user) = (
        pair.directory.join("admin.sock"),
        pair.directory.join("user.sock"),
    );
    let path = pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    let written = std::fs::read_to_string(&path).unwrap();
    let text = |admin_mode: &str, user_socket: bool| {
        let second = if user_socket {
            format!(
                "    stats socket {} user nobody mode 660 level user\n",
                user.display()
            )
        } else {
            String::new()
        };
        let global = format!(
            "global\n    user nobody\n    group nogroup\n    chroot {}\n    stats socket {} {admin_mode} level admin\n{second}",
            root.display(),
            admin.display()
        );
        written.replace("global\n", &global)
            + "userlist u\n    user a insecure-password s3cret-word\n"
    };
    std::fs::write(&path, text("", true)).unwrap();
    let keepalived = pair.write_keepalived(&pair.a, 254, "");
    let a = Daemon::start(&pair, &pair.a, Some(&path), Some(&keepalived));
    a.wait_ready();
    // Without a mode nobody else may speak to it.
    assert_eq!(rights(&admin), (0o600, 0));
    assert_eq!(rights(&user), (0o660, 65_534));
    assert_eq!(ask(&admin, "show cli level"), "admin\n\n");
    assert_eq!(ask(&user, "show cli level"), "user\n\n");
    assert!(ask(&admin, "show info").contains("\nPid: "));

    wait("it holds the address", || {
        ask(&user, "show vrrp").contains(" MASTER ")
    });
    let vrrp = ask(&user, "show vrrp");
    assert!(vrrp.contains("10.77.0.100/24"), "{vrrp}");
    let running = ask(&admin, "show config");
    assert!(
        running.contains("insecure-password ***") && !running.contains("s3cret-word"),
        "{running}"
    );
    assert!(running.contains("vrrp_instance"), "{running}");
    assert_eq!(ask(&user, "show config"), "Permission denied\n\n");
    let none = "No difference: the files say what runs.\n\n";
    assert_eq!(ask(&admin, "show config diff"), none);

    // A change of the file is drift until it is taken up; then mode and socket follow it.
    std::fs::write(&path, text("mode 666", false)).unwrap();
    let drift = ask(&admin, "show config diff");
    assert!(
        drift.contains("mode 666 level admin") && drift.contains("level user"),
        "{drift}"
    );
    assert!(a.tell(["reload"]).status.success());
    assert_eq!(rights(&admin), (0o666, 0));
    assert!(!user.exists());
    assert_eq!(ask(&admin, "show config diff"), none);

    // A killed proxy comes back with what was changed.
    let backend = ask(&admin, "show backend");
    let backend = backend.lines().nth(1).unwrap();
    ask(
        &admin,
        &format!("set server {backend}/w1 addr 10.77.0.99;disable server {backend}/w1"),
    );
    ask(
        &admin,
        &format!("add server {backend}/w2 10.77.0.14:8001;set maxconn frontend web 77"),
    );
    let changed = |line: &str| line.contains(" w1 10.77.0.99 ");
    assert!(changed(&ask(&admin, "show servers state")));
    wait("the supervisor knows the orders", || {
        a.status()["orders"]
            .as_array()
            .is_some_and(|orders| orders.len() == 2)
    });
    let old = a.worker("proxy");
    signal_process(old, "KILL");
    wait("another process serves", || {
        a.find_worker("proxy").is_some_and(|pid| pid != old)
            && ask(&admin, "show cli level") == "admin\n\n"
    });
    let state = ask(&admin, "show servers state");
    assert!(changed(&state), "{state}");
    let servers: Vec<Vec<&str>> = state
        .lines()
        .map(|line| line.split(' ').collect())
        .filter(|words: &Vec<&str>| words.len() > 6 && words[1] == backend)
        .collect();
    let orders: Vec<(&str, &str)> = servers.iter().map(|words| (words[3], words[6])).collect();
    assert_eq!(orders, [("w1", "1"), ("w2", "1")], "{state}");
}
