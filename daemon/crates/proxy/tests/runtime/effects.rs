//! What commands do: to traffic, to checks, to what comes after a reload or another life.

use crate::socket::{Place, ask, connect, talk};
use crate::support::{Origin, Proxy, WAIT, free_port, read_head};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Answers every request of a connection with its name.
fn named(name: &'static str) -> Origin {
    Origin::start(move |mut stream: TcpStream, _| {
        let body = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}",
            name.len()
        );
        while read_head(&mut stream).is_some() && stream.write_all(body.as_bytes()).is_ok() {}
    })
}

/// Who answers a request on a connection of its own.
fn who(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    stream
        .write_all(b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said.rsplit("\r\n\r\n").next().unwrap().to_owned()
}

/// Waits until the answer to a command has these words.
fn wait_for(socket: &Path, command: &str, wanted: &str) -> String {
    let end = Instant::now() + WAIT;
    loop {
        let said = ask(socket, command);
        if said.contains(wanted) {
            return said;
        }
        assert!(
            Instant::now() < end,
            "{command} never said {wanted}: {said}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

struct Side {
    socket: Place,
    port: u16,
    proxy: Proxy,
    config: String,
}

impl Side {
    fn start(extra: &str, servers: &str) -> Self {
        let (socket, port) = (Place::new("effects"), free_port());
        let config = format!(
            "global\n nbthread 2\n {}\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend web\n bind 127.0.0.1:{port}\n{extra} default_backend app\nbackend app\n{servers}",
            socket.line("level admin expose-fd listeners")
        );
        let proxy = Proxy::start(&config);
        Self {
            socket,
            port,
            proxy,
            config,
        }
    }

    fn ask(&self, line: &str) -> String {
        ask(&self.socket.0, line)
    }
}

#[test]
fn a_server_that_is_taken_out_moved_or_weighed_to_nothing_gets_no_traffic() {
    let (a, b) = (named("a"), named("b"));
    let side = Side::start("", &format!(" server s 127.0.0.1:{} weight 10\n", a.port));
    assert_eq!(who(side.port), "a");
    side.ask("disable server app/s");
    assert!(who(side.port).contains("503"), "nobody is there");
    side.ask("enable server app/s");
    assert_eq!(who(side.port), "a");
    let said = side.ask(&format!("set server app/s addr 127.0.0.1 port {}", b.port));
    assert!(said.contains("port changed from"), "{said}");
    assert_eq!(who(side.port), "b");
    side.ask("set weight app/s 0");
    assert!(who(side.port).contains("503"));
    side.ask("set weight app/s 100%");
    assert_eq!(who(side.port), "b");
}

#[test]
fn servers_come_and_go_while_requests_do() {
    let (a, b) = (named("a"), named("b"));
    let side = Side::start("", &format!(" server s 127.0.0.1:{}\n", a.port));
    assert_eq!(who(side.port), "a");
    let add = format!("add server app/d 127.0.0.1:{} check inter 50ms", b.port);
    assert_eq!(side.ask(&add), "New server registered.\n\n");
    assert!(
        side.ask("show servers state app")
            .contains(" app 2 d 127.0.0.1 0 1 1 1 ")
    );
    // In maintenance, then without a check.
    assert_eq!(who(side.port), "a");
    side.ask("disable server app/s;enable server app/d");
    assert_eq!(who(side.port), "b");
    side.ask("enable health app/d");
    let passed = wait_for(&side.socket.0, "show servers state app", " 6 3 ");
    assert!(passed.contains(" app 2 d "), "{passed}");
    assert_eq!(
        side.ask("del server app/d"),
        "Only servers in maintenance mode can be deleted.\n"
    );
    side.ask("enable server app/s;disable server app/d");
    assert_eq!(side.ask("del server app/d"), "Server deleted.\n");
    assert_eq!(who(side.port), "a");
    assert!(!side.ask("show servers state app").contains(" d "));
}

#[test]
fn a_disabled_frontend_refuses_and_an_enabled_one_serves_again() {
    let a = named("a");
    let mut side = Side::start("", &format!(" server s 127.0.0.1:{}\n", a.port));
    assert_eq!(who(side.port), "a");
    assert_eq!(side.ask("disable frontend web"), "\n");
    let end = Instant::now() + WAIT;
    while TcpStream::connect(("127.0.0.1", side.port)).is_ok() {
        assert!(Instant::now() < end, "it still takes connections");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(side.ask("show stat web 1 -1").contains(",PAUSED,"));
    assert_eq!(side.ask("enable frontend web"), "\n");
    assert_eq!(who(side.port), "a");
    // A reload is as good as an order to serve.
    side.ask("disable frontend web");
    let config = side.config.clone();
    side.proxy.configure(&config).unwrap();
    assert_eq!(who(side.port), "a");
}

#[test]
fn maps_are_replaced_at_once_and_lists_of_addresses_apply_at_once() {
    let a = named("a");
    let map = Place::new("map");
    std::fs::write(&map.0, "/a one\n").unwrap();
    let list = Place::new("list");
    std::fs::write(&list.0, "10.0.0.1\n").unwrap();
    let rules = format!(
        " http-request deny deny_status 403 if {{ src -f {} }}\n http-request return status 200 content-type text/plain lf-string %[path,map({},none)]\n",
        list.0.display(),
        map.0.display()
    );
    let side = Side::start(&rules, &format!(" server s 127.0.0.1:{}\n", a.port));
    assert_eq!(who(side.port), "one");
    let file = map.0.display();
    side.ask(&format!("set map {file} /a two"));
    assert_eq!(who(side.port), "two");
    assert_eq!(
        side.ask(&format!("prepare map {file}")),
        "New version created: 1\n\n"
    );
    let said = talk(
        &side.socket.0,
        format!("add map @1 {file} <<\n/a three\n/b x y z\n\n").as_bytes(),
    );
    assert_eq!(said, "\n");
    assert_eq!(who(side.port), "two");
    assert_eq!(side.ask(&format!("commit map @1 {file}")), "\n");
    assert_eq!(who(side.port), "three");
    assert_eq!(
        side.ask(&format!("get map {file} /b")),
        "type=str, case=sensitive, found=yes, idx=tree, key=\"/b\", value=\"x y z\", type=\"str\"\n\n"
    );
    let shown = side.ask(&format!("show map {file}"));
    assert!(
        shown.contains(" /a three\n") && shown.contains(" /b x y z\n"),
        "{shown}"
    );
    let place = shown.split(' ').next().unwrap();
    side.ask(&format!("del map {file} #{place}"));
    assert_eq!(who(side.port), "none");
    let list = list.0.display();
    side.ask(&format!("add acl {list} 127.0.0.0/8"));
    assert!(who(side.port).contains("403"));
    side.ask(&format!("clear acl {list}"));
    assert_eq!(who(side.port), "none");
}

#[test]
fn sessions_are_shown_and_ended() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let side = Side::start("", &format!(" server s 127.0.0.1:{port}\n"));
    let mut client = TcpStream::connect(("127.0.0.1", side.port)).unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let from = client.local_addr().unwrap();
    let listed = wait_for(&side.socket.0, "show sess", "srv=s ");
    let line = listed
        .lines()
        .find(|line| line.contains(&from.to_string()))
        .unwrap();
    assert!(
        line.contains(" proto=tcpv4 ") && line.contains(" fe=web be=app srv=s "),
        "{line}"
    );
    let id = line.split(':').next().unwrap();
    let all = side.ask(&format!("show sess {id}"));
    assert!(
        all.contains("backend=app") && all.contains("server=s"),
        "{all}"
    );
    assert!(!side.ask("show sess older 1h").contains("fe=web"));
    assert_eq!(side.ask(&format!("shutdown session {id}")), "\n");
    client.set_read_timeout(Some(WAIT)).unwrap();
    let mut rest = Vec::new();
    let _ = client.read_to_end(&mut rest);
    let gone = "No such session (use 'show sess').\n\n";
    assert_eq!(side.ask(&format!("shutdown session {id}")), gone);
}

#[test]
fn what_was_changed_about_a_server_outlives_a_reload_until_its_line_says_something_else() {
    let (a, b) = (named("a"), named("b"));
    let servers = format!(" server s 127.0.0.1:{}\n", a.port);
    let mut side = Side::start("", &servers);
    side.ask(&format!("set server app/s addr 127.0.0.1 port {}", b.port));
    side.ask("set maxconn frontend web 7;add server app/d 127.0.0.1:9");
    assert_eq!(who(side.port), "b");
    let same = side.config.clone() + "# the same\n";
    side.proxy.configure(&same).unwrap();
    assert_eq!(who(side.port), "b");
    assert!(
        !side.ask("show servers state app").contains(" d "),
        "it is not in the text"
    );
    let other = side
        .config
        .replace(&servers, &format!(" server s 127.0.0.2:{}\n", a.port));
    side.proxy.configure(&other).unwrap();
    let state = side.ask("show servers state app");
    assert!(state.contains(" s 127.0.0.2 "), "{state}");
}

#[test]
fn counters_begin_anew_when_they_are_told_to() {
    let a = named("a");
    let side = Side::start("", &format!(" server s 127.0.0.1:{}\n", a.port));
    for _ in 0..3 {
        who(side.port);
    }
    let requests = |side: &Side| {
        let lines = side.ask("show stat -1 1 -1");
        let mut lines = lines.lines();
        let names: Vec<&str> = lines
            .next()
            .unwrap()
            .trim_start_matches("# ")
            .split(',')
            .collect();
        let at = names.iter().position(|name| *name == "req_tot").unwrap();
        lines.next().unwrap().split(',').nth(at).unwrap().to_owned()
    };
    assert_eq!(requests(&side), "3");
    side.ask("clear counters");
    assert_eq!(requests(&side), "3");
    side.ask("clear counters all");
    let end = Instant::now() + WAIT;
    while requests(&side) != "0" {
        assert!(Instant::now() < end, "counters stay");
        std::thread::sleep(Duration::from_millis(5));
    }
    who(side.port);
    assert_eq!(requests(&side), "1");
}

#[test]
fn answers_come_in_order_of_what_a_client_asks_at_once() {
    let side = Side::start("", " server s 127.0.0.1:9\n");
    let mut stream = connect(&side.socket.0);
    let many = "show version;get weight app/s\n".repeat(200);
    stream.write_all(many.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let pair = format!("{}\n\n1 (initial 1)\n\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(said, pair.repeat(200));
}

/// A real haproxy takes the sockets over and serves on them.
#[test]
fn haproxy_takes_the_listening_sockets_over() {
    let (a, b) = (named("a"), named("b"));
    let side = Side::start("", &format!(" server s 127.0.0.1:{}\n", a.port));
    assert_eq!(who(side.port), "a");
    let file = Place::new("takeover");
    let text = format!(
        "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend web\n bind 127.0.0.1:{}\n default_backend app\nbackend app\n server s 127.0.0.1:{}\n",
        side.port, b.port
    );
    std::fs::write(&file.0, text).unwrap();
    let started = std::process::Command::new("haproxy")
        .args(["-db", "-f"])
        .arg(&file.0)
        .arg("-x")
        .arg(&side.socket.0)
        .stderr(std::process::Stdio::null())
        .spawn();
    let Ok(mut haproxy) = started else {
        eprintln!("skipped: haproxy is not installed");
        return;
    };
    // Both accept from one socket now; ours stops, and haproxy has all of it.
    let end = Instant::now() + WAIT;
    while who(side.port) != "b" {
        assert!(Instant::now() < end, "haproxy never answered");
    }
    let Side {
        mut proxy, port, ..
    } = side;
    proxy.stop(1000);
    let answers: Vec<String> = (0..5).map(|_| who(port)).collect();
    haproxy.kill().unwrap();
    haproxy.wait().unwrap();
    assert_eq!(answers, ["b"; 5]);
}
