//! Commands that ask the running daemon.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use supervisor::client::ask;
use supervisor::control::Request;

use crate::{FAILED, OK, complain, say, verdict};

/// Longer than the daemon itself waits for its workers.
const RELOAD_PATIENCE: Duration = Duration::from_mins(1);
/// Of both steps that an upgrade waits for.
const UPGRADE_PATIENCE: Duration = Duration::from_mins(1);
const STATUS_PATIENCE: Duration = Duration::from_secs(5);

pub fn reload(run_dir: &Path, json: bool) -> u8 {
    let reply = match ask(run_dir, &Request::Reload, RELOAD_PATIENCE) {
        Ok(reply) => reply,
        Err(error) => return failed(&error.to_string()),
    };
    say(&if json {
        pretty(&reply)
    } else {
        verdict::words(&reply)
    });
    if reply["applied"] == true { OK } else { FAILED }
}

pub fn handover(run_dir: &Path, timeout: Duration) -> u8 {
    let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    let request = Request::Handover { timeout_ms };
    let reply = match ask(run_dir, &request, timeout + STATUS_PATIENCE) {
        Ok(reply) => reply,
        Err(error) => return failed(&error.to_string()),
    };
    say(&pretty(&reply));
    if reply["handedOver"] == true {
        return OK;
    }
    failed("the addresses were not given up in time: does the peer run and hear this host?")
}

pub fn lead(run_dir: &Path) -> u8 {
    match ask(run_dir, &Request::Lead, STATUS_PATIENCE) {
        Ok(reply) => {
            say(&pretty(&reply));
            OK
        }
        Err(error) => failed(&error.to_string()),
    }
}

/// The daemon goes on as this program.
pub fn upgrade(run_dir: &Path) -> u8 {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return failed(&format!("the path of this program: {error}")),
    };
    let request = Request::Upgrade {
        program,
        form: supervisor::FORM,
    };
    match ask(run_dir, &request, UPGRADE_PATIENCE) {
        Ok(reply) => {
            say(&pretty(&reply));
            OK
        }
        Err(error) => failed(&error.to_string()),
    }
}

pub fn status(run_dir: &Path, json: bool) -> u8 {
    match ask(run_dir, &Request::Status, STATUS_PATIENCE) {
        Ok(reply) if json => say(&pretty(&reply)),
        Ok(reply) => say(summary(&reply).trim_end()),
        Err(error) => return failed(&error.to_string()),
    }
    OK
}

/// What Prometheus reads.
pub fn metrics(run_dir: &Path) -> u8 {
    match ask(run_dir, &Request::Metrics, STATUS_PATIENCE) {
        Ok(reply) => say(reply["text"].as_str().unwrap_or_default().trim_end()),
        Err(error) => return failed(&error.to_string()),
    }
    OK
}

fn failed(message: &str) -> u8 {
    complain(message);
    FAILED
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The document as lines for people.
fn summary(status: &Value) -> String {
    let mut out = String::new();
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let list = |value: &Value| -> Vec<Value> { value.as_array().cloned().unwrap_or_default() };
    let words = |value: &Value| list(value).iter().map(word).collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        out,
        "tandemd {} ({}), process {}, configuration {}",
        word(&status["version"]),
        word(&status["commit"]),
        status["pid"],
        status["configuration"]["generation"],
    );
    for process in list(&status["processes"]) {
        let (name, pid) = (word(&process["name"]), &process["pid"]);
        let _ = writeln!(
            out,
            "  {name} process {pid}, {} restarts",
            process["restarts"]
        );
    }
    for instance in list(&status["vrrp"]["instances"]) {
        let _ = writeln!(
            out,
            "vrrp {}: {} on {}, priority {} (of {}), holds {}",
            word(&instance["name"]),
            word(&instance["state"]),
            word(&instance["interface"]),
            instance["effectivePriority"],
            instance["priority"],
            match words(&instance["held"]) {
                held if held.is_empty() => "nothing".to_owned(),
                held => held,
            },
        );
        for reason in list(&instance["reasons"]) {
            let _ = writeln!(out, "  because: {}", word(&reason));
        }
    }
    for frontend in list(&status["proxy"]["frontends"]) {
        let _ = writeln!(
            out,
            "frontend {}: {} on {}, {} connections, {} requests",
            word(&frontend["name"]),
            word(&frontend["mode"]),
            words(&frontend["binds"]),
            frontend["connections"],
            frontend["requests"],
        );
    }
    for backend in list(&status["proxy"]["backends"]) {
        let _ = writeln!(out, "backend {}:", word(&backend["name"]));
        for server in list(&backend["servers"]) {
            let _ = writeln!(
                out,
                "  {} {}: {}, weight {}, last check {}",
                word(&server["name"]),
                word(&server["address"]),
                word(&server["state"]),
                server["weight"],
                word(&server["check"]),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_summary_tells_who_is_master_and_what_is_down() {
        let status = json!({
            "version": "0.1.0", "commit": "abc", "pid": 5,
            "configuration": { "generation": 3 },
            "processes": [{ "name": "vrrp", "pid": 6, "restarts": 0 }],
            "vrrp": { "instances": [{
                "name": "VI_1", "state": "FAULT", "interface": "eth0", "priority": 254,
                "effectivePriority": 0, "held": [], "reasons": ["eth0 is down"],
            }] },
            "proxy": {
                "frontends": [{ "name": "web", "mode": "http", "binds": ["10.0.0.1:80"],
                    "connections": 1, "requests": 2 }],
                "backends": [{ "name": "app", "servers": [{ "name": "s1",
                    "address": "10.0.0.2:80", "state": "DOWN", "weight": 1, "check": null }] }],
            },
        });
        let expected = "\
tandemd 0.1.0 (abc), process 5, configuration 3
  vrrp process 6, 0 restarts
vrrp VI_1: FAULT on eth0, priority 0 (of 254), holds nothing
  because: eth0 is down
frontend web: http on 10.0.0.1:80, 1 connections, 2 requests
backend app:
  s1 10.0.0.2:80: DOWN, weight 1, last check -
";
        assert_eq!(summary(&status), expected);
    }
}
