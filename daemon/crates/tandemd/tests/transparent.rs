//! Addresses of others, with real rights in a network: a proxy without rights of its own connects
//! to servers from its clients' addresses and serves addresses that its host does not have.

mod pair;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use pair::{Daemon, Pair, wait};

const CLIENT: &str = "10.77.0.13";
/// Addresses that nobody has, by way of host a.
const FOREIGN: &str = "10.77.9.0/24";

/// Words behind a server, by the path that leads there, and from where the server is to see it.
const SOURCES: &[(&str, &str, &str)] = &[
    ("own", "", "10.77.0.11"),
    ("client-ip", "source 0.0.0.0 usesrc clientip", CLIENT),
    ("client", "source 0.0.0.0 usesrc client", CLIENT),
    (
        "header",
        "source 0.0.0.0 usesrc hdr_ip(x-client)",
        "10.77.9.21",
    ),
    (
        "header-first",
        "source 0.0.0.0 usesrc hdr_ip(x-client,1)",
        "10.77.9.20",
    ),
    ("fixed", "source 0.0.0.0 usesrc 10.77.9.7", "10.77.9.7"),
    (
        "interface",
        "source 10.77.0.11 interface eth0",
        "10.77.0.11",
    ),
    (
        "wrong-interface",
        "source 10.77.0.11 interface lo",
        "nowhere",
    ),
];

/// Answers each connection with the address that it came from and the one it was made to.
fn serve(pair: &Pair, address: &'static str) {
    let listener = pair
        .web
        .namespace
        .enter(|| TcpListener::bind(address).unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let peer = stream.peer_addr().unwrap();
            let body = format!("{} {}", peer.ip(), peer.port());
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
}

/// What the client gets: the body, or the status of an answer without one, and its own port.
fn ask(pair: &Pair, address: &str, path: &str) -> Result<(String, u16), String> {
    let address: SocketAddr = address.parse().unwrap();
    pair.client.namespace.enter(|| {
        let text = |e: std::io::Error| e.to_string();
        let mut stream =
            TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(text)?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .map_err(text)?;
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: h\r\nX-Client: 10.77.9.20, 10.77.9.21\r\nConnection: close\r\n\r\n"
        )
        .map_err(text)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(text)?;
        let port = stream.local_addr().map_err(text)?.port();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        if head.starts_with("HTTP/1.1 200 ") {
            Ok((body.to_owned(), port))
        } else {
            Ok((head.chars().take(12).collect(), port))
        }
    })
}

/// Packets for clients and for addresses that nobody has pass host a, which takes them itself.
fn divert(pair: &Pair) {
    let a = &pair.a.namespace;
    for net in ["all", "default", "eth0"] {
        a.sysctl(&format!("net.ipv4.conf.{net}.rp_filter"), "0");
        // It does not speak for the addresses of others.
        a.sysctl(&format!("net.ipv4.conf.{net}.arp_ignore"), "1");
    }
    a.ip(&[
        "route", "add", "local", "default", "dev", "lo", "table", "100",
    ]);
    for to in [CLIENT, FOREIGN] {
        a.ip(&["rule", "add", "iif", "eth0", "to", to, "lookup", "100"]);
        pair.web
            .namespace
            .ip(&["route", "add", to, "via", "10.77.0.11"]);
    }
    pair.client
        .namespace
        .ip(&["route", "add", FOREIGN, "via", "10.77.0.11"]);
}

fn config(root: &std::path::Path) -> String {
    let mut text = format!(
        "global\n user nobody\n group nogroup\n chroot {}\ndefaults\n mode http\n timeout client 5s\n \
         timeout server 5s\n timeout connect 500ms\n retries 0\nfrontend web\n bind 10.77.0.11:80\n bind \
         10.77.9.100:80 transparent\n bind 10.77.0.11:81 interface eth0\n bind 10.77.0.11:82 interface lo\n \
         http-request return status 200 content-type text/plain lf-string \"%[dst] %[dst_port]\" if {{ path \
         /dst }}\n use_backend %[path,field(2,/)]\n",
        root.display()
    );
    for (name, words, _) in SOURCES {
        let _ = write!(text, "backend {name}\n server s 10.77.0.14:9001 {words}\n");
    }
    text
}

fn everybody_sees_what_is_to_be_seen(pair: &Pair) {
    for (name, words, wanted) in SOURCES {
        let (body, port) = ask(pair, "10.77.0.11:80", name).unwrap();
        if *wanted == "nowhere" {
            assert_eq!(body, "HTTP/1.1 503", "{name}");
            continue;
        }
        let (address, seen) = body.split_once(' ').unwrap_or((&body, ""));
        assert_eq!(address, *wanted, "{name}: {words}");
        let same_port = seen == port.to_string();
        assert_eq!(
            same_port,
            *name == "client",
            "{name}: {body}, client {port}"
        );
    }
    let at = |address: &str| ask(pair, address, "dst").map(|(body, _)| body);
    assert_eq!(at("10.77.9.100:80").unwrap(), "10.77.9.100 80");
    assert_eq!(at("10.77.0.11:81").unwrap(), "10.77.0.11 81");
    let refused = at("10.77.0.11:82");
    assert!(refused.is_err(), "by another interface: {refused:?}");
}

#[test]
fn servers_see_the_addresses_of_clients_also_after_the_proxy_was_killed() {
    require_pair!();
    let pair = Pair::new("transp");
    let root = pair.directory.join("empty");
    std::fs::create_dir(&root).unwrap();
    serve(&pair, "10.77.0.14:9001");
    divert(&pair);
    let haproxy = pair.write("haproxy.cfg", &config(&root));
    let a = Daemon::start(&pair, &pair.a, Some(&haproxy), None);
    a.wait_ready();
    everybody_sees_what_is_to_be_seen(&pair);

    let proxy = a.worker("proxy");
    let fields = std::fs::read_to_string(format!("/proc/{proxy}/status")).unwrap();
    // CAP_NET_RAW, bit 13, and nothing else; as somebody who owns nothing.
    for line in [
        "Uid:\t65534\t65534\t65534\t65534",
        "CapEff:\t0000000000002000",
        "CapBnd:\t0000000000002000",
    ] {
        assert!(fields.contains(line), "{line}\n{fields}");
    }

    pair::daemon::signal_process(proxy, "KILL");
    wait("another proxy serves", || {
        a.find_worker("proxy").is_some_and(|pid| pid != proxy)
            && ask(&pair, "10.77.0.11:80", "own").is_ok_and(|(body, _)| body.starts_with("10."))
    });
    everybody_sees_what_is_to_be_seen(&pair);
}
