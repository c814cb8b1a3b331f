//! Another binary in the place of the one that runs, while everything goes on.

mod pair;

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pair::adverts::{Adverts, longest_silence};
use pair::kept::{Kept, Long, serve_long};
use pair::program::{program, upgrade};
use pair::traffic::failures;
use pair::{Daemon, Pair, Traffic, VIP, wait};
use serde_json::Value;

const PAGE: &str = "10.77.0.100:80";
/// Of an advert.
const INTERVAL: Duration = Duration::from_millis(100);
/// What a busy machine adds to it, and its master must bear anyway.
const SCHEDULING: Duration = Duration::from_millis(150);
const LENGTH: usize = 24 << 20;

fn script(pair: &Pair, name: &str, text: &str) -> PathBuf {
    let path = pair.write(name, &format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The master with one server that serves, one that does not, and one with a long answer.
fn master(pair: &Pair, binary: &Path) -> Daemon {
    let lines = ["w1 10.77.0.14:8001", "w2 10.77.0.14:8009"];
    let text = std::fs::read_to_string(pair.write_haproxy(&lines)).unwrap();
    let socket = pair.directory.join("admin.sock");
    let text = text.replace(
        "global\n",
        &format!(
            "global\n    stats socket {} level admin\n",
            socket.display()
        ),
    );
    let text = text.replace(
        "    default_backend app\n",
        "    use_backend long if { path /long }\n    default_backend app\n",
    ) + "    stick-table type ip size 1k expire 1h store http_req_cnt\n    http-request track-sc0 src\n\
         backend long\n    server l 10.77.0.14:8010\n";
    let haproxy = pair.write("haproxy.cfg", &text);
    let keepalived = pair.write_keepalived(&pair.a, 254, "");
    Daemon::start_file(binary, pair, &pair.a, Some(&haproxy), Some(&keepalived))
}

fn backup(pair: &Pair) -> Daemon {
    let haproxy = pair.write(
        "backup.cfg",
        &std::fs::read_to_string(pair.write_haproxy(&["w1 10.77.0.14:8001"])).unwrap(),
    );
    let keepalived = pair.write_keepalived(&pair.b, 253, "");
    Daemon::start(pair, &pair.b, Some(&haproxy), Some(&keepalived))
}

fn runs(pid: u64) -> PathBuf {
    std::fs::read_link(format!("/proc/{pid}/exe")).unwrap()
}

fn servers(status: &Value) -> Vec<String> {
    let servers = status["proxy"]["backends"][0]["servers"]
        .as_array()
        .unwrap();
    servers
        .iter()
        .map(|it| format!("{} {}", it["name"], it["state"]))
        .collect()
}

/// What the stick table has counted.
fn requests_of_client(pair: &Pair) -> u64 {
    let mut stream = UnixStream::connect(pair.directory.join("admin.sock")).unwrap();
    stream.write_all(b"show table app\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let count = text.split("http_req_cnt=").nth(1).map(str::trim);
    count
        .and_then(|it| it.parse().ok())
        .unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn another_program_goes_on_where_the_one_before_stopped() {
    require_pair!();
    let pair = Pair::new("upg");
    let (one, two) = (program(&pair, "one"), program(&pair, "two"));
    let b = backup(&pair);
    let a = master(&pair, &one);
    serve_long(&pair.web, "10.77.0.14:8010", LENGTH);
    wait("a is master and knows its servers", || {
        pair.a.has(VIP) && servers(&a.status()).contains(&"\"w2\" \"DOWN\"".to_owned())
    });
    let long = Long::begin(&pair.client, PAGE);
    let kept = Kept::start(&pair.client, PAGE, 100);
    let fresh = Traffic::start(&pair.client, PAGE);
    kept.wait_answers(200);
    let adverts = Adverts::at(&pair.b);
    let before = a.status();
    let verdict = upgrade(&a, &two);
    assert!(verdict.status.success(), "{verdict:?}\n{}", a.log());
    let upgraded = Instant::now();
    kept.wait_answers(400);
    fresh.wait_pages(20);
    let after = a.status();
    let heard = adverts.finish();
    let (kept, fresh) = (kept.finish(), fresh.finish());
    assert_eq!(
        (&kept.1, failures(&fresh)),
        (&vec![], vec![]),
        "{}",
        a.log()
    );
    assert!(heard.iter().all(|it| it.priority == 254), "{heard:?}");
    let silence = longest_silence(&heard);
    assert!(silence <= INTERVAL + SCHEDULING, "{silence:?}\n{}", a.log());

    assert_eq!(after["pid"], before["pid"]);
    assert_eq!(runs(after["pid"].as_u64().unwrap()), two);
    for at in 0..2 {
        let pid = after["processes"][at]["pid"].as_u64().unwrap();
        assert_eq!(runs(pid), two);
        assert_ne!(
            after["processes"][at]["pid"],
            before["processes"][at]["pid"]
        );
        assert_eq!(after["processes"][at]["restarts"], 0);
    }
    assert_eq!(after["startedAt"], before["startedAt"]);
    assert_eq!(after["configuration"], before["configuration"]);
    let (was, is) = (
        &before["vrrp"]["instances"][0],
        &after["vrrp"]["instances"][0],
    );
    for same in ["state", "since", "transitions", "held", "effectivePriority"] {
        assert_eq!(is[same], was[same], "{same}");
    }
    let sent = |it: &Value| it["counters"]["adverts_sent"].as_u64().unwrap();
    assert!(sent(is) > sent(was));
    assert_eq!(servers(&after), servers(&before));
    let requests = |it: &Value| it["proxy"]["frontends"][0]["requests"].as_u64().unwrap();
    assert!(requests(&after) > requests(&before));
    assert_eq!(b.status()["vrrp"]["instances"][0]["state"], "BACKUP");
    // The port of the reports went over with the rest, when it was free and not before.
    wait("b is heard to say that it hears a", || {
        let said = a.status()["vrrp"]["instances"][0]["peers"][0]["lastReportMs"].as_u64();
        said.is_some_and(|ago| u128::from(ago) < upgraded.elapsed().as_millis())
    });
    assert!(!a.log().contains("cannot listen"), "{}", a.log());

    assert!(after["processes"][0]["draining"].is_u64(), "{after}");
    assert!(long.finish() > LENGTH);
    wait("the proxy before has ended what it began", || {
        a.status()["processes"][0]["draining"].is_null()
    });
    // Each request is counted once, by whichever process it met.
    let all = (kept.0 + fresh.len() + 1) as u64;
    assert_eq!(requests(&a.status()), all);
    let counted = requests_of_client(&pair);
    assert!(
        counted >= requests(&before) - 1 && counted < all,
        "{counted} of {all}"
    );
    assert!(a.tell(["reload"]).status.success());
    a.signal("TERM");
    assert_eq!(a.wait_end().code(), Some(0), "{}", a.log());
    wait("b took over", || pair.b.has(VIP) && !pair.a.has(VIP));
}

/// What the control socket says to this.
fn ask(daemon: &Daemon, request: &Value) -> Value {
    let mut stream = UnixStream::connect(daemon.run_dir.join("control.sock")).unwrap();
    writeln!(stream, "{request}").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let reply = serde_json::from_str(&text);
    reply.unwrap_or_else(|error| panic!("{error}: {text:?}\n{}", daemon.log()))
}

#[test]
fn a_program_that_cannot_take_over_changes_nothing() {
    require_pair!();
    let pair = Pair::new("upgf");
    let one = program(&pair, "one");
    // The first one bears an unknown word, the second one would not.
    let tolerant = script(
        &pair,
        "tolerant",
        &format!("exec {} \"$@\" --tolerant", one.display()),
    );
    let strict = script(
        &pair,
        "strict",
        &format!(
            "case $1 in run) shift; for word; do shift; [ \"$word\" = --tolerant ] || set -- \"$@\" \"$word\"; done; set -- run \"$@\";; esac\nexec {} \"$@\"",
            one.display()
        ),
    );
    let _b = backup(&pair);
    let text = std::fs::read_to_string(pair.write_haproxy(&["w1 10.77.0.14:8001"])).unwrap();
    let haproxy = pair.write("haproxy.cfg", &(text + "    no-such-word 7\n"));
    let keepalived = pair.write_keepalived(&pair.a, 254, "");
    let a = Daemon::start_file(&tolerant, &pair, &pair.a, Some(&haproxy), Some(&keepalived));
    wait("a is master", || pair.a.has(VIP) && !pair.b.has(VIP));
    let before = a.status();
    let traffic = Traffic::start(&pair.client, PAGE);
    traffic.wait_pages(5);
    let asked = |program: &Path, form: u32| {
        ask(
            &a,
            &serde_json::json!({ "command": "upgrade", "program": program, "form": form }),
        )
    };
    for (program, form, reason) in [
        (Path::new("/bin/true"), 99, "form 99"),
        (Path::new("/nonexistent"), 1, "no absolute path of a file"),
        (Path::new("/bin/true"), 1, "process ended"),
        (haproxy.as_path(), 1, "cannot be started"),
    ] {
        let reply = asked(program, form);
        let error = reply["error"].as_str().unwrap();
        assert!(error.contains(reason), "{error}\n{}", a.log());
        wait("its processes are gone", || {
            !a.log().is_empty() && a.status()["processes"] == before["processes"]
        });
    }
    let reply = asked(&strict, 1);
    let error = reply["error"].as_str().unwrap();
    assert!(
        error.contains("it refuses what runs"),
        "{error}\n{}",
        a.log()
    );
    let after = a.status();
    assert_eq!(after["pid"], before["pid"]);
    assert_eq!(after["configuration"], before["configuration"]);
    assert_eq!(runs(after["pid"].as_u64().unwrap()), one);
    let (was, is) = (
        &before["vrrp"]["instances"][0],
        &after["vrrp"]["instances"][0],
    );
    assert_eq!(is["transitions"], was["transitions"]);
    traffic.wait_pages(5);
    assert_eq!(
        failures(&traffic.finish()),
        Vec::<String>::new(),
        "{}",
        a.log()
    );
    assert!(a.tell(["reload"]).status.success());
}
