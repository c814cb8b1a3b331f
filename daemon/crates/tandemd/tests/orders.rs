//! Orders about servers outlive the proxy process: its next life finds weights and states as they
//! were.

mod pair;

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use pair::daemon::signal_process;
use pair::{Daemon, Pair, wait};
use serde_json::Value;

/// An agent for each server: what it says next.
fn agent(pair: &Pair, says: &Arc<Mutex<&'static str>>) -> u16 {
    let listener = pair
        .a
        .namespace
        .enter(|| TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    let says = Arc::clone(says);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let word = *says.lock().unwrap();
            let _ = (&stream).write_all(format!("{word}\n").as_bytes());
        }
    });
    port
}

/// State, weight and limit of each server.
fn servers(daemon: &Daemon) -> Vec<(String, u64, u64)> {
    let status = daemon.status();
    let servers = status["proxy"]["backends"][0]["servers"].as_array();
    let of = |s: &Value| {
        let text = s["state"].as_str().unwrap_or_default().to_owned();
        (
            text,
            s["weight"].as_u64().unwrap_or(0),
            s["maxconn"].as_u64().unwrap_or(0),
        )
    };
    servers.into_iter().flatten().map(of).collect()
}

/// The supervisor hears of orders in batches: waits until it knows of so many servers with the
/// weights that they have now.
fn wait_kept(daemon: &Daemon, count: usize) {
    wait("the supervisor knows the orders", || {
        let status = daemon.status();
        let kept = status["orders"].as_array().cloned().unwrap_or_default();
        let now = servers(daemon);
        let agrees = |o: &Value| {
            now.iter()
                .any(|s| o["weight"] == s.1 && o["maxconn"] == s.2)
        };
        kept.len() == count && kept.iter().all(agrees)
    });
}

#[test]
fn a_killed_proxy_comes_back_with_what_was_ordered() {
    require_pair!();
    let pair = Pair::new("orders");
    let says = [0; 3].map(|_| Arc::new(Mutex::new("")));
    let ports = [0, 1, 2].map(|n: usize| agent(&pair, &says[n]));
    let text = |weight: u32| {
        let line = |n: usize, more: &str| {
            format!(
                "    server s{n} 127.0.0.1:1 weight {weight} agent-check agent-port {} agent-inter 50ms {more}\n",
                ports[n]
            )
        };
        format!(
            "global\n    nbthread 1\ndefaults\n    mode http\n    timeout connect 1s\n    timeout client 5s\n    timeout server 5s\n\
             listen web\n    bind 127.0.0.1:8080\n    balance roundrobin\n{}{}{}",
            line(0, ""),
            line(1, "maxconn 50"),
            line(2, "disabled")
        )
    };
    let path = pair.write("haproxy.cfg", &text(100));
    let daemon = Daemon::start(&pair, &pair.a, Some(&path), None);
    daemon.wait_ready();
    let say = |words: [&'static str; 3]| {
        for (place, word) in says.iter().zip(words) {
            *place.lock().unwrap() = word;
        }
    };
    say(["drain", "50% maxconn:7", "ready"]);
    let ordered = |(state, weight, limit): (&str, u64, u64)| (state.to_owned(), weight, limit);
    let wanted = [
        ("DRAIN (agent)", 100, 0),
        ("no check", 50, 7),
        ("no check", 100, 0),
    ];
    let wanted = wanted.map(ordered).to_vec();
    wait("the agents are obeyed", || {
        let now = servers(&daemon);
        now.iter()
            .map(|s| (s.1, s.2))
            .eq(wanted.iter().map(|s| (s.1, s.2)))
            && now[0].0.starts_with("DRAIN")
            && !now[2].0.starts_with("MAINT")
    });
    let before = servers(&daemon);
    wait_kept(&daemon, 3);
    // From now on they have nothing to say.
    say([""; 3]);
    let replaced = |daemon: &Daemon| {
        let old = daemon.worker("proxy");
        signal_process(old, "KILL");
        wait("another process serves", || {
            daemon.find_worker("proxy").is_some_and(|pid| pid != old) && !servers(daemon).is_empty()
        });
    };
    replaced(&daemon);
    assert_eq!(servers(&daemon), before, "{}", daemon.log());
    // What the configuration says anew counts, before the end of a process and after it.
    std::fs::write(&path, text(30)).unwrap();
    assert!(daemon.tell(["reload"]).status.success());
    let renewed = servers(&daemon);
    assert_eq!(renewed.iter().map(|s| s.1).collect::<Vec<_>>(), [30; 3]);
    assert!(renewed[0].0.starts_with("DRAIN"), "{renewed:?}");
    wait_kept(&daemon, 3);
    replaced(&daemon);
    assert_eq!(servers(&daemon), renewed, "{}", daemon.log());
}
