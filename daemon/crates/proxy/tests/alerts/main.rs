//! Mails about servers beside haproxy: the same ones, in the same words, handed over in the same
//! conversation; mail servers that do not take them.

mod side;
mod sink;
#[path = "../support/mod.rs"]
mod support;

use side::Side;
use sink::{Manner, Sink};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Instant;
use support::haproxy::Haproxy;
use support::told::{Page, lines};
use support::{Proxy, free_port};

/// The mails of each backend and what was said around them.
fn by_backend(sink: &Sink, names: &[&str]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all = BTreeMap::new();
    for turns in sink.heard() {
        let about = |name: &&&str| turns.iter().any(|t| t.contains(&format!(" {name}/")));
        let name = names.iter().find(about).expect("a mail about a backend");
        let list: &mut Vec<_> = all.entry((*name).to_owned()).or_default();
        list.push(turns);
    }
    // A mail has a connection of its own: of two that leave at once either may be there first.
    for mails in all.values_mut() {
        mails.sort();
    }
    // Two servers are checked beside each other, and a check more or less fits between two orders.
    all.entry("checks".to_owned()).or_default().dedup();
    all
}

/// Runs the same beside each other.
fn both(sides: [&Side; 2], run: impl Fn(&Side) + Sync) {
    let run = &run;
    std::thread::scope(|scope| {
        for side in sides {
            scope.spawn(move || run(side));
        }
    });
}

fn start(sides: [&Side; 2], dead: Option<u16>, backends: &[(&str, &str)]) -> (Haproxy, Proxy) {
    let listen = free_port();
    let Some(haproxy) = Haproxy::start(&sides[0].config(listen, dead, backends), listen) else {
        panic!("haproxy is not installed");
    };
    let proxy = Proxy::start(&sides[1].config(free_port(), dead, backends));
    (haproxy, proxy)
}

const LEVELS: &[(&str, &str)] = &[
    ("plain", ""),
    ("silent", " email-alert level emerg\n"),
    (
        "notices",
        " email-alert level notice\n email-alert myhostname lb.example.org\n",
    ),
    (
        "checks",
        " option log-health-checks\n email-alert level info\n",
    ),
];

#[test]
fn the_same_mails_as_haproxy_are_sent() {
    let manners = [Manner::Takes, Manner::Chatty];
    let [one, two] = ["haproxy", "own"].map(|name| Side::start(name, &manners));
    let sides = [&one, &two];
    let _running = start(sides, None, LEVELS);
    both(sides, |side| {
        let [s, t] = &side.pages;
        let page = |page: &Page, server: &str, status: usize, wanted: &str| {
            page.status.store(status, SeqCst);
            side.wait(LEVELS, server, wanted);
        };
        side.wait_asked(LEVELS);
        page(s, "s", 500, "DOWN");
        page(s, "s", 200, "UP");
        page(s, "s", 404, "NOLB");
        page(s, "s", 200, "UP");
        side.order(LEVELS, "drain");
        page(s, "s", 500, "DOWN");
        page(s, "s", 200, "DRAIN");
        side.order(LEVELS, "ready");
        side.wait(LEVELS, "s", "UP");
        side.order(LEVELS, "maint");
        side.wait(LEVELS, "s", "MAINT");
        side.order(LEVELS, "ready");
        side.wait_asked(LEVELS);
        page(s, "s", 500, "DOWN");
        side.order(LEVELS, "drain");
        side.order(LEVELS, "ready");
        page(t, "t", 500, "DOWN");
    });
    let told: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
    for at in 0..manners.len() {
        let [theirs, ours] = sides.map(|side| {
            let sink = &side.sinks[at];
            for name in told.iter().filter(|name| **name != "silent") {
                let last = format!("Backup Server {name}/t is DOWN");
                sink.wait(name, |all| {
                    all.iter().flatten().any(|turn| turn.contains(&last))
                });
            }
            by_backend(sink, &told)
        });
        assert_eq!(theirs, ours, "haproxy's on the left");
        assert_eq!(ours["plain"].len(), 5, "{ours:#?}");
        assert!(ours["notices"].len() > 10, "{ours:#?}");
        assert!(ours["checks"].len() > 15, "{ours:#?}");
        assert!(!ours.contains_key("silent"));
    }
}

#[test]
fn a_mail_server_that_takes_nothing_holds_up_nothing() {
    let backends = &[("b", " email-alert level notice\n")];
    let manners = [
        Manner::Takes,
        Manner::Mute,
        Manner::Refuses(""),
        Manner::Refuses("RCPT"),
        Manner::Leaves("MAIL"),
    ];
    let [one, two] = ["theirs", "ours"].map(|name| Side::start(name, &manners));
    let sides = [&one, &two];
    let _running = start(sides, Some(free_port()), backends);
    both(sides, |side| {
        // The first check of each server is judged.
        side.pages.iter().for_each(|page| page.wait_asked(2));
        side.pages[0].status.store(500, SeqCst);
        side.wait(backends, "u", "DOWN");
        // Two servers went down, and each mail is tried once everywhere.
        for sink in &side.sinks {
            sink.wait("a mail server", |all| all.len() == 2);
        }
    });
    for (at, manner) in manners.iter().enumerate() {
        let [theirs, ours] = sides.map(|side| side.sinks[at].heard());
        assert_eq!(theirs, ours, "{manner:?}: haproxy's on the left");
    }
    // The log says of each mail that nobody got it, and why.
    let mut unsent = Vec::new();
    let end = Instant::now() + support::WAIT;
    while unsent.len() < 5 * 2 {
        assert!(Instant::now() < end, "{unsent:#?}");
        unsent.extend(
            lines(&two.log)
                .into_iter()
                .filter(|line| line.contains(" is not sent by ")),
        );
    }
    for (mailer, why) in [
        (1, "it did not answer in time"),
        (2, "the server said '554 word'"),
        (3, "the server said '550 word'"),
        (4, "it closed the connection"),
        (5, "Connection refused"),
    ] {
        let of = |line: &&String| line.contains(&format!(" by mailer m{mailer} (127.0.0.1 port "));
        let lines: Vec<&String> = unsent.iter().filter(of).collect();
        assert_eq!(lines.len(), 2, "{unsent:#?}");
        assert!(lines.iter().all(|line| line.contains(why)), "{lines:#?}");
    }
}
