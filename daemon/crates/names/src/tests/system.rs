//! Names that the system's name servers know.

use crate::message::query;
use crate::*;
use std::net::IpAddr;

#[test]
fn hosts_files_are_read_with_comments_and_several_names() {
    let hosts = Hosts::parse(
        "127.0.0.1 localhost # own\n::1 localhost six\n10.0.0.5\tweb-1 WEB.lan\njunk x\n",
    );
    assert_eq!(hosts.get("LOCALHOST"), "127.0.0.1".parse().ok());
    assert_eq!(hosts.get("web.lan"), "10.0.0.5".parse().ok());
    assert_eq!(hosts.get("six"), "::1".parse().ok());
    assert_eq!(hosts.get("x"), None);
}

#[test]
fn short_names_are_completed_before_they_are_tried_alone() {
    let settings = Settings::parse("nameserver 10.0.0.1\nnameserver ::1\nsearch a.b c.\n");
    assert_eq!(settings.servers[0], "10.0.0.1:53".parse().unwrap());
    assert_eq!(settings.candidates("web"), ["web.a.b", "web.c", "web"]);
    assert_eq!(
        settings.candidates("web.x"),
        ["web.x", "web.x.a.b", "web.x.c"]
    );
    assert_eq!(settings.candidates("web."), ["web"]);
    assert_eq!(
        Settings::parse("").servers,
        ["127.0.0.1:53".parse().unwrap()]
    );
}

/// An answer with these addresses, behind an alias.
fn reply(asked: &[u8], rcode: u8, addresses: &[[u8; 4]], ttl: u8) -> Vec<u8> {
    let mut m = asked.to_vec();
    (m[2], m[3]) = (0x81, 0x80 | rcode);
    m[7] = u8::try_from(addresses.len() + 1).unwrap();
    let alias = u8::try_from(m.len() + 12).unwrap();
    m.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, b'a', 0xc0, 12]);
    for a in addresses {
        m.extend([0xc0, alias, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4]);
        m.extend(a);
    }
    m
}

#[test]
fn answers_are_read_and_strangers_refused() {
    let asked = query(7, "web.lan", Kind::A).unwrap();
    let got = answer(&reply(&asked, 0, &[[10, 0, 0, 1]], 30), &asked, Kind::A);
    assert_eq!(
        got,
        Some(Answer::Addresses(vec!["10.0.0.1".parse().unwrap()], 30))
    );
    assert_eq!(
        answer(&reply(&asked, 3, &[], 0), &asked, Kind::A),
        Some(Answer::Nothing)
    );
    assert_eq!(
        answer(&reply(&asked, 2, &[], 0), &asked, Kind::A),
        Some(Answer::Failed)
    );
    let other = query(8, "web.lan", Kind::A).unwrap();
    assert_eq!(answer(&reply(&other, 0, &[], 0), &asked, Kind::A), None);
    let whole = reply(&asked, 0, &[[10, 0, 0, 1]], 30);
    for n in 0..whole.len() {
        let _ = answer(&whole[..n], &asked, Kind::A);
    }
    assert_eq!(query(1, "a..b", Kind::A), None);
}

#[test]
fn a_name_keeps_its_last_good_address() {
    let settings = Settings::parse("nameserver 10.0.0.1\nnameserver 10.0.0.2\n");
    let mut l = Lookup::new("web.lan", &Hosts::default(), &settings, None, 0);
    assert_eq!(l.run(0).unwrap().server, settings.servers[0]);
    let one: IpAddr = "10.0.0.9".parse().unwrap();
    assert!(l.take(Answer::Addresses(vec![one], 30), 5));
    assert_eq!((l.address, l.due), (Some(one), Some(30_005)));
    // Both servers fail, twice each; then it rests.
    let mut now = 30_005;
    let mut asked = Vec::new();
    while let Some(step) = l.run(now) {
        asked.push(step.server);
        now = l.due.unwrap();
    }
    assert_eq!(asked.len(), 4);
    assert_eq!(asked[1], settings.servers[1]);
    assert_eq!((l.address, l.due), (Some(one), Some(now + 5000)));
    // Gone from the name service: kept, too.
    l.run(now);
    assert!(!l.take(Answer::Nothing, now));
    assert_eq!(l.run(now).unwrap().kind, Kind::Aaaa);
    assert!(!l.take(Answer::Nothing, now));
    assert_eq!(l.address, Some(one));
}
