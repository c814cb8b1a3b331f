//! The runtime sockets of a running daemon: who may connect, what only the supervisor knows, and
//! what outlives a reload and a killed proxy.

#[path = "sockets/dashboard.rs"]
mod dashboard;
mod pair;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use pair::daemon::signal_process;
use pair::{Daemon, Pair, wait};
use serde_json::Value;
use testkit::segment::Host;

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
            "global\n    issuers-chain-path /nowhere\n    user nobody\n    group nogroup\n    chroot {}\n    stats socket {} {admin_mode} level admin\n{second}",
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
    // As the log had it when the files were taken up.
    let warned = ask(&admin, "show startup-logs");
    assert!(
        warned.contains("haproxy.cfg:") && warned.contains("issuers-chain-path"),
        "{warned}"
    );
    assert_eq!(warned.trim_end().lines().count(), 1, "{warned}");
    assert_eq!(ask(&user, "show startup-logs"), "Permission denied\n\n");
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

/// What a host's own web server answers.
fn get(host: &Host, target: &str) -> String {
    get_with(host, target, "")
}

/// The same to a request with these header lines.
fn get_with(host: &Host, target: &str, headers: &str) -> String {
    let said = host.namespace.enter(|| {
        let mut stream = TcpStream::connect("127.0.0.1:8404")?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes())?;
        let mut said = String::new();
        stream.read_to_string(&mut said).map(|_| said)
    });
    let said = said.unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body.to_owned()
}

/// The one virtual router as the page has it.
fn router(host: &Host) -> Value {
    let live: Value = serde_json::from_str(&get(host, "/stats;live")).unwrap();
    assert_eq!(live["vrrp"].as_array().map(Vec::len), Some(1), "{live}");
    live["vrrp"][0].clone()
}

#[test]
fn the_page_and_the_metrics_follow_who_holds_the_addresses() {
    require_pair!();
    let pair = Pair::new("windows");
    let text = "defaults\n    mode http\n    timeout client 10s\n    timeout server 10s\n    timeout connect 1s\n\
        frontend stats\n    bind 127.0.0.1:8404\n    stats uri /stats\n    http-request use-service prometheus-exporter if { path /metrics }\n";
    let haproxy = pair.write("haproxy.cfg", text);
    let [a, b] = [(&pair.a, 254), (&pair.b, 253)].map(|(host, priority)| {
        let keepalived = pair.write_keepalived(host, priority, "");
        Daemon::start(&pair, host, Some(&haproxy), Some(&keepalived))
    });
    a.wait_ready();
    b.wait_ready();
    let holds = |host: &Host| router(host)["held"] == serde_json::json!(["10.77.0.100/24"]);
    let is = |host: &Host, state: &str| router(host)["state"] == state;
    wait("both pages show that a is master", || {
        is(&pair.a, "MASTER") && holds(&pair.a) && is(&pair.b, "BACKUP") && !holds(&pair.b)
    });
    assert_eq!(router(&pair.b)["master"]["address"], "10.77.0.11");
    wait("the master's page names its peer", || {
        router(&pair.a)["peers"][0]["address"] == "10.77.0.12"
    });
    let page = get(&pair.a, "/stats");
    assert!(page.contains("\"state\":\"MASTER\""), "{page}");

    // All metrics of virtual routers that `tandemd metrics` prints, and nothing else of it.
    let names = |text: &str| -> Vec<String> {
        let types = text.lines().filter_map(|l| l.strip_prefix("# TYPE "));
        types
            .filter(|l| l.starts_with("tandemd_"))
            .map(str::to_owned)
            .collect()
    };
    let printed = || {
        let printed = String::from_utf8(a.tell(["metrics"]).stdout).unwrap();
        let mut names = names(&printed);
        names.retain(|name| name.starts_with("tandemd_vrrp_"));
        names
    };
    // What is not known yet has no line: some come with the first words of the peer.
    for target in ["/metrics", "/metrics?scope=vrrp"] {
        wait("all metrics of virtual routers are there", || {
            let (wanted, shown) = (printed(), names(&get(&pair.a, target)));
            wanted.len() > 30 && shown == wanted
        });
    }
    assert_eq!(names(&get(&pair.a, "/metrics?scope=server")), [""; 0]);

    assert!(a.tell(["handover"]).status.success());
    // By now the switch is done, and whoever asks is told what is, not what was.
    assert!(
        is(&pair.a, "BACKUP") && !holds(&pair.a),
        "{}",
        router(&pair.a)
    );
    wait("the other page follows", || {
        is(&pair.b, "MASTER") && holds(&pair.b)
    });
    let state = |host: &Host, state: &str| {
        let text = get(host, "/metrics?scope=vrrp");
        let found = text.lines().find(|line| {
            line.starts_with("tandemd_vrrp_instance_state{")
                && line.contains(&format!("state=\"{state}\""))
        });
        found.unwrap().rsplit(' ').next().unwrap().to_owned()
    };
    let states = [&pair.a, &pair.b].map(|host| (state(host, "MASTER"), state(host, "BACKUP")));
    assert_eq!(states, [("0".into(), "1".into()), ("1".into(), "0".into())]);

    // A supervisor that does not speak keeps nobody waiting for long.
    a.signal("STOP");
    let live: Value = serde_json::from_str(&get(&pair.a, "/stats;live")).unwrap();
    a.signal("CONT");
    assert_eq!(live["vrrp"], serde_json::json!([]));
    wait("it is asked again", || is(&pair.a, "BACKUP"));
}
