use super::*;
use serde_json::json;

fn parsed(text: &str) -> config::keepalived::Config {
    let source = [config::Source::new("keepalived.conf", text)];
    config::keepalived::parse(&source, &config::Options::default()).config
}

const TEXT: &str = "vrrp_instance V {\n interface eth0\n virtual_router_id 7\n authentication {\n auth_type PASS\n auth_pass s3cret\n }\n virtual_ipaddress {\n 10.0.0.1/24\n 10.0.0.2\n }\n}\n";

fn status() -> Value {
    json!({ "instances": [{
        "name": "V", "state": "BACKUP", "effectivePriority": 90, "since": 1_500,
        "master": { "address": "10.0.0.5", "priority": 150 }, "held": [], "reasons": ["script x fails"],
        "counters": { "adverts_received": 12, "length_errors": 2, "authentication_failures": 1, "replayed": 2 },
    }] })
}

#[test]
fn the_data_has_the_lines_that_exporters_read_and_no_password() {
    let text = configuration(&parsed(TEXT), Some(&status()));
    for line in [
        " VRRP Instance = V",
        "   State = BACKUP",
        "   Master router = 10.0.0.5",
        "   Master priority = 150",
        "   Last transition = 1.500",
        "   Virtual Router ID = 7",
        "   Priority = 100",
        "   Effective priority = 90",
        "   Advert interval = 1 sec",
        "   Authentication type = SIMPLE_PASSWORD",
        "   Virtual IP (2):",
        "     10.0.0.1/24 dev eth0",
        "     10.0.0.2 dev eth0",
        "   Reason: script x fails",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in\n{text}");
    }
    assert!(!text.contains("s3cret"));
}

#[test]
fn counters_begin_anew_where_they_were_cleared() {
    let text = counters::text(&status(), &Value::Null);
    assert!(text.contains("VRRP Instance: V\n  Advertisements:\n    Received: 12\n    Sent: 0\n"));
    assert!(text.contains("    Length: 2\n"));
    assert!(text.contains("    Failure: 3\n"));
    let mut base = status();
    base["instances"][0]["counters"]["adverts_received"] = json!(10);
    assert!(counters::text(&status(), &base).contains("    Received: 2\n"));
    base["instances"][0]["counters"]["adverts_received"] = json!(99);
    assert!(
        counters::text(&status(), &base).contains("    Received: 12\n"),
        "a process that was started again counts from zero"
    );
}

#[test]
fn the_document_has_the_members_of_keepalived() {
    let text = document::json(&parsed(TEXT), &status(), &Value::Null);
    let document: Value = serde_json::from_str(&text).unwrap();
    let (data, stats) = (&document[0]["data"], &document[0]["stats"]);
    assert_eq!(data["iname"], "V");
    assert_eq!(data["state"], 1);
    assert_eq!(data["vrid"], 7);
    assert_eq!(data["effective_priority"], 90);
    assert_eq!(data["vips"], json!(["10.0.0.1/24", "10.0.0.2"]));
    assert_eq!(stats["advert_rcvd"], 12);
    assert!(!text.contains("s3cret"));
}

#[test]
fn a_link_in_the_place_of_the_file_is_replaced_and_not_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("tandem-dump-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (victim, file) = (folder.join("victim"), folder.join("keepalived.data"));
    std::fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, &file).unwrap();
    write(Kind::Data, &folder, &parsed(TEXT), &status(), &Value::Null).unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    let found = std::fs::symlink_metadata(&file).unwrap();
    assert!(found.is_file());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    std::fs::remove_dir_all(&folder).unwrap();
}
