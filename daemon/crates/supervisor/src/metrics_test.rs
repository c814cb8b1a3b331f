use super::*;
use serde_json::json;

fn status() -> Value {
    json!({
        "version": "1.0", "commit": "a\"b", "startedAt": 1500, "configuration": { "generation": 2 },
        "processes": [{ "name": "vrrp", "restarts": 3 }], "mail": { "queued": 2, "dropped": 1 },
        "proxy": { "certificates": [{ "path": "/a.pem", "notAfter": 1_700_000_000 }] },
        "vrrp": {
            "instances": [{
                "name": "VI_1", "interface": "eth0", "virtualRouterId": 51, "family": "ipv4",
                "state": "MASTER", "held": ["10.0.0.1/24"], "heardByPeer": null,
                "packetErrors": { "checksum_errors": 7 },
                "peers": [{ "address": "10.0.0.2", "hearsUs": true }],
            }],
            "checks": [{ "name": "c", "kind": "script", "health": "down", "results": { "success": 1, "failure": 2 } }],
            "process": { "lateness": { "maxUs": 900, "sumUs": 1000, "count": 3, "atMostUs": { "50": 1, "100": 2 } } },
        },
    })
}

#[test]
fn the_exposition_is_prometheus_text() {
    let text = exposition(&status());
    let own = "instance=\"VI_1\",interface=\"eth0\",vrid=\"51\",family=\"ipv4\"";
    for line in [
        "tandemd_info{version=\"1.0\",commit=\"a\\\"b\"} 1".to_owned(),
        "# TYPE tandemd_start_time_seconds gauge".to_owned(),
        "tandemd_start_time_seconds 1.5".to_owned(),
        "tandemd_process_restarts_total{process=\"vrrp\"} 3".to_owned(),
        "tandemd_mail_queued 2".to_owned(),
        "tandemd_certificate_expiry_timestamp_seconds{path=\"/a.pem\"} 1700000000".to_owned(),
        "tandemd_mail_dropped_total 1".to_owned(),
        format!("tandemd_vrrp_instance_state{{{own},state=\"MASTER\"}} 1"),
        format!("tandemd_vrrp_instance_state{{{own},state=\"FAULT\"}} 0"),
        format!("tandemd_vrrp_instance_addresses_held{{{own}}} 1"),
        format!("tandemd_vrrp_instance_packet_errors_total{{{own},kind=\"checksum_errors\"}} 7"),
        format!("tandemd_vrrp_instance_peer_hears_us{{{own},peer=\"10.0.0.2\"}} 1"),
        "tandemd_vrrp_check_up{check=\"c\",kind=\"script\"} 0".to_owned(),
        "tandemd_vrrp_check_results_total{check=\"c\",result=\"failure\"} 2".to_owned(),
        "tandemd_vrrp_wake_lateness_seconds_bucket{le=\"0.0001\"} 2".to_owned(),
        "tandemd_vrrp_wake_lateness_seconds_bucket{le=\"+Inf\"} 3".to_owned(),
        "tandemd_vrrp_wake_lateness_seconds_sum 0.001".to_owned(),
        "tandemd_vrrp_wake_lateness_max_seconds 0.0009".to_owned(),
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
    assert!(
        !text.contains("tandemd_vrrp_instance_heard_by_peer "),
        "unknown is left out"
    );
}

#[test]
fn names_are_unique_and_follow_the_rules() {
    let mut names: Vec<&str> = CATALOGUE.iter().map(|metric| metric.name).collect();
    for metric in CATALOGUE {
        let counts = metric.name.ends_with("_total");
        assert_eq!(counts, metric.kind == Kind::Counter, "{}", metric.name);
        assert!(metric.help.ends_with('.'), "{}", metric.name);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CATALOGUE.len());
}

#[test]
fn a_daemon_without_vrrp_shows_what_there_is() {
    let text = exposition(&json!({ "version": "1", "commit": "c", "vrrp": null, "processes": [] }));
    assert!(text.contains("tandemd_info"));
    assert!(!text.contains("tandemd_vrrp_"));
}
