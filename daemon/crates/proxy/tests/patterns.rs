//! Maps and lists that rules change while they are used, beside haproxy; kept over a reload.

mod support;

use std::path::PathBuf;
use support::haproxy::Haproxy;
use support::{Client, Proxy, free_port};

const FILES: &[(&str, &str)] = &[
    ("hosts.map", "# name value\none first\ntwo second\n"),
    ("nets.map", "127.0.0.0/8 loop\n10.0.0.0/8 ten\n"),
    ("paths.map", "/a short\n/a/b long\n"),
    ("bad.lst", "evil\nworse\n"),
    ("nets.lst", "10.0.0.0/8\n"),
    ("agents.lst", "Bad Agent/1.0\n"),
];

/// Rules that change, then answers that show.
const RULES: &str = "
    http-request set-map(hosts.map) %[urlp(k)] %[urlp(v)] if { path /set }
    http-request del-map(hosts.map) %[urlp(k)] if { path /del }
    http-request set-map(nets.map) %[urlp(k)] %[urlp(v)] if { path /netset }
    http-request del-map(nets.map) %[urlp(k)] if { path /netdel }
    http-request set-map(paths.map) %[urlp(k)] %[urlp(v)] if { path /pathset }
    http-request del-map(paths.map) %[urlp(k)] if { path /pathdel }
    http-request add-acl(bad.lst) %[urlp(k)] if { path /add }
    http-request del-acl(bad.lst) %[urlp(k)] if { path /remove }
    http-request add-acl(nets.lst) %[urlp(k)] if { path /netadd }
    http-request del-acl(nets.lst) %[urlp(k)] if { path /netremove }
    http-request del-acl(agents.lst) %[req.hdr(user-agent)] if { path /agent }
    http-response set-map(hosts.map) %[var(txn.k)] %[status] if { var(txn.k) -m found }
    http-request set-var(txn.k) urlp(k) if { path /late }
    http-request return status 200 content-type text/plain lf-string \"%[urlp(q),map(hosts.map,none)] %[urlp(q),map_beg(hosts.map,none)] %[urlp(ip),map_ip(nets.map,none)] %[urlp(p),map_beg(paths.map,none)] %[urlp(p),map_str(paths.map,none)] bad=%[var(txn.bad)] low=%[var(txn.low)] net=%[var(txn.net)] agent=%[var(txn.agent)]\" unless { path /late }
";

const TESTS: &str = "
    acl bad urlp(q) -m str -f bad.lst
    acl low urlp(q) -m str -i -f bad.lst another
    acl net urlp(ip) -m ip -f nets.lst
    acl agent req.hdr(user-agent) -f agents.lst
    http-request set-var(txn.bad) int(1) if bad
    http-request set-var(txn.low) int(1) if low
    http-request set-var(txn.net) int(1) if net
    http-request set-var(txn.agent) int(1) if agent
";

/// Targets in order; each is followed by looks at what has become of it.
const STEPS: &[&str] = &[
    "/set?k=three&v=3rd",
    "/set?k=one&v=changed",
    "/del?k=two",
    "/del?k=unknown",
    "/set?k=two&v=again",
    "/late?k=ghost2",
    "/late?k=one",
    "/netset?k=127.1.0.0/16&v=narrow",
    "/netset?k=127.0.0.0/8&v=wide",
    "/netdel?k=127.1.0.0/16",
    "/netdel?k=10.0.0.0/8",
    "/pathset?k=/a/b/c&v=longest",
    "/pathdel?k=/a/b",
    "/pathdel?k=/a/b/c",
    "/add?k=Wicked",
    "/add?k=evil",
    "/remove?k=worse",
    "/remove?k=evil",
    "/netadd?k=192.0.2.0/24",
    "/netremove?k=10.0.0.0/8",
    "/agent",
];

const LOOKS: &[&str] = &[
    "/?q=one&ip=127.1.2.3&p=/a/b/c/d",
    "/?q=two&ip=127.2.2.3&p=/a/b",
    "/?q=three&ip=10.1.1.1&p=/a",
    "/?q=onetwo&ip=192.0.2.9&p=/",
    "/?q=evil&ip=::1",
    "/?q=worse",
    "/?q=Wicked",
    "/?q=WICKED",
    "/?q=ghost2",
    "/?q=another",
];

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tandem-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in FILES {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn config(&self, threads: u32, port: u16, origin: u16) -> String {
        let rules = FILES
            .iter()
            .fold(format!("{TESTS}{RULES}"), |text, (name, _)| {
                text.replace(name, self.0.join(name).to_str().unwrap())
            });
        // Tests look at what is there once the rules before them have changed it.
        format!(
            "global\n nbthread {threads}\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
             frontend web\n bind 127.0.0.1:{port}\n{rules}\n default_backend app\nbackend app\n server s 127.0.0.1:{origin}\n"
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn ask(client: &mut Client, target: &str) -> String {
    client.send(format!(
        "GET {target} HTTP/1.1\r\nHost: h\r\nUser-Agent: Bad Agent/1.0\r\n\r\n"
    ));
    let (head, body) = client.response();
    format!(
        "{} {}",
        support::status_of(&head),
        String::from_utf8_lossy(&body)
    )
}

#[test]
fn changes_by_rules_are_what_they_are_in_haproxy() {
    let (folder, origin) = (Folder::new("patterns"), support::Origin::named("x"));
    let (theirs, ours) = (free_port(), free_port());
    let Some(_haproxy) = Haproxy::start(&folder.config(1, theirs, origin.port), theirs) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let _proxy = Proxy::start(&folder.config(1, ours, origin.port));
    let (mut a, mut b) = (Client::connect(theirs), Client::connect(ours));
    for step in STEPS {
        assert_eq!(ask(&mut a, step), ask(&mut b, step), "{step}");
        for look in LOOKS {
            assert_eq!(ask(&mut a, look), ask(&mut b, look), "{look} after {step}");
        }
    }
}

#[test]
fn all_workers_see_a_change_and_a_reload_keeps_it_while_the_file_stays() {
    let (folder, origin) = (Folder::new("kept"), support::Origin::named("x"));
    let port = free_port();
    let config = folder.config(4, port, origin.port);
    let mut proxy = Proxy::start(&config);
    ask(&mut Client::connect(port), "/set?k=three&v=3rd");
    let see = |text: &str| {
        // Connections are spread over the workers.
        for _ in 0..16 {
            let answer = ask(&mut Client::connect(port), "/?q=three");
            assert!(answer.starts_with(text), "{answer}, not {text}");
        }
    };
    see("200 3rd ");
    proxy.configure(&format!("{config}# a remark\n")).unwrap();
    see("200 3rd ");
    // Another text in the file counts more than what rules made of the old one.
    std::fs::write(folder.0.join("hosts.map"), "three of-file\n").unwrap();
    proxy.configure(&config).unwrap();
    see("200 of-file ");
}
