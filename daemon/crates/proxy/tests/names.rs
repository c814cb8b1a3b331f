//! Servers given by name: from the hosts file, from name servers, moved, and kept.

mod support;

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};
use support::{Client, Origin, Proxy, free_port, http_config, status_of};

/// What a name server says of every name.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Address(Ipv4Addr),
    Nothing,
    Fails,
    IsSilent,
}

/// A name server on a port of its own; records live for a second.
struct NameServer {
    port: u16,
    says: Arc<Mutex<Says>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    fn start(says: Says) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let (says, asked) = (Arc::new(Mutex::new(says)), Arc::new(Mutex::new(Vec::new())));
        let (now, log) = (says.clone(), asked.clone());
        std::thread::spawn(move || {
            let mut buf = [0; 512];
            while let Ok((n, from)) = socket.recv_from(&mut buf) {
                let mut m = buf[..n].to_vec();
                let labels: Vec<u8> = m[12..n - 5].to_vec();
                log.lock().unwrap().push(name_of(&labels));
                let says = *now.lock().unwrap();
                (m[2], m[3]) = (0x81, 0x80);
                match says {
                    Says::Address(ip) if m[n - 3] == 1 => {
                        m[7] = 1;
                        m.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
                        m.extend(ip.octets());
                    }
                    Says::Address(_) => {}
                    Says::Nothing => m[3] |= 3,
                    Says::Fails => m[3] |= 2,
                    Says::IsSilent => continue,
                }
                let _ = socket.send_to(&m, from);
            }
        });
        Self { port, says, asked }
    }

    fn now_says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// Waits until it was asked `n` times more.
    fn wait_asked(&self, n: usize) {
        let end = std::time::Instant::now() + support::WAIT;
        let from = self.asked.lock().unwrap().len();
        while self.asked.lock().unwrap().len() < from + n {
            assert!(std::time::Instant::now() < end, "no question came");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

fn name_of(labels: &[u8]) -> String {
    let (mut at, mut out) = (0, Vec::new());
    while labels.get(at).is_some_and(|n| *n > 0) {
        let end = at + 1 + usize::from(labels[at]);
        out.push(String::from_utf8_lossy(&labels[at + 1..end]).into_owned());
        at = end;
    }
    out.join(".")
}

#[test]
fn a_name_of_the_hosts_file_is_there_from_the_first_request() {
    let origin = Origin::named("x");
    let port = free_port();
    let servers = format!("    server s web-1:{}", origin.port);
    let hosts = [
        ("/etc/hosts", "127.0.0.1 web-1\n"),
        ("/etc/resolv.conf", ""),
    ];
    let _proxy = Proxy::start_with(&hosts, &http_config(port, "", &servers));
    assert_eq!(Client::connect(port).get("/").1, b"x");
}

#[test]
fn names_are_followed_and_the_last_good_address_is_kept() {
    let origin = Origin::named("x");
    let dns = NameServer::start(Says::Fails);
    let port = free_port();
    let servers = format!("    server s web:{} check inter 50ms", origin.port);
    let resolv = format!("nameserver 127.0.0.1:{}\nsearch lan\n", dns.port);
    let files = [("/etc/hosts", ""), ("/etc/resolv.conf", resolv.as_str())];
    let config = http_config(port, "    retries 0", &servers);
    // A name server that fails is no reason not to start.
    let mut proxy = Proxy::start_with(&files, &config);
    assert_eq!(proxy.server_state("app", "s"), "MAINT (resolution)");
    assert_eq!(status_of(&Client::connect(port).get("/").0), 503);
    dns.wait_asked(1);
    // The next attempt finds it, and it is checked like any other.
    dns.now_says(Says::Address(Ipv4Addr::LOCALHOST));
    proxy.wait_status("/backends/0/servers/0/state", &"UP".into());
    assert_eq!(Client::connect(port).get("/").1, b"x");
    for bad in [Says::Nothing, Says::Fails, Says::IsSilent] {
        dns.now_says(bad);
        dns.wait_asked(1);
        assert_eq!(Client::connect(port).get("/").1, b"x", "{bad:?}");
    }
    assert!(dns.asked.lock().unwrap().contains(&"web.lan".to_owned()));
    // A reload keeps it, too.
    proxy.configure(&config).unwrap();
    assert_eq!(Client::connect(port).get("/").1, b"x");
    // Moved to where nobody listens: requests follow.
    dns.now_says(Says::Address(Ipv4Addr::new(127, 0, 0, 77)));
    let origin_is_left = || status_of(&Client::connect(port).get("/").0) == 503;
    let end = std::time::Instant::now() + support::WAIT;
    while !origin_is_left() {
        assert!(
            std::time::Instant::now() < end,
            "requests do not follow the name"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
