//! What an agent's words do to the traffic of its server, and what is left of them after a reload.

use crate::support::told::Agent;
use crate::support::{Client, Origin, Proxy, free_port, http_config};

/// One backend with two servers that say their names; the first has an agent.
fn pair(port: u16, agent: &Agent, backend: &str, first: &str) -> String {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let asked = format!("agent-check agent-port {} agent-inter 10ms", agent.port);
    http_config(
        port,
        "",
        &format!(
            " {backend}\n server a 127.0.0.1:{} weight 40 {asked} {first}\n server b 127.0.0.1:{} weight 40\n",
            a.port, b.port
        ),
    )
}

fn served(port: u16, path: &str) -> String {
    String::from_utf8(Client::connect(port).get(path).1).unwrap()
}

/// A request for each path, before and after the agent changes the weight of the first server.
fn moved(balance: &str) {
    let (agent, port) = (Agent::start(false), free_port());
    let mut proxy = Proxy::start(&pair(port, &agent, &format!("balance {balance}"), ""));
    let shares = || -> Vec<String> { (0..120).map(|n| served(port, &format!("/{n}"))).collect() };
    let of_a = |shares: &[String]| shares.iter().filter(|name| *name == "a").count();
    let weight = "/backends/0/servers/0/weight";
    let before = shares();
    agent.say("25%\n");
    proxy.wait_status(weight, &10.into());
    let less = shares();
    match balance {
        "roundrobin" => assert_eq!((of_a(&before), of_a(&less)), (60, 24)),
        // One request at a time: the idle servers take turns.
        "leastconn" => assert_eq!((of_a(&before), of_a(&less)), (60, 60)),
        _ => assert!(of_a(&less) + 10 < of_a(&before), "{balance}"),
    }
    if balance.contains("consistent") {
        let moved = before.iter().zip(&less).filter(|(old, new)| old != new);
        assert!(
            moved.into_iter().all(|(old, _)| old == "a"),
            "only a's keys move"
        );
    }
    agent.say("0%\n");
    proxy.wait_status(weight, &0.into());
    assert_eq!(of_a(&shares()), 0, "{balance}");
    agent.say("100%\n");
    proxy.wait_status(weight, &40.into());
    let after = shares();
    if balance.contains("consistent") {
        assert_eq!(before, after);
    }
    assert!(of_a(&after) > 30, "{balance}");
}

#[test]
fn other_weights_move_the_traffic_with_every_dynamic_algorithm() {
    std::thread::scope(|scope| {
        for balance in [
            "roundrobin",
            "random",
            "leastconn",
            "uri\n hash-type consistent sdbm avalanche",
        ] {
            scope.spawn(move || moved(balance));
        }
    });
}

#[test]
fn who_belongs_to_a_draining_server_is_served_there() {
    let (agent, port) = (Agent::start(false), free_port());
    let cookie = "cookie S insert indirect\n default-server cookie x";
    let mut proxy = Proxy::start(&pair(port, &agent, cookie, "cookie a"));
    agent.say("drain\n");
    proxy.wait_status("/backends/0/servers/0/state", &"DRAIN (agent)".into());
    assert!((0..6).all(|_| served(port, "/") == "b"));
    let theirs = "GET / HTTP/1.1\r\nHost: x\r\nCookie: S=a\r\n\r\n";
    let ask = || {
        let mut client = Client::connect(port);
        client.send(theirs);
        String::from_utf8(client.response().1).unwrap()
    };
    assert_eq!(ask(), "a");
    agent.say("maint\n");
    proxy.wait_status("/backends/0/servers/0/state", &"MAINT".into());
    assert_eq!(ask(), "b");
}

#[test]
fn orders_and_weights_survive_a_reload_until_the_file_says_otherwise() {
    let (agent, port) = (Agent::start(false), free_port());
    let config = pair(port, &agent, "", "");
    let mut proxy = Proxy::start(&config);
    let state = "/backends/0/servers/0/state";
    let weight = "/backends/0/servers/0/weight";
    agent.say("drain down 50% maxconn:9\n");
    proxy.wait_status("/backends/0/servers/0/maxconn", &9.into());
    // From now on it says nothing that changes anything.
    agent.say("\n");
    agent.wait_asked(agent.asked() + 3);
    let more = format!("{config} server c 127.0.0.1:1 disabled\n");
    proxy.configure(&more).unwrap();
    let status = proxy.status();
    let first = &status["backends"][0]["servers"][0];
    assert_eq!(first["state"], "DOWN (agent)");
    assert_eq!(first["orders"], serde_json::json!(["drain"]));
    assert_eq!(
        (&first["weight"], &first["maxconn"]),
        (&20.into(), &9.into())
    );
    assert_eq!(first["initialWeight"], 40);

    proxy
        .configure(
            &more
                .replacen("weight 40", "weight 60", 1)
                .replace(" disabled", ""),
        )
        .unwrap();
    proxy.wait_status(weight, &60.into());
    proxy.wait_status("/backends/0/servers/2/state", &"no check".into());
    agent.say("up ready\n");
    proxy.wait_status(state, &"no check".into());
}
