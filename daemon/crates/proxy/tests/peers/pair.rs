//! Two of ours.

use super::support::Proxy;
use super::{House, Town, agree, await_that};

const LIMIT: &str = "    http-request track-sc0 src table limit
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 5 }
";
const TABLE: &str = "backend limit
    stick-table type ip size 1k expire 60s peers pair store http_req_rate(60s),http_req_cnt
";

fn counted(lines: &[String], count: u32) -> bool {
    lines.len() == 1 && lines[0].ends_with(&format!("http_req_rate(60000)={count}"))
}

/// The first of this name.
fn number(text: &str, name: &str) -> Option<u32> {
    let (_, rest) = text.split_once(name)?;
    rest.split(' ').next()?.parse().ok()
}

#[test]
fn a_rate_limit_holds_over_the_loss_of_one() {
    let town = Town::new();
    let (a, b) = (House::new("a"), House::new("b"));
    let mut first = Proxy::start(&town.config(&a, LIMIT, TABLE));
    let mut second = Proxy::start(&town.config(&b, LIMIT, TABLE));
    for _ in 0..5 {
        assert_eq!(a.get("/"), 200);
    }
    assert_eq!(a.get("/"), 429);
    agree(&a, &b, "limit", |lines| counted(lines, 6));
    first.stop(0);
    // Whoever takes over goes on counting where the other was.
    assert_eq!(b.get("/"), 429);
    // One that comes back knows it, too.
    let _first = Proxy::start(&town.config(&a, LIMIT, TABLE));
    agree(&a, &b, "limit", |lines| counted(lines, 7));
    assert_eq!(a.get("/"), 429);
    second.stop(0);
}

#[test]
fn one_that_starts_under_requests_does_not_make_the_other_forget() {
    let town = Town::new();
    let (a, b) = (House::new("a"), House::new("b"));
    let _second = Proxy::start(&town.config(&b, LIMIT, TABLE));
    let requests = |lines: &[String]| number(&lines.concat(), "http_req_cnt=").unwrap_or(0);
    let mut least = 20;
    for _ in 0..20 {
        b.get("/");
    }
    for _ in 0..5 {
        let _first = Proxy::start(&town.config(&a, LIMIT, TABLE));
        // It counts from nothing until it has learnt what the other knows.
        for _ in 0..3 {
            a.get("/");
        }
        let lines = agree(&a, &b, "limit", |lines| requests(lines) >= least);
        least = requests(&lines);
        assert_eq!((a.get("/"), b.get("/")), (429, 429), "{lines:?}");
    }
}

#[test]
fn sessions_go_on_over_a_reload_and_follow_the_configuration() {
    let town = Town::new();
    let (a, b) = (House::new("a"), House::new("b"));
    let mut first = Proxy::start(&town.config(&a, LIMIT, TABLE));
    let _second = Proxy::start(&town.config(&b, LIMIT, TABLE));
    assert_eq!(a.get("/"), 200);
    agree(&a, &b, "limit", |lines| counted(lines, 1));
    let sessions = |text: &str| number(text, "new_conn=").unwrap();
    let before = sessions(&a.ask("show peers pair"));
    // Other rules: nothing changes for the other host.
    let more = format!("{LIMIT}    http-request set-header x y\n");
    first.configure(&town.config(&a, &more, TABLE)).unwrap();
    assert_eq!(a.get("/"), 200);
    agree(&a, &b, "limit", |lines| counted(lines, 2));
    assert_eq!(sessions(&a.ask("show peers pair")), before);
    // Not shared any more: each counts for itself, from what it has.
    let alone = town.config(&a, LIMIT, TABLE);
    let alone = alone.replace("\npeers pair\n", "\npeers pair\n    disabled\n");
    first.configure(&alone).unwrap();
    assert_eq!(a.ask("show peers pair"), "No such peers\n\n");
    assert_eq!(a.get("/"), 200);
    assert!(counted(&a.table("limit"), 3));
    // And again.
    first.configure(&town.config(&a, LIMIT, TABLE)).unwrap();
    assert_eq!(b.get("/"), 200);
    agree(&a, &b, "limit", |lines| !lines.is_empty());
}

#[test]
fn what_changed_while_they_could_not_speak_is_told_afterwards() {
    let town = Town::new();
    let (a, b) = (House::new("a"), House::new("b"));
    let _first = Proxy::start(&town.config(&a, LIMIT, TABLE));
    // Nobody is there to hear it.
    for n in 0..2000 {
        if n % 100 == 0 {
            a.ask(&format!("set table app key k{n}"));
        }
    }
    assert_eq!(a.get("/"), 200);
    let _second = Proxy::start(&town.config(&b, LIMIT, TABLE));
    agree(&a, &b, "limit", |lines| counted(lines, 1));
    agree(&a, &b, "app", |lines| lines.len() == 21);
    await_that(|| {
        let shown = b.ask("show peers dict");
        let known = [
            "id=pair ",
            "id=b(local",
            "id=a(remote,active)",
            "last_status=ESTA",
            "id=limit",
            "id=pair/hits",
            "RX dictionary:\n          1 -> s",
        ];
        match known.iter().find(|text| !shown.contains(**text)) {
            None => Ok(()),
            Some(missing) => Err(format!("{missing}: {shown}")),
        }
    });
    assert_eq!(b.ask("show peers nosuch"), "No such peers\n\n");
}
