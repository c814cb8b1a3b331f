//! A real name server, beside haproxy: addresses that change, services, one that dies and returns,
//! answers that are too long for a datagram.

mod support;

use std::fmt::Write as _;
use support::dnsmasq::Dnsmasq;
use support::sides::{Sides, same_lines};

const BEFORE: &str = "127.0.0.1 plain.test\n::1 six.test\n127.0.1.1 a.test\n127.0.1.2 b.test\n";
const AFTER: &str = "127.0.0.2 plain.test\n::1 six.test\n127.0.1.1 a.test\n127.0.1.22 b.test\n";

const BACKENDS: &str = "backend plain\n    server p plain.test:80\n\
    backend six\n    server x six.test:80 resolve-prefer ipv6\n\
    backend gone\n    server g nobody.test:80\n\
    backend services\n    server-template s 2 _http._tcp.test\n\
    backend other\n    server-template o 2 _other._tcp.test\n";

#[test]
fn names_are_followed_as_by_haproxy() {
    let services = [
        "--srv-host=_http._tcp.test,a.test,81,0,1000",
        "--srv-host=_other._tcp.test,b.test,82,0,65535",
    ];
    let Some(mut names) = Dnsmasq::start(BEFORE, &services) else {
        eprintln!("skipped: dnsmasq is not installed (package dnsmasq-base)");
        return;
    };
    let mut sides = Sides::start(names.port, BACKENDS);
    let places = |plain: &'static str, b: &'static str| {
        [
            ("plain", vec![plain]),
            ("six", vec!["[::1]:80 1 up"]),
            ("gone", vec!["lost"]),
            ("services", vec!["127.0.1.1:81 4 up", "lost"]),
            ("other", vec![b, "lost"]),
        ]
    };
    let wait = |sides: &mut Sides, what: &str, wanted: &[(&str, Vec<&str>)]| {
        let wanted: Vec<(&str, &[&str])> = wanted.iter().map(|(b, all)| (*b, &all[..])).collect();
        sides.wait(what, &wanted);
    };
    wait(
        &mut sides,
        "all answers are there",
        &places("127.0.0.1:80 1 up", "127.0.1.2:82 256 up"),
    );
    names.hosts(AFTER);
    let after = places("127.0.0.2:80 1 up", "127.0.1.22:82 256 up");
    wait(&mut sides, "two moved", &after);
    same_lines(&sides, &["plain", "six"]);
    names.kill();
    let nobody = [
        ("plain", vec!["lost"]),
        ("six", vec!["lost"]),
        ("gone", vec!["lost"]),
        ("services", vec!["lost"; 2]),
        ("other", vec!["lost"; 2]),
    ];
    wait(&mut sides, "nobody is asked any more", &nobody);
    names.begin();
    wait(&mut sides, "it is back", &after);
}

/// More addresses than fit into a datagram: the rest of the answer comes by TCP.
#[test]
fn long_answers_are_taken_whole() {
    let mut lines = String::new();
    for n in 1..=60 {
        let _ = writeln!(lines, "127.0.2.{n} many.test");
    }
    let Some(names) = Dnsmasq::start(&lines, &[]) else {
        eprintln!("skipped: dnsmasq is not installed (package dnsmasq-base)");
        return;
    };
    let port = support::free_port();
    let mut proxy = support::Proxy::start(&format!(
        "resolvers dns\n    nameserver one 127.0.0.1:{}\n    timeout retry 200ms\n    timeout resolve 200ms\n\
         defaults\n    mode tcp\n    timeout connect 1s\n    timeout client 5s\n    timeout server 5s\n\
         listen web\n    bind 127.0.0.1:{port}\n    server-template m 60 many.test:80 resolvers dns resolve-prefer ipv4 init-addr none\n",
        names.port
    ));
    let end = std::time::Instant::now() + support::WAIT;
    loop {
        let status = proxy.status();
        let servers = status["backends"][0]["servers"].as_array().unwrap();
        let found: std::collections::BTreeSet<&str> = servers
            .iter()
            .filter_map(|s| s["resolved"].as_str())
            .collect();
        if found.len() == 60 {
            break;
        }
        assert!(
            std::time::Instant::now() < end,
            "{} were found",
            found.len()
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
