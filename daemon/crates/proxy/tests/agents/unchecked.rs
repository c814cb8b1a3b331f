//! Servers whose checks are switched off and on again while they are up, down or drained:
//! how they are seen, whether they are asked, and the lines in the log, as in haproxy.

use crate::logged::{Side, ask_ours, told};
use crate::support::haproxy::{Haproxy, ask};
use crate::support::told::{Page, lines};
use crate::support::{Proxy, free_port};
use std::sync::atomic::Ordering::SeqCst;

/// Orders about `b/s`; a number is what its page says from now on.
const SCENES: &[&[&str]] = &[
    &["500", "disable health", "200", "enable health"],
    &["disable health", "500", "enable health"],
    &[
        "500",
        "disable health",
        "set server health up",
        "set server health stopping",
        "set server health down",
        "enable health",
        "200",
    ],
    &[
        "disable health",
        "set server health down",
        "set server health stopping",
        "enable health",
    ],
    &[
        "500",
        "set server state drain",
        "disable health",
        "set server health up",
        "set server state ready",
        "enable health",
        "200",
    ],
];

fn config(side: &Side, witness: &Page, port: u16) -> String {
    format!(
        "global\n nbthread 1\n log 127.0.0.1:{} local0\n stats socket {} level admin\ndefaults\n log global\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n timeout check 5s\n option httpchk\n http-check disable-on-404\n default-server inter 20ms fall 2 rise 2\nlisten l\n bind 127.0.0.1:{port}\nbackend b\n server s 127.0.0.1:{} check\n server follows 127.0.0.1:{2} track b/s\n server witness 127.0.0.1:{} check\n",
        side.log.local_addr().unwrap().port(),
        side.socket.display(),
        side.page.port,
        witness.port,
    )
}

/// The columns of the servers' states that do not change by themselves, and what the page shows.
fn seen(answer: impl Fn(&str) -> String) -> Vec<String> {
    let dump = answer("show servers state b");
    let states = dump.lines().skip(2).filter(|line| !line.is_empty());
    let mut seen: Vec<String> = states
        .map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            // Whether a check is under way just now is chance.
            let check = fields[13].parse::<u32>().unwrap() & !1;
            format!(
                "{} operation {} orders {} health {} check {check}",
                fields[3], fields[5], fields[6], fields[12]
            )
        })
        .collect();
    let table = answer("show stat b 4 -1");
    let rows = table.lines().filter(|line| line.starts_with("b,"));
    seen.extend(rows.map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        format!("{} {}", fields[1], fields[17])
    }));
    seen
}

fn wait_same(what: &str, theirs: &Side, ours: &Side) {
    let end = std::time::Instant::now() + crate::support::WAIT;
    loop {
        let one = seen(|line| ask(&theirs.socket, line));
        let two = seen(|line| ask_ours(&ours.socket, line));
        if one == two {
            return;
        }
        if std::time::Instant::now() > end {
            assert_eq!(one, two, "{what}: haproxy's on the left");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn checks_that_are_switched_off_leave_a_server_as_it_is() {
    for scene in SCENES {
        let (theirs, ours) = (Side::new("their-checks"), Side::new("our-checks"));
        let witnesses = [Page::start(), Page::start()];
        let port = free_port();
        let Some(_haproxy) = Haproxy::start(&config(&theirs, &witnesses[0], port), port) else {
            eprintln!("skipped: haproxy is not installed");
            return;
        };
        let _proxy = Proxy::start(&config(&ours, &witnesses[1], free_port()));
        let sides = [(&theirs, &witnesses[0]), (&ours, &witnesses[1])];
        let mut asked = true;
        for step in [&["200"], *scene].concat() {
            let what = format!("{scene:?}, {step}");
            let words: Vec<&str> = step.split(' ').collect();
            let line = match words[..] {
                ["set", "server", name, value] => Some(format!("set server b/s {name} {value}")),
                [_, "health"] => Some(format!("{step} b/s")),
                _ => None,
            };
            asked &= step != "disable health";
            asked |= step == "enable health";
            for (number, (side, _)) in sides.iter().enumerate() {
                match &line {
                    Some(line) if number == 0 => drop(ask(&side.socket, line)),
                    Some(line) => drop(ask_ours(&side.socket, line)),
                    None => side.page.status.store(step.parse().unwrap(), SeqCst),
                }
            }
            for (side, witness) in sides {
                // A check that was under way ends.
                let (before, others) = (side.page.asked(), witness.asked());
                if asked {
                    side.page.wait_asked(before + 4);
                } else {
                    witness.wait_asked(others + 6);
                    assert!(side.page.asked() <= before + 1, "{what}: it is asked");
                }
            }
            wait_same(&what, &theirs, &ours);
            let enough = |wanted: usize| move |all: &[String]| all.len() >= wanted;
            let wanted = told(&theirs, enough(0)).into_iter();
            let wanted: Vec<String> = wanted.chain(lines(&theirs.log)).collect();
            let found = told(&ours, enough(wanted.len()));
            assert_eq!(wanted, found, "{what}: haproxy's on the left");
        }
    }
}
