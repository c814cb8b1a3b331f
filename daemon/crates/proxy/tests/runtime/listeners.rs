//! `option socket-stats`: a line for each listening address, beside haproxy's.

use crate::listening::{Side, both, origin};
use crate::support::{Client, Proxy, WAIT};
use std::time::{Duration, Instant};

/// What both say to this in the end, with the bytes of HTTP left out: haproxy counts those of its own
/// form of a message.
fn same(sides: &[Side; 2], command: &str) -> String {
    let compared = |said: String| -> Vec<String> {
        let lines = said.lines().filter(|line| {
            let http = line.starts_with("L.4.");
            let bytes = line.contains(".bin.") || line.contains(".bout.");
            let beyond = line.contains(".ssl_") || line.contains(".h1_") || line.contains(".h2_");
            !(http && bytes || beyond)
        });
        lines.map(str::to_owned).collect()
    };
    let end = Instant::now() + WAIT;
    loop {
        let [theirs, ours] = [&sides[0], &sides[1]].map(|side| side.ask(command));
        let both = [theirs, ours.clone()].map(compared);
        if both[0] == both[1] {
            return ours;
        }
        let one = |from: usize| {
            let others = &both[1 - from];
            let own = both[from].iter().filter(|line| !others.contains(line));
            own.cloned().collect::<Vec<_>>().join("\n")
        };
        assert!(
            Instant::now() < end,
            "{command}\nhaproxy alone:\n{}\nours alone:\n{}",
            one(0),
            one(1)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_listener_has_a_line_with_the_figures_that_haproxy_has() {
    let origin = origin();
    let Some((_haproxy, _proxy, sides)) = both(&origin) else {
        return;
    };
    for side in &sides {
        side.traffic();
    }
    let said = same(&sides, "show stat -1 8 -1 typed");
    let names = said.lines().filter(|line| line.contains(".svname."));
    assert_eq!(names.count(), 8, "{said}");
    for (place, figure) in [
        ("L.4.2.", "stot.1:MCP:u64:5"),
        ("L.4.2.", "ereq.1:MCP:u64:1"),
        ("L.4.77.", "dcon.1:MCP:u64:2"),
        ("L.4.1.", "dses.1:MCP:u64:1"),
    ] {
        let there = |line: &str| line.starts_with(place) && line.ends_with(figure);
        assert!(said.lines().any(there), "{place} {figure}\n{said}");
    }
    // One section, kind and listener, and those together with others.
    for choice in [
        "web 8 77",
        "web 8 2",
        "web 8 9",
        "web 9 1",
        "web 12 1",
        "4 8 -1",
        "quiet 8 -1",
        "raw 15 -1",
        "raw 7 -1",
        "many 7 -1",
    ] {
        let places = |side: &Side| -> Vec<String> {
            let said = side.ask(&format!("show stat {choice} typed"));
            let names = said.lines().filter(|line| line.contains(".svname."));
            names.map(str::to_owned).collect()
        };
        assert_eq!(places(&sides[0]), places(&sides[1]), "{choice}");
    }
    // Numbers that are given to others are passed over, also as rules see them.
    let number = |side: &Side| Client::connect(side.ports[1]).get("/number").1;
    assert_eq!([&sides[0], &sides[1]].map(number), [b"4/2", b"4/2"]);
    // The other forms hold the same.
    let json = |side: &Side| {
        let said = side.ask("show stat web 8 -1 json");
        let rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&said).unwrap();
        let is_known = |it: &serde_json::Value| {
            let name = it["field"]["name"].as_str().unwrap();
            !name.starts_with("ssl_") && !["bin", "bout"].contains(&name)
        };
        let kept = |row: Vec<_>| row.into_iter().filter(is_known).collect::<Vec<_>>();
        rows.into_iter().map(kept).collect::<Vec<_>>()
    };
    assert_eq!(json(&sides[0]), json(&sides[1]));
    let lines = |side: &Side| -> Vec<String> {
        let said = side.ask("show stat raw 8 -1");
        let rows = said.lines().skip(1).filter(|line| !line.is_empty());
        rows.map(|row| row.split(',').take(95).collect::<Vec<_>>().join(","))
            .collect()
    };
    assert_eq!(lines(&sides[0]), lines(&sides[1]));
    let metrics = |side: &Side| {
        let (_, text) = Client::connect(side.ports[0]).get("/metrics?scope=listener");
        let text = side.masked(String::from_utf8(text).unwrap());
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.filter(|line| line.contains("raw") || !line.contains("_bytes_"));
        samples.map(str::to_owned).collect::<Vec<_>>()
    };
    let (theirs, ours) = (metrics(&sides[0]), metrics(&sides[1]));
    assert!(ours.len() > 100, "{ours:?}");
    assert_eq!(theirs, ours);
    for order in ["clear counters", "clear counters all"] {
        for side in &sides {
            side.ask(order);
        }
        same(&sides, "show stat -1 8 -1 typed");
    }
}

#[test]
fn a_listener_is_full_or_waits_when_haproxys_does() {
    let origin = origin();
    let Some((_haproxy, _proxy, sides)) = both(&origin) else {
        return;
    };
    let state = |wanted: [&str; 2]| {
        let said = same(&sides, "show stat web 8 -1 typed");
        for (number, wanted) in [2, 3].into_iter().zip(wanted) {
            let line = format!("L.4.{number}.17.status.1:SGP:str:{wanted}");
            assert!(said.contains(&line), "{line}\n{said}");
        }
    };
    let connect = |at: usize| [&sides[0], &sides[1]].map(|side| Client::connect(side.ports[at]));
    state(["OPEN", "OPEN"]);
    let full = connect(2);
    state(["OPEN", "FULL"]);
    // The frontend's limit, with one more before the door.
    let waiting = [connect(1), connect(1), connect(1)];
    state(["WAITING", "FULL"]);
    drop(waiting);
    drop(full);
    state(["OPEN", "OPEN"]);
}

#[test]
fn what_a_listener_counted_outlives_a_configuration_and_goes_with_its_address() {
    let origin = origin();
    let side = Side::new("alone");
    let config = side.config(origin.port);
    let mut proxy = Proxy::start(&config);
    side.traffic();
    let stot = |name: &str| -> Option<u64> {
        let said = side.ask("show stat web 8 -1");
        let mut rows = said.lines().map(|row| row.split(',').collect::<Vec<_>>());
        let row = rows.find(|row| row.get(1) == Some(&name))?;
        row[7].parse().ok()
    };
    assert_eq!((stot("plain"), stot("sock-77")), (Some(5), Some(2)));
    // It is found by its address: its line stands elsewhere and has another name.
    let plain = format!("    bind 127.0.0.1:{} name plain\n", side.ports[1]);
    let moved = config.replace(&plain, "").replace(
        "    default_backend app\n",
        &format!(
            "{}    default_backend app\n",
            plain.replace("plain", "other")
        ),
    );
    assert_ne!(moved, config);
    proxy.configure(&moved).unwrap();
    assert_eq!((stot("plain"), stot("other")), (None, Some(5)));
    Client::connect(side.ports[1]).get("/a");
    assert_eq!(stot("other"), Some(6));
    // Without the option there are no lines.
    let without = config.replace("    option socket-stats\n", "");
    proxy.configure(&without).unwrap();
    assert_eq!(side.ask("show stat -1 8 -1").lines().count(), 2);
}
