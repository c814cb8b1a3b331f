//! `resolvers` sections beside Debian's haproxy: the same name servers, the same servers; who is
//! where, who is up, and what the log says of it.

mod support;

use support::dns::{A, NameServer, SRV, Says};
use support::sides::{Sides, same_lines};
use support::{Origin, Proxy, free_port};

#[test]
fn addresses_states_and_log_lines_follow_the_name_servers_as_in_haproxy() {
    let dns = NameServer::start();
    let origin = Origin::named("x");
    let port = origin.port;
    let backends = format!(
        "backend plain\n    server p plain.test:80\n\
         backend checked\n    server c checked.test:{port} check inter 100ms\n\
         backend refused\n    server r refused.test:80\n\
         backend silent\n    server s silent.test:80\n\
         backend failed\n    server f failed.test:80\n\
         backend many\n    server-template m 3 many.test:80\n\
         backend dup\n    server-template d 1-2 one.test:80 resolve-opts allow-dup-ip\n\
         backend near\n    server n near.test:80 resolve-net 127.0.2.0/24,127.0.3.0/24\n\
         backend six\n    server x six.test:80 resolve-prefer ipv6\n    server y four.test:80 resolve-prefer ipv6\n\
         backend late\n    server l late.test:80\n"
    );
    let mut sides = Sides::start(dns.port, &backends);
    let nobody: &[(&str, &[&str])] = &[
        ("plain", &["lost"]),
        ("checked", &["lost"]),
        ("refused", &["lost"]),
        ("silent", &["lost"]),
        ("failed", &["lost"]),
        ("many", &["lost"; 3]),
        ("dup", &["lost"; 2]),
        ("near", &["lost"]),
        ("six", &["lost"; 2]),
        ("late", &["lost"]),
    ];
    sides.wait("before there is an answer", nobody);
    for name in ["plain", "checked", "refused", "silent", "failed"] {
        dns.addresses(&format!("{name}.test"), &["127.0.0.1"]);
    }
    dns.addresses("many.test", &["127.0.1.1", "127.0.1.2"]);
    dns.addresses("one.test", &["127.0.1.9"]);
    dns.addresses("near.test", &["127.0.1.1", "127.0.2.1", "127.0.4.1"]);
    dns.addresses("six.test", &["127.0.1.1", "::1"]);
    dns.addresses("four.test", &["127.0.1.4"]);
    let checked = format!("127.0.0.1:{port} 1 up");
    let found: &[(&str, &[&str])] = &[
        ("plain", &["127.0.0.1:80 1 up"]),
        ("checked", &[&checked]),
        ("refused", &["127.0.0.1:80 1 up"]),
        ("silent", &["127.0.0.1:80 1 up"]),
        ("failed", &["127.0.0.1:80 1 up"]),
        ("many", &["127.0.1.1:80 1 up", "127.0.1.2:80 1 up", "lost"]),
        ("dup", &["127.0.1.9:80 1 up"; 2]),
        ("near", &["127.0.2.1:80 1 up"]),
        ("six", &["[::1]:80 1 up", "127.0.1.4:80 1 up"]),
        ("late", &["lost"]),
    ];
    sides.wait("all answers are there", found);
    same_lines(&sides, &["plain", "refused", "silent", "failed", "near"]);
    dns.addresses("plain.test", &["127.0.0.2"]);
    dns.addresses("many.test", &["127.0.1.2", "127.0.1.3"]);
    dns.addresses("near.test", &["127.0.1.1", "127.0.3.1"]);
    let moved: Vec<(&str, &[&str])> = found
        .iter()
        .map(|(b, all)| match *b {
            "plain" => ("plain", &["127.0.0.2:80 1 up"][..]),
            "many" => (
                "many",
                &["127.0.1.2:80 1 up", "127.0.1.3:80 1 up", "lost"][..],
            ),
            "near" => ("near", &["127.0.3.1:80 1 up"][..]),
            other => (other, *all),
        })
        .collect();
    sides.wait("some moved", &moved);
    same_lines(&sides, &["plain", "near"]);
    dns.fail("plain.test", &Says::Code(3));
    dns.fail("checked.test", &Says::Code(3));
    dns.fail("refused.test", &Says::Code(5));
    dns.fail("silent.test", &Says::Silence);
    dns.fail("failed.test", &Says::Code(2));
    dns.fail("many.test", &Says::Code(3));
    dns.fail("one.test", &Says::Code(3));
    dns.fail("near.test", &Says::Addresses(Vec::new()));
    dns.fail("six.test", &Says::Code(5));
    dns.fail("four.test", &Says::Junk);
    sides.wait("nobody is found any more", nobody);
    let backends = ["plain", "checked", "refused", "silent", "failed", "near"];
    same_lines(&sides, &backends);
}

