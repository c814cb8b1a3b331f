//! Everything as metrics, in Prometheus' text format (version 0.0.4), with the names and labels of
//! HAProxy's exporter, and the virtual routers beside them.

mod catalogue;
mod open;
mod request;

pub use open::{Form, open_metrics};
pub use request::Request;

use crate::{Column, Field, Info, Object, Row, Value};
use catalogue::{Kind, Metric, OBJECTS, PROCESS};
use request::ORDER;
use std::collections::HashMap;
use std::fmt::Write as _;

/// By their sections.
type Servers<'r> = HashMap<&'r str, Vec<&'r Row>>;

/// What of Tandem's own stands behind the metrics of HAProxy's exporter.
#[derive(Debug, Default)]
pub struct Own<'a> {
    /// Lines about the virtual routers.
    pub routers: &'a str,
    /// Paths of certificates that clients are shown, and when they end, in unix time.
    pub certificates: Vec<(String, u64)>,
}

pub fn exposition(request: &Request, rows: &[Row], info: &Info, own: &Own<'_>) -> String {
    let mut out = String::with_capacity(rows.len() * 4096);
    if request.process {
        process(info, &mut out);
    }
    let mut servers: Servers<'_> = HashMap::new();
    for row in rows.iter().filter(|row| row.object() == Object::Server) {
        servers.entry(row.section()).or_default().push(row);
    }
    for object in ORDER {
        if request.objects.contains(&object) {
            let of_kind: Vec<&Row> = rows.iter().filter(|row| row.object() == object).collect();
            for metric in OBJECTS.iter().filter(|metric| metric.is_of(object)) {
                of_objects(metric, object, &of_kind, &servers, &mut out);
            }
        }
    }
    if request.certificates {
        endings(&own.certificates, &mut out);
    }
    if request.routers {
        out.push_str(own.routers);
    }
    out
}

/// As `tandemd metrics` tells it, too.
fn endings(certificates: &[(String, u64)], out: &mut String) {
    let name = "tandemd_certificate_expiry_timestamp_seconds";
    if !certificates.is_empty() {
        let about = "When a certificate that clients are shown ends, in unix time.";
        head(name, Kind::Gauge, about, out);
    }
    for (path, end) in certificates {
        let path = path.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "{name}{{path=\"{path}\"}} {end}");
    }
}

fn head(name: &str, kind: Kind, about: &str, out: &mut String) {
    let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} {}", kind.name());
}

fn process(info: &Info, out: &mut String) {
    for (name, kind, field) in PROCESS {
        let name = format!("haproxy_process_{name}");
        let about = field.map_or("Not known", |field| field.entry().about);
        head(&name, *kind, about, out);
        let value = field.and_then(|field| info.get(field));
        match (field, value) {
            (Some(Field::BuildInfo), Some(version)) => {
                let _ = writeln!(out, "{name}{{version=\"{version}\"}} 1");
            }
            (_, Some(value)) => {
                let _ = writeln!(out, "{name} {value}");
            }
            (_, None) => {
                let _ = writeln!(out, "{name} NaN");
            }
        }
    }
}

fn of_objects(
    metric: &Metric,
    object: Object,
    rows: &[&Row],
    servers: &Servers<'_>,
    out: &mut String,
) {
    let kind = object.name().to_ascii_lowercase();
    let name = format!("haproxy_{kind}_{}", metric.name);
    let before = out.len();
    head(&name, metric.kind, metric.column.entry().about, out);
    let empty = out.len();
    match metric.column {
        Column::Hrsp1xx => classes(&name, rows, out),
        Column::Status => {
            let states = match object {
                Object::Frontend | Object::Backend => STANDING,
                Object::Listener => LISTENING,
                Object::Server => STATES,
            };
            for row in rows {
                let now = state(row);
                one_of(&name, row, states, |s| u64::from(s == now), out);
            }
        }
        Column::AggServerStatus | Column::AggServerCheckStatus => {
            count(&name, rows, servers, STATES, state, out);
        }
        Column::AggCheckStatus => count(&name, rows, servers, CHECKS, check, out),
        Column::CheckStatus => {
            for row in rows
                .iter()
                .filter(|row| row.get(Column::CheckStatus).is_some())
            {
                let now = check(row);
                one_of(&name, row, CHECKS, |s| u64::from(s == now), out);
            }
        }
        // A check whose result has no code tells none.
        Column::CheckCode => {
            for row in rows
                .iter()
                .filter(|row| row.get(Column::CheckStatus).is_some())
            {
                sample(&name, row, None, out);
                let _ = writeln!(out, " {}", row.number(Column::CheckCode));
            }
        }
        _ => {
            for row in rows {
                let value = row.get(metric.column);
                let http = row.text(Column::Mode) == "http";
                if !http && metric.is_of_http() || value.is_none() && metric.is_optional() {
                    continue;
                }
                sample(&name, row, None, out);
                number(value, metric.is_time(), out);
            }
        }
    }
    // A name without a value is left out.
    if out.len() == empty {
        out.truncate(before);
    }
}

