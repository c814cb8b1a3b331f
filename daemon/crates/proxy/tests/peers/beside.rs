//! One of ours and Debian's haproxy: each learns what the other counts.

use super::support::Proxy;
use super::support::haproxy::Haproxy;
use super::{House, Town, agree, await_that};

const RULES: &str = "    http-request track-sc0 src table rates
    http-request track-sc1 path table strings
    http-request track-sc2 path,length table pair/hits
    http-request sc-inc-gpc1(0)
    http-request sc-inc-gpc0(1)
    http-request sc-inc-gpc0(2)
    http-request sc-set-gpt0(0) 7
    http-request return status 404 if { path /missing }
";
const TABLES: &str = "backend rates
    stick-table type ip size 1k expire 60s peers pair store gpt0,gpc0,gpc0_rate(60s),conn_cnt,conn_rate(60s),conn_cur,sess_cnt,sess_rate(60s),http_req_cnt,http_req_rate(60s),http_err_cnt,http_err_rate(60s),bytes_in_cnt,bytes_in_rate(60s),bytes_out_cnt,bytes_out_rate(60s),gpc1,gpc1_rate(60s),http_fail_cnt,http_fail_rate(60s)
backend sixes
    stick-table type ipv6 size 1k expire 60s peers pair store gpc0,gpc1
backend arrays
    stick-table type ipv6 size 1k expire 60s peers pair store gpt(2),gpc(3),gpc_rate(3,60s)
backend strings
    stick-table type string len 20 size 1k peers pair store gpc0,gpc1
backend blocks
    stick-table type binary len 6 size 1k expire 60s peers pair store gpc0
";

/// What counts in the arrays and by blocks, which no order over the socket can fill.
const MORE: &str = "    http-request track-sc0 hdr(x-six) table arrays if { path /arrays }
    http-request sc-inc-gpc(1,0) if { path /arrays }
    http-request sc-set-gpt(1,0) 9 if { path /arrays }
    http-request track-sc1 path,sha1 table blocks if { path /arrays }
    http-request sc-inc-gpc0(1) if { path /arrays }
    http-request return status 204 if { path /arrays }
";

fn start(town: &Town) -> Option<(House, House, Haproxy, Proxy)> {
    let (theirs, ours) = (House::new("a"), House::new("b"));
    let rules = format!("{MORE}{RULES}");
    let haproxy = Haproxy::start(&town.config(&theirs, &rules, TABLES), theirs.http);
    let Some(haproxy) = haproxy else {
        eprintln!("skipped: the haproxy binary is not installed");
        return None;
    };
    let proxy = Proxy::start(&town.config(&ours, &rules, TABLES));
    Some((theirs, ours, haproxy, proxy))
}

fn arrays(house: &House) {
    use std::io::Write;
    let mut client = super::support::Client::connect(house.http);
    let request = "GET /arrays HTTP/1.1\r\nHost: x\r\nx-six: 2001:db8::7\r\n\r\n";
    client.0.write_all(request.as_bytes()).unwrap();
    let head = super::support::read_head(&mut client.0).unwrap();
    assert!(head.starts_with("HTTP/1.1 204"), "{head}");
}