#[test]
fn services_fill_and_leave_their_slots_as_in_haproxy() {
    let dns = NameServer::start();
    let entry = |weight, port, target: &str, ip: Option<&str>| {
        (
            weight,
            port,
            target.to_owned(),
            ip.map(|ip| ip.parse().unwrap()),
        )
    };
    let backends = "backend plain\n    server-template s 4 _http._tcp.test\n\
         backend flat\n    server-template w 2 _flat._tcp.test resolve-opts ignore-weight weight 7\n";
    let mut sides = Sides::start(dns.port, backends);
    dns.addresses("b.test", &["127.0.1.2"]);
    dns.addresses("c.test", &["127.0.1.3"]);
    dns.say(
        "_http._tcp.test",
        SRV,
        Says::Services(vec![
            entry(0, 81, "a.test", Some("127.0.1.1")),
            entry(1000, 82, "b.test", None),
            entry(65535, 83, "c.test", None),
        ]),
    );
    dns.say(
        "_flat._tcp.test",
        SRV,
        Says::Services(vec![entry(500, 90, "b.test", None)]),
    );
    sides.wait(
        "three entries",
        &[
            (
                "plain",
                &[
                    "127.0.1.1:81 0 up",
                    "127.0.1.2:82 4 up",
                    "127.0.1.3:83 256 up",
                    "lost",
                ],
            ),
            ("flat", &["127.0.1.2:90 7 up", "lost"]),
        ],
    );
    // One goes, one comes, one gets another weight, and one host moves.
    dns.addresses("b.test", &["127.0.1.22"]);
    dns.addresses("d.test", &["127.0.1.4"]);
    dns.say(
        "_http._tcp.test",
        SRV,
        Says::Services(vec![
            entry(256, 81, "a.test", Some("127.0.1.1")),
            entry(1000, 82, "b.test", None),
            entry(20, 84, "d.test", None),
        ]),
    );
    sides.wait(
        "others",
        &[
            (
                "plain",
                &[
                    "127.0.1.1:81 1 up",
                    "127.0.1.22:82 4 up",
                    "127.0.1.4:84 1 up",
                    "lost",
                ],
            ),
            ("flat", &["127.0.1.22:90 7 up", "lost"]),
        ],
    );
    let named = |all: Vec<String>| -> Vec<String> {
        let mut all: Vec<String> = all.into_iter().filter(|l| l.contains("FQDN")).collect();
        // Which slot an entry got is not said anywhere.
        for l in &mut all {
            *l = l[l.find(" changed").unwrap()..].to_owned();
        }
        all.sort();
        all
    };
    let (ours, theirs) = sides.lines();
    let ours = named(ours);
    assert_eq!(ours.len(), 5, "{ours:#?}");
    if let Some(theirs) = theirs {
        assert_eq!(ours, named(theirs), "haproxy's on the right");
    }
    dns.fail("_http._tcp.test", &Says::Code(3));
    sides.wait(
        "no service",
        &[
            ("plain", &["lost"; 4]),
            ("flat", &["127.0.1.22:90 7 up", "lost"]),
        ],
    );
}

/// Answers that are too long for a datagram come by TCP; servers that are asked by TCP alone.
#[test]
fn long_answers_come_by_tcp() {
    let dns = NameServer::start();
    dns.say(
        "big.test",
        A,
        Says::ByStreamOnly(vec!["127.0.1.5".parse().unwrap()]),
    );
    let port = free_port();
    let config = |server: &str| {
        format!(
            "resolvers dns\n    nameserver n {server}127.0.0.1:{}\n    timeout retry 200ms\n\
             defaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n\
             frontend web\n    bind 127.0.0.1:{port}\n    default_backend app\n\
             backend app\n    server s big.test:80 resolvers dns init-addr none resolve-prefer ipv4\n",
            dns.port
        )
    };
    let mut proxy = Proxy::start(&config(""));
    let place = "/backends/0/servers/0/resolved";
    proxy.wait_status(place, &"127.0.1.5:80".into());
    let asked = dns.asked.lock().unwrap().clone();
    assert_eq!(asked[..2], ["big.test/1", "big.test/1/tcp"]);
    proxy.wait_status("/resolvers/0/nameServers/0/truncated", &1.into());
    dns.asked.lock().unwrap().clear();
    proxy.configure(&config("tcp@")).unwrap();
    dns.addresses("big.test", &["127.0.1.6"]);
    proxy.wait_status(place, &"127.0.1.6:80".into());
    let asked = dns.asked.lock().unwrap().clone();
    assert_eq!(asked.last().map(String::as_str), Some("big.test/1/tcp"));
}
