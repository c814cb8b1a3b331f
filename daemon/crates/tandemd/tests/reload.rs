//! Reload: what changes, what stays, and what is refused.

mod pair;
#[path = "reload/renewal.rs"]
mod renewal;

use pair::traffic::{failures, get_from};
use pair::{Daemon, Pair, Traffic, VIP, wait};

const PAGE: &str = "10.77.0.100:80";

#[test]
fn a_reload_adds_a_server_without_losing_a_request() {
    require_pair!();
    let pair = Pair::new("reload");
    let (a, _b) = pair.start();
    let traffic = Traffic::start(&pair.client, PAGE);
    pair.write_haproxy(&[
        "w1 10.77.0.14:8001",
        "w2 10.77.0.14:8002",
        "w3 10.77.0.14:8003",
    ]);
    let output = a.tell(["reload", "--json"]);
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{verdict}");
    assert_eq!(verdict["applied"], true);
    assert_eq!(verdict["generation"], 2);
    assert_eq!(
        verdict["changes"],
        serde_json::json!(["server app/w3 added"])
    );
    wait("the new server is asked", || {
        get_from(&pair.client, PAGE).as_deref() == Ok("w3")
    });
    let words = a.tell(["reload"]).stdout;
    assert_eq!(
        String::from_utf8_lossy(&words),
        "applied: configuration 3, nothing changed\n"
    );
    for _ in 0..10 {
        assert!(a.tell(["reload"]).status.success());
    }
    traffic.wait_pages(20);
    let asked = traffic.finish();
    assert_eq!(failures(&asked), Vec::<String>::new());
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
}

#[test]
fn a_reload_of_the_same_files_ends_a_handover() {
    require_pair!();
    let pair = Pair::new("back");
    let (a, _b) = pair.start();
    pair.hand_over(&a, VIP);
    let reasons = a.status()["vrrp"]["instances"][0]["reasons"].to_string();
    assert!(reasons.contains("handed over"), "{reasons}");
    let verdict: serde_json::Value =
        serde_json::from_slice(&a.tell(["reload", "--json"]).stdout).unwrap();
    assert_eq!(
        verdict["changes"],
        serde_json::json!(["the handover is over"])
    );
    wait("a takes the address back", || {
        pair.a.has(VIP) && !pair.b.has(VIP)
    });
    let verdict: serde_json::Value =
        serde_json::from_slice(&a.tell(["reload", "--json"]).stdout).unwrap();
    assert_eq!(verdict["changes"], serde_json::json!([]));
}

#[test]
fn servers_that_are_checked_otherwise_do_not_move_the_address() {
    require_pair!();
    let pair = Pair::new("anew");
    let (a, _b) = pair.start();
    let before = a.status()["vrrp"]["instances"][0]["transitions"].clone();
    let path = pair.write_haproxy(&["w1 10.77.0.14:8001", "w2 10.77.0.14:8002"]);
    let text = std::fs::read_to_string(&path).unwrap();
    // Asked anew each time, each time with as much patience as a busy machine may want.
    for port in [8001, 8002].repeat(5) {
        let other = text.replace("inter 100", &format!("inter 2s port {port}"));
        std::fs::write(&path, other).unwrap();
        assert!(a.tell(["reload"]).status.success());
    }
    let up = || {
        let servers = a.status()["proxy"]["backends"][0]["servers"].clone();
        servers
            .as_array()
            .is_some_and(|all| all.iter().all(|it| it["state"] == "UP"))
    };
    wait("the servers are checked again", up);
    let instance = a.status()["vrrp"]["instances"][0].clone();
    assert_eq!(
        (&instance["state"], &instance["transitions"]),
        (&"MASTER".into(), &before),
        "{}",
        a.log()
    );
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
}

