//! The verdict of a reload as lines for people: at a terminal, or in the journal of the service.

use std::fmt::Write as _;

use config::Severity;
use config::json::Finding;
use serde_json::Value;

/// One line for what came of it, then one for each change, error and warning.
pub fn words(reply: &Value) -> String {
    let mut out = headline(reply);
    let changes = reply["changes"].as_array().into_iter().flatten();
    for change in changes.filter_map(Value::as_str) {
        let _ = write!(out, "\n  {change}");
    }
    let diagnostics = reply["diagnostics"].as_array().into_iter().flatten();
    for diagnostic in diagnostics {
        let text = match serde_json::from_value::<Finding>(diagnostic.clone()) {
            // The same at each reload, and nothing to act on: `tandemd check` tells them.
            Ok(found) if found.severity == Severity::Note => continue,
            Ok(found) => found.to_string(),
            // One of a newer daemon is shown as it is.
            Err(_) => diagnostic.to_string(),
        };
        let _ = write!(out, "\n  {text}");
    }
    out
}

fn headline(reply: &Value) -> String {
    let generation = &reply["generation"];
    if reply["applied"] != true {
        return format!("refused: configuration {generation} stays in force, nothing has changed");
    }
    let count = reply["changes"].as_array().map_or(0, Vec::len);
    let what = match count {
        0 => "nothing changed".to_owned(),
        1 => "1 change".to_owned(),
        _ => format!("{count} changes"),
    };
    format!("applied: configuration {generation}, {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(severity: &str, message: &str) -> Value {
        json!({
            "severity": severity, "code": "host/no-user", "message": message,
            "file": "/etc/haproxy.cfg", "line": 7, "column": 5, "length": 4,
            "suggestion": "create it", "source": "user no-such-user",
        })
    }

    #[test]
    fn each_change_and_each_warning_has_a_line() {
        let reply = json!({
            "applied": true, "generation": 4,
            "changes": ["server app/s3 added", "bind web/10.0.0.1:80 removed"],
            "diagnostics": [
                finding("note", "has no effect"),
                finding("warning", "the certificate ends soon"),
            ],
        });
        let expected = "\
applied: configuration 4, 2 changes
  server app/s3 added
  bind web/10.0.0.1:80 removed
  warning: /etc/haproxy.cfg:7:5: the certificate ends soon (create it)";
        assert_eq!(words(&reply), expected);
        let same = json!({ "applied": true, "generation": 5, "changes": [], "diagnostics": [] });
        assert_eq!(words(&same), "applied: configuration 5, nothing changed");
    }

    #[test]
    fn a_refusal_says_what_stays_and_why() {
        let reply = json!({
            "applied": false, "generation": 4, "changes": [],
            "diagnostics": [finding("error", "no such user"), { "new": 1 }],
        });
        let expected = "\
refused: configuration 4 stays in force, nothing has changed
  error: /etc/haproxy.cfg:7:5: no such user (create it)
  {\"new\":1}";
        assert_eq!(words(&reply), expected);
    }
}
