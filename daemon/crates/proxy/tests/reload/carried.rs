//! What goes on over a reload, by the names in the configuration.

use super::support::{Client, Origin, Proxy, WAIT, free_port, http_config, read_head};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|it| it["name"] == name).unwrap()
}

#[test]
fn counters_follow_names_and_not_places() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let port = free_port();
    let line = |name: &str, origin: &Origin| format!("    server {name} 127.0.0.1:{}", origin.port);
    let config = |servers: &str| http_config(port, "", servers);
    let mut proxy = Proxy::start(&config(&line("a", &a)));
    for _ in 0..5 {
        Client::connect(port).get("/");
    }
    proxy.wait_status("/frontends/0/connections", &json!(0));
    let before = proxy.status();
    // Another server in front of it, and another frontend in front of all.
    let more = config(&[line("b", &b), line("a", &a)].join("\n"));
    let other = format!(
        "frontend other\n    bind 127.0.0.1:{}\n    default_backend app\nfrontend web",
        free_port()
    );
    proxy
        .configure(&more.replace("frontend web", &other))
        .unwrap();
    let after = proxy.status();
    for status in [&before, &after] {
        let servers = &named(&status["backends"], "app")["servers"];
        assert_eq!(named(servers, "a")["traffic"]["stot"], 5, "{status}");
        assert_eq!(named(&status["frontends"], "web")["requests"], 5);
    }
    assert_eq!(
        named(&before["backends"], "app")["traffic"],
        named(&after["backends"], "app")["traffic"]
    );
    let servers = &named(&after["backends"], "app")["servers"];
    assert_eq!(named(servers, "b")["traffic"].get("stot"), None);
}