const STANDING: &[&str] = &["DOWN", "UP"];
const LISTENING: &[&str] = &["WAITING", "OPEN", "FULL"];
const STATES: &[&str] = &["DOWN", "UP", "MAINT", "DRAIN", "NOLB"];
const CHECKS: &[&str] = &[
    "HANA", "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP",
    "L7OK", "L7OKC", "L7STS", "PROCERR", "PROCTOUT", "PROCOK",
];

/// The state of a row in the words of the metrics.
fn state(row: &Row) -> &str {
    let status = row.text(Column::Status);
    let word = status.split([' ', '(']).next().unwrap_or_default();
    match (row.object(), word) {
        (Object::Frontend, "STOP") => "DOWN",
        // A server that is not checked, or not yet, counts as up.
        (Object::Frontend, _) | (Object::Server, "no" | "INI") => "UP",
        (_, word) => word,
    }
}

/// The result of a row's last check.
fn check(row: &Row) -> &str {
    row.text(Column::CheckStatus).trim_start_matches("* ")
}

/// How many of a backend's servers are in each of these states.
fn count(
    name: &str,
    backends: &[&Row],
    servers: &Servers<'_>,
    words: &[&str],
    of: fn(&Row) -> &str,
    out: &mut String,
) {
    for row in backends {
        let own = servers.get(row.section());
        let states: Vec<&str> = own.into_iter().flatten().map(|s| of(s)).collect();
        let many = |word: &str| states.iter().filter(|s| **s == word).count() as u64;
        one_of(name, row, words, many, out);
    }
}

fn classes(name: &str, rows: &[&Row], out: &mut String) {
    const CLASSES: [(&str, Column); 6] = [
        ("1xx", Column::Hrsp1xx),
        ("2xx", Column::Hrsp2xx),
        ("3xx", Column::Hrsp3xx),
        ("4xx", Column::Hrsp4xx),
        ("5xx", Column::Hrsp5xx),
        ("other", Column::HrspOther),
    ];
    for (class, column) in CLASSES {
        for row in rows.iter().filter(|row| row.get(column).is_some()) {
            sample(name, row, Some(("code", class)), out);
            number(row.get(column), false, out);
        }
    }
}

fn one_of(name: &str, row: &Row, words: &[&str], value: impl Fn(&str) -> u64, out: &mut String) {
    for word in words {
        sample(name, row, Some(("state", word)), out);
        let _ = writeln!(out, " {}", value(word));
    }
}

/// Name and labels.
fn sample(name: &str, row: &Row, more: Option<(&str, &str)>, out: &mut String) {
    let _ = write!(out, "{name}{{proxy=\"{}\"", row.section());
    let own = match row.object() {
        Object::Server => Some("server"),
        Object::Listener => Some("listener"),
        Object::Frontend | Object::Backend => None,
    };
    if let Some(own) = own {
        let _ = write!(out, ",{own}=\"{}\"", row.service());
    }
    if let Some((label, value)) = more {
        let _ = write!(out, ",{label}=\"{value}\"");
    }
    out.push('}');
}

/// A value behind its labels; milliseconds become seconds.
fn number(value: Option<&Value>, time: bool, out: &mut String) {
    let _ = match value {
        None | Some(Value::Text(_)) => writeln!(out, " NaN"),
        Some(value) if time => {
            let ms = value.number().unwrap_or(0);
            writeln!(out, " {}.{:03}000", ms / 1000, ms % 1000)
        }
        Some(value) => writeln!(out, " {value}"),
    };
}
