//! Counters in the form of keepalived's statistics file.

use std::fmt::Write as _;

use serde_json::Value;

use super::{counted, instances, word};

/// A heading, or a counter with the names under which the status document has its parts.
const LINES: &[(&str, &[&str])] = &[
    ("  Advertisements:", &[]),
    ("    Received", &["adverts_received"]),
    ("    Sent", &["adverts_sent"]),
    ("  Became master", &["became_master"]),
    ("  Released master", &["released_master"]),
    ("  Packet Errors:", &[]),
    ("    Length", &["length_errors"]),
    ("    TTL", &["ttl_errors"]),
    ("    Invalid Type", &["type_errors"]),
    ("    Advertisement Interval", &["interval_errors"]),
    ("    Address List", &["address_list_differs"]),
    ("  Authentication Errors:", &[]),
    ("    Invalid Type", &["authentication_type_errors"]),
    ("    Type Mismatch", &["authentication_type_errors"]),
    ("    Failure", &["authentication_failures", "replayed"]),
    ("  Priority Zero:", &[]),
    ("    Received", &["priority_zero_received"]),
    ("    Sent", &["priority_zero_sent"]),
];

pub fn text(vrrp: &Value, base: &Value) -> String {
    let mut out = String::new();
    for instance in instances(vrrp) {
        let _ = writeln!(out, "VRRP Instance: {}", word(&instance["name"]));
        for (title, names) in LINES {
            let _ = if names.is_empty() {
                writeln!(out, "{title}")
            } else {
                writeln!(out, "{title}: {}", counted(instance, base, names))
            };
        }
    }
    out
}