#[test]
fn what_checks_found_out_stays_and_is_not_found_out_again() {
    let sick = Origin::fixed(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    let well = Origin::named("well");
    let port = free_port();
    let config = |more: &str| {
        let servers = format!(
            "    option httpchk\n    server sick 127.0.0.1:{} check inter 50 fall 2\n    server well 127.0.0.1:{} check inter 50\n{more}",
            sick.port, well.port
        );
        http_config(port, "", &servers)
    };
    let mut proxy = Proxy::start(&config(""));
    proxy.wait_status("/backends/0/servers/0/state", &json!("DOWN"));
    proxy.wait_status("/backends/0/servers/1/check", &json!("L7OK/200"));
    let facts = |proxy: &mut Proxy| {
        let status = proxy.status();
        let servers = &status["backends"][0]["servers"];
        ["sick", "well"].map(|name| {
            let server = named(servers, name);
            [server["state"].clone(), server["since"].clone()]
        })
    };
    let before = facts(&mut proxy);
    let checked = sick.connections.load(Ordering::SeqCst);
    for n in 0..5 {
        // Also when its line stands elsewhere.
        let new = format!("    server new{n} 127.0.0.1:{}\n", well.port);
        let comment = "# words\n".repeat(n);
        proxy.configure(&(comment + &config(&new))).unwrap();
        assert_eq!(facts(&mut proxy), before);
    }
    // Also when they are asked the same in another rhythm.
    for rhythm in [
        "inter 51 fall 3 rise 4",
        "inter 10m fastinter 50 downinter 50",
    ] {
        let other = config("").replace("inter 50", rhythm);
        proxy.configure(&other).unwrap();
        assert_eq!(facts(&mut proxy), before);
    }
    // Their own rhythm goes on.
    let end = std::time::Instant::now() + WAIT;
    while sick.connections.load(Ordering::SeqCst) == checked {
        assert!(
            std::time::Instant::now() < end,
            "nothing is checked any more"
        );
        std::thread::yield_now();
    }
    assert_eq!(Client::connect(port).get("/").1, b"well");
}

#[test]
fn entries_of_stick_tables_stay_while_the_table_is_the_same() {
    let origin = Origin::named("x");
    let port = free_port();
    let config = |size: &str, more: &str| {
        let table = format!(
            "    stick-table type ip size {size} expire 10m store http_req_cnt,gpc0\n    http-request track-sc0 src\n    http-response set-header n %[sc_http_req_cnt(0)]\n"
        );
        let servers = format!("    server s 127.0.0.1:{}\n{more}", origin.port);
        let text = http_config(port, "", &servers);
        text.replace(
            "    default_backend",
            &format!("{table}    default_backend"),
        )
    };
    let count = || {
        let (head, _) = Client::connect(port).get("/");
        let line = head.lines().find_map(|line| line.strip_prefix("n: "));
        line.unwrap_or_else(|| panic!("{head}")).to_owned()
    };
    let mut proxy = Proxy::start(&config("1k", ""));
    assert_eq!([count(), count()], ["1", "2"]);
    let more = format!("    server t 127.0.0.1:{}\n", origin.port);
    proxy.configure(&config("1k", &more)).unwrap();
    assert_eq!(count(), "3");
    // Another table under the same name begins empty.
    proxy.configure(&config("2k", &more)).unwrap();
    assert_eq!(count(), "1");
}

#[test]
fn a_weight_that_was_given_at_run_time_stays_until_the_line_says_another() {
    let origin = Origin::named("x");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    // It speaks once: what it said is not repeated.
    let agent = Origin::start(move |mut stream, number| {
        count.fetch_add(1, Ordering::SeqCst);
        if number == 0 {
            let _ = stream.write_all(b"40%\n");
        }
    });
    let port = free_port();
    let config = |weight: u16, more: &str| {
        let servers = format!(
            "    server s 127.0.0.1:{} weight {weight} agent-check agent-port {} agent-inter 60s\n{more}",
            origin.port, agent.port
        );
        http_config(port, "", &servers)
    };
    let mut proxy = Proxy::start(&config(50, ""));
    proxy.wait_status("/backends/0/servers/0/weight", &json!(20));
    let more = format!("    server t 127.0.0.1:{}\n", origin.port);
    proxy.configure(&config(50, &more)).unwrap();
    let server = |proxy: &mut Proxy| proxy.status()["backends"][0]["servers"][0].clone();
    let kept = server(&mut proxy);
    assert_eq!(
        (&kept["weight"], &kept["initialWeight"]),
        (&json!(20), &json!(50))
    );
    proxy.configure(&config(10, &more)).unwrap();
    let fresh = server(&mut proxy);
    assert_eq!(fresh["initialWeight"], 10, "{fresh}");
    assert_ne!(fresh["weight"], 20, "{fresh}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn kept_connections_stay_on_both_sides() {
    let origin = Origin::named("x");
    let port = free_port();
    let config = |more: &str| {
        let servers = format!("    server s 127.0.0.1:{}\n{more}", origin.port);
        http_config(port, "", &servers)
    };
    let mut proxy = Proxy::start(&config(""));
    let mut client = Client::connect(port);
    for n in 0..20 {
        assert_eq!(client.get("/").1, b"x");
        let rule = format!("    http-response set-header n {n}\n");
        proxy.configure(&config(&rule)).unwrap();
    }
    assert!(client.get("/").0.contains("n: 19\r\n"));
    assert_eq!(origin.connections.load(Ordering::SeqCst), 1);
    assert_eq!(proxy.status()["frontends"][0]["connections"], 1);
}

#[test]
fn a_kept_connection_is_of_its_address_wherever_the_line_of_that_stands() {
    let origin = Origin::named("x");
    let (port, others) = (free_port(), [free_port(), free_port()]);
    let config = |binds: &str| {
        let servers = format!("    server s 127.0.0.1:{}", origin.port);
        let rules = format!("{binds}\n    http-response set-header came-by %[so_name]");
        let own = format!("    bind 127.0.0.1:{port}");
        http_config(port, "", &servers).replace(&own, &rules)
    };
    let own = format!("    bind 127.0.0.1:{port} name own\n");
    let [one, two] = others.map(|other| format!("    bind 127.0.0.1:{other} name other\n"));
    let mut proxy = Proxy::start(&config(&[&own, one.as_str()].concat()));
    let mut client = Client::connect(port);
    for lines in [[&one, &own], [&own, &two], [&two, &own]] {
        assert!(client.get("/").0.contains("came-by: own\r\n"));
        proxy
            .configure(&config(&lines.map(String::as_str).concat()))
            .unwrap();
    }
    assert!(client.get("/").0.contains("came-by: own\r\n"));
}

#[test]
fn who_waits_in_a_queue_keeps_the_place() {
    let (opened, open) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(open);
    let served = Arc::new(std::sync::Mutex::new(Vec::new()));
    let order = served.clone();
    let busy = Arc::new(AtomicBool::new(false));
    let taken = busy.clone();
    let origin = Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            assert!(!taken.swap(true, Ordering::SeqCst), "two at once");
            let path = head.split(' ').nth(1).unwrap().to_owned();
            order.lock().unwrap().push(path);
            gate.lock().unwrap().recv().unwrap();
            taken.store(false, Ordering::SeqCst);
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .is_err()
            {
                return;
            }
        }
    });
    let port = free_port();
    let config = |more: &str| {
        let servers = format!("    server s 127.0.0.1:{} maxconn 1\n{more}", origin.port);
        http_config(port, "    timeout queue 10s\n", &servers)
    };
    let mut proxy = Proxy::start(&config(""));
    let mut clients = Vec::new();
    for n in 0..4 {
        let mut client = Client::connect(port);
        client.send(format!("GET /{n} HTTP/1.1\r\nHost: t\r\n\r\n"));
        clients.push(client);
        let end = std::time::Instant::now() + WAIT;
        while n == 0 && served.lock().unwrap().is_empty() {
            assert!(
                std::time::Instant::now() < end,
                "the first one is not served"
            );
            std::thread::yield_now();
        }
        // The order in which they came is that of this loop.
        proxy.wait_status("/backends/0/queued", &json!(n));
    }
    for n in 0..3 {
        let rule = format!("    http-response set-header n {n}\n");
        proxy.configure(&config(&rule)).unwrap();
    }
    for _ in 0..4 {
        opened.send(()).unwrap();
    }
    for client in &mut clients {
        let (_, body) = client.response();
        assert_eq!(body, b"ok");
        let _ = client.0.set_nonblocking(true);
        assert!(client.0.read(&mut [0; 1]).is_err());
    }
    assert_eq!(*served.lock().unwrap(), ["/0", "/1", "/2", "/3"]);
}