#[test]
fn a_changed_address_moves_on_reload_and_mastership_stays() {
    require_pair!();
    let pair = Pair::new("vips");
    let (a, _b) = pair.start();
    let before = a.status()["vrrp"]["instances"][0]["transitions"].clone();
    let path = pair.write_keepalived(&pair.a, 254, "");
    let text = std::fs::read_to_string(&path).unwrap();
    let more = text.replace(
        &format!("{VIP}/24\n"),
        &format!("{VIP}/24\n        10.77.0.101/24\n"),
    );
    std::fs::write(&path, more).unwrap();
    let verdict: serde_json::Value =
        serde_json::from_slice(&a.tell(["reload", "--json"]).stdout).unwrap();
    assert_eq!(
        verdict["changes"],
        serde_json::json!(["address VI_1/10.77.0.101/24 added"])
    );
    assert_eq!(
        verdict["differences"],
        serde_json::json!([{ "kind": "address", "name": "VI_1/10.77.0.101/24", "change": "added" }])
    );
    assert_eq!(a.status()["configuration"]["lastReload"], verdict);
    wait("both addresses are there", || {
        pair.a.has(VIP) && pair.a.has("10.77.0.101")
    });
    std::fs::write(&path, text).unwrap();
    a.signal("HUP");
    wait("the second address is gone", || !pair.a.has("10.77.0.101"));
    assert!(pair.a.has(VIP));
    let instance = a.status()["vrrp"]["instances"][0].clone();
    assert_eq!(instance["state"], "MASTER");
    assert_eq!(instance["transitions"], before);
}

#[test]
fn a_configuration_that_is_wrong_is_refused_and_the_old_one_stays() {
    require_pair!();
    let pair = Pair::new("bad");
    let (a, _b) = pair.start();
    let digest = a.status()["configuration"]["haproxySha256"].clone();
    let path = pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    let good = std::fs::read_to_string(&path).unwrap();
    let cases = [
        (good.replace("balance", "blance"), "blance"),
        (
            good.replace(&format!("{VIP}:80"), "10.99.99.99:80"),
            "cannot listen on 10.99.99.99:80",
        ),
        (
            good.replace("global\n", "global\n    user no-such-user\n"),
            "no-such-user",
        ),
    ];
    for (text, expected) in cases {
        std::fs::write(&path, text).unwrap();
        let output = a.tell(["reload", "--json"]);
        assert_eq!(output.status.code(), Some(1));
        let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["applied"], false);
        let diagnostics = verdict["diagnostics"].as_array().unwrap();
        let told = diagnostics.iter().any(|finding| {
            finding["message"].as_str().unwrap().contains(expected)
                && finding["line"].as_u64().unwrap() > 0
                && finding["file"].as_str().unwrap().ends_with("haproxy.cfg")
        });
        assert!(told, "{expected}: {verdict}");
        let words = a.tell(["reload"]);
        let said = String::from_utf8_lossy(&words.stdout);
        assert_eq!(words.status.code(), Some(1));
        assert!(said.starts_with("refused: configuration 1 stays in force"));
        assert!(
            said.contains("\n  error: ") && said.contains(expected),
            "{said}"
        );
        let status = a.status();
        assert_eq!(status["configuration"]["haproxySha256"], digest);
        assert_eq!(status["configuration"]["generation"], 1);
    }
    assert!(get_from(&pair.client, PAGE).is_ok());
    std::fs::remove_file(&path).unwrap();
    let verdict: serde_json::Value =
        serde_json::from_slice(&a.tell(["reload", "--json"]).stdout).unwrap();
    let message = verdict["diagnostics"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("cannot be read: "), "{message}");
}

#[test]
fn included_files_reach_the_vrrp_process_and_their_changes_too() {
    require_pair!();
    let pair = Pair::new("incl");
    let path = pair.write_keepalived(&pair.a, 254, "");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("#tandem: track_proxy", "");
    let main = pair.write("main.conf", "include inst-*.conf\n");
    let included = pair.write("inst-1.conf", &text);
    let a = Daemon::start(&pair, &pair.a, None, Some(&main));
    wait("the address is there", || pair.a.has(VIP));
    std::fs::write(&included, text.replace(VIP, "10.77.0.102")).unwrap();
    assert!(a.tell(["reload"]).status.success());
    wait("the other address is there", || {
        pair.a.has("10.77.0.102") && !pair.a.has(VIP)
    });
}