#[test]
fn each_learns_every_kind_of_data_from_the_other() {
    let town = Town::new();
    let Some((theirs, ours, _haproxy, _proxy)) = start(&town) else {
        return;
    };
    // What one has before they meet, and what both count from then on.
    for (round, (one, other)) in [(&theirs, &ours), (&ours, &theirs)].into_iter().enumerate() {
        assert_eq!(one.get("/x"), 200);
        assert_eq!(one.get("/missing"), 404);
        arrays(one);
        one.ask(&format!(
            "set table sixes key 2001:db8::{round} data.gpc0 70000 data.gpc1 3"
        ));
        let has = |text: &str| {
            let text = text.to_owned();
            move |lines: &[String]| lines.iter().any(|line| line.contains(&text))
        };
        let twice = 2 * (round + 1);
        let rates = agree(one, other, "rates", has(&format!(" http_req_cnt={twice} ")));
        assert!(rates[0].starts_with("key=127.0.0.1 gpt0=7 "), "{rates:?}");
        for rate in ["http_req_rate(60000)", "gpc1_rate(60000)"] {
            assert!(rates[0].contains(&format!(" {rate}={twice}")), "{rates:?}");
        }
        agree(
            one,
            other,
            "strings",
            has(&format!("key=/x gpc0={}", round + 1)),
        );
        agree(
            one,
            other,
            "pair/hits",
            has(&format!("key=2 gpc0={}", round + 1)),
        );
        agree(
            one,
            other,
            "sixes",
            has(&format!("key=2001:db8::{round} gpc0=70000 gpc1=3").replace("::0", "::")),
        );
        let elements = "key=2001:db8::7 gpt0=0 gpt1=9 gpc0=0";
        agree(
            one,
            other,
            "arrays",
            has(&format!("{elements} gpc1={}", round + 1)),
        );
        agree(one, other, "blocks", has(&format!(" gpc0={}", round + 1)));
        agree(one, other, "app", has("key=/x server_id=11 server_key=s1"));
    }
    // Both go the way that the first one chose.
    assert_eq!((theirs.get("/x"), ours.get("/x")), (200, 200));
    let sticky = agree(&theirs, &ours, "app", |lines| !lines.is_empty());
    assert!(sticky.contains(&"key=/x server_id=11 server_key=s1".to_owned()));
}

#[test]
fn one_that_starts_anew_is_taught_everything() {
    let town = Town::new();
    let Some((theirs, ours, haproxy, mut proxy)) = start(&town) else {
        return;
    };
    for n in 0..300 {
        let house = if n % 2 == 0 { &theirs } else { &ours };
        house.ask(&format!(
            "set table sixes key 2001:db8::{n:x} data.gpc0 {n} data.gpc1 {n}"
        ));
    }
    for n in 0..20 {
        assert_eq!(theirs.get(&format!("/{n}")), 200);
    }
    let all = agree(&theirs, &ours, "sixes", |lines| lines.len() == 300);
    let sticky = agree(&theirs, &ours, "app", |lines| lines.len() == 20);
    // Theirs has it from ours alone …
    drop(haproxy);
    let rules = format!("{MORE}{RULES}");
    let haproxy = Haproxy::start(&town.config(&theirs, &rules, TABLES), theirs.http);
    assert_eq!(
        agree(&ours, &theirs, "sixes", |lines| lines.len() == 300),
        all
    );
    assert_eq!(
        agree(&ours, &theirs, "app", |lines| lines.len() == 20),
        sticky
    );
    // … and ours from theirs.
    proxy.stop(0);
    let _proxy = Proxy::start(&town.config(&ours, &rules, TABLES));
    assert_eq!(
        agree(&theirs, &ours, "sixes", |lines| lines.len() == 300),
        all
    );
    assert_eq!(
        agree(&theirs, &ours, "app", |lines| lines.len() == 20),
        sticky
    );
    drop(haproxy);
}

#[test]
fn an_entry_expires_on_both_at_the_same_time() {
    let town = Town::new();
    let (theirs, ours) = (House::new("a"), House::new("b"));
    let tables =
        "backend short\n    stick-table type string size 10 expire 30s peers pair store gpc0\n";
    let _proxy = Proxy::start(&town.config(&ours, "", tables));
    ours.ask("set table short key old data.gpc0 1");
    let left = |house: &House| -> Option<i64> {
        let shown = house.ask("show table short");
        let (_, rest) = shown.split_once("key=old ")?;
        let (_, rest) = rest.split_once("exp=")?;
        rest.split(' ').next()?.parse().ok()
    };
    await_that(|| match left(&ours) {
        Some(..28_000) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    // Told late: what is left counts, not a whole period.
    let haproxy = Haproxy::start(&town.config(&theirs, "", tables), theirs.http);
    let Some(_haproxy) = haproxy else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let (here, there) = await_that(|| match (left(&ours), left(&theirs)) {
        (Some(ours), Some(theirs)) => Ok((ours, theirs)),
        other => Err(format!("{other:?}")),
    });
    assert!(
        there < 28_500 && (here - there).abs() < 2000,
        "{here} {there}"
    );
}
