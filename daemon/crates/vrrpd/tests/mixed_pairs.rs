//! One of ours and one of Debian's keepalived as a pair in every manner of exchanging adverts that
//! both know, each in both roles, many pairs side by side. `TANDEM_PAIRS=PART` runs those whose name
//! contains it.

mod harness;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use harness::capture::Capture;
use harness::holding::{longest_overlap, watch};
use harness::keepalived::{Keepalived, missing};
use harness::matrix::{Instead, Manner, UNSUPPORTED, manners};
use harness::{Node, PATIENCE, Pair, skipped};

/// Pairs at a time: they mostly wait for each other's timers.
const SIDE_BY_SIDE: usize = 10;

/// What keepalived says of an advert that it does not take.
const COMPLAINTS: [&str; 5] = ["invalid", "bogus", "mismatch", "incorrect", "ignoring"];

#[test]
fn every_manner_in_both_roles_has_one_master() {
    if skipped() || missing() {
        return;
    }
    let begun = Instant::now();
    // Version 2 takes longest: begin with it.
    let part = std::env::var("TANDEM_PAIRS").unwrap_or_default();
    let mut cases: Vec<(Manner, bool)> = manners()
        .into_iter()
        .filter(|manner| manner.name().contains(&part))
        .flat_map(|manner| [(manner, true), (manner, false)])
        .collect();
    cases.sort_by_key(|(manner, _)| std::cmp::Reverse(manner.version));
    let count = cases.len();
    let queue = Mutex::new(cases);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop();
                    let Some((manner, ours_leads)) = next else {
                        return;
                    };
                    let run = || pair_up(manner, ours_leads);
                    if std::panic::catch_unwind(run).is_err() {
                        let role = if ours_leads { "master" } else { "backup" };
                        let text = format!("{}, ours as {role}", manner.name());
                        failures.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    eprintln!("measured: {count} mixed pairs in {:?}", begun.elapsed());
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {count}: {failures:#?}",
        failures.len()
    );
}

/// The one of higher priority serves, leaves, is replaced, and comes back.
fn pair_up(manner: Manner, ours_leads: bool) {
    let pair = Pair::new();
    let priorities = if ours_leads { [200, 100] } else { [100, 200] };
    let (ours, theirs) = (manner.conf(0, priorities[0]), manner.conf(1, priorities[1]));
    let (mut node, held) = watch([&pair.a, &pair.b], manner.vip(), || {
        let mut node = Node::start(&pair.a, &ours);
        let mut other = Keepalived::start(&pair.b, &theirs);
        if ours_leads {
            node.wait_state("MASTER");
            await_only(&pair, manner, true, &other);
            node.stop();
            await_only(&pair, manner, false, &other);
            node = Node::start(&pair.a, &ours);
            node.wait_state("MASTER");
            await_only(&pair, manner, true, &other);
        } else {
            await_only(&pair, manner, false, &other);
            other.stop();
            node.wait_state("MASTER");
            other = Keepalived::start(&pair.b, &theirs);
            await_only(&pair, manner, false, &other);
            node.wait_state("BACKUP");
        }
        assert_content(manner, &other);
        node
    });
    let overlap = longest_overlap(&held);
    let advert = Duration::from_secs_f64(manner.interval());
    assert!(
        overlap <= advert,
        "{}: both held the address for {overlap:?}",
        manner.name()
    );
    assert_nothing_refused(&mut node, manner);
    node.stop();
}

fn await_only(pair: &Pair, manner: Manner, ours: bool, other: &Keepalived) {
    let deadline = Instant::now() + PATIENCE;
    let holds = |host: &testkit::segment::Host| {
        let address = (manner.vip().parse::<std::net::IpAddr>().unwrap(), 0);
        host.namespace
            .enter(|| std::net::UdpSocket::bind(address).is_ok())
    };
    while holds(&pair.a) != ours || holds(&pair.b) == ours {
        assert!(
            Instant::now() < deadline,
            "{}: ours should have the address alone: {ours}\n{}",
            manner.name(),
            other.log()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// keepalived took every advert of ours.
fn assert_content(manner: Manner, other: &Keepalived) {
    let log = other.log().to_lowercase();
    let complaints: Vec<&str> = log
        .lines()
        .filter(|line| COMPLAINTS.iter().any(|word| line.contains(word)))
        .collect();
    assert!(complaints.is_empty(), "{}: {complaints:#?}", manner.name());
}

/// We took every advert of keepalived's.
fn assert_nothing_refused(node: &mut Node, manner: Manner) {
    let counters = node.instance()["counters"].clone();
    for error in vrrp::PacketError::ALL {
        assert_eq!(counters[error.label()], 0, "{}: {counters}", manner.name());
    }
    let heard = counters["adverts_received"].as_u64();
    assert!(heard > Some(0), "{}: {counters}", manner.name());
    assert_eq!(counters["address_list_differs"], 0, "{}", manner.name());
}

#[test]
fn what_is_left_out_is_what_keepalived_does_not_have() {
    if skipped() || missing() {
        return;
    }
    for case in UNSUPPORTED {
        let pair = Pair::new();
        let text = case.manner.conf(0, 200);
        let found = match case.instead {
            Instead::Complains(words) => config_test(&pair, &text).contains(words),
            Instead::Speaks(version) => first_version(&pair, &text) == version,
        };
        let (name, why, instead) = (case.name, case.why, case.instead);
        assert!(found, "{name} is left out ({why}); expected {instead:?}");
    }
}

fn config_test(pair: &Pair, text: &str) -> String {
    let file = std::env::temp_dir().join(format!("{}.conf", pair.a.namespace.name()));
    std::fs::write(&file, text).unwrap();
    let mut command = pair.a.namespace.command("keepalived");
    let arguments = ["--config-test", "--log-console", "--use-file"];
    let output = command.args(arguments).arg(&file).output().unwrap();
    let _ = std::fs::remove_file(&file);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The version of the first advert over IPv6.
fn first_version(pair: &Pair, text: &str) -> u8 {
    let capture = Capture::of(&pair.segment, &pair.a);
    let other = Keepalived::start(&pair.a, text);
    other.await_line("Entering MASTER STATE");
    other.stop();
    let frames = capture.finish();
    let advert = frames.iter().find(|frame| frame.get(20) == Some(&112));
    advert.map_or(0, |frame| frame[54] >> 4)
}
