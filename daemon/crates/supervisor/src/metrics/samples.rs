//! The values of metrics that are more than one number of the status.

use serde_json::Value;

use super::Sample;
use super::catalogue::{INSTANCE_LABELS, MS, US};

pub(super) fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_bool().map(|yes| f64::from(u8::from(yes))))
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

pub(super) fn sample(labels: Vec<(&'static str, String)>, value: f64) -> Sample {
    Sample {
        suffix: "",
        labels,
        value,
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.into_iter().flatten()
}

fn entries<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let found = value.pointer(pointer).and_then(Value::as_object);
    found.into_iter().flatten()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn instances(status: &Value) -> impl Iterator<Item = &Value> {
    list(status, "/vrrp/instances")
}

pub(super) fn of_instance(instance: &Value) -> Vec<(&'static str, String)> {
    let fields = ["name", "interface", "virtualRouterId", "family"];
    let values = fields.map(|field| text(&instance[field]));
    INSTANCE_LABELS.into_iter().zip(values).collect()
}

fn labelled(instance: &Value, name: &'static str, value: String) -> Vec<(&'static str, String)> {
    let mut labels = of_instance(instance);
    labels.push((name, value));
    labels
}

fn each(status: &Value, value: fn(&Value) -> f64) -> Vec<Sample> {
    instances(status)
        .map(|instance| sample(of_instance(instance), value(instance)))
        .collect()
}

pub(super) fn info(status: &Value) -> Vec<Sample> {
    let labels = ["version", "commit"].map(|name| (name, text(&status[name])));
    vec![sample(labels.to_vec(), 1.0)]
}

pub(super) fn restarts(status: &Value) -> Vec<Sample> {
    list(status, "/processes")
        .filter_map(|process| {
            let labels = vec![("process", text(&process["name"]))];
            Some(sample(labels, number(&process["restarts"])?))
        })
        .collect()
}

pub(super) fn log_lines(status: &Value) -> Vec<Sample> {
    let mut found = Vec::new();
    for row in list(status, "/proxy/logs") {
        for outcome in ["sent", "dropped", "limited"] {
            let labels = vec![
                ("target", text(&row["target"])),
                ("outcome", outcome.to_owned()),
            ];
            found.extend(number(&row[outcome]).map(|value| sample(labels, value)));
        }
    }
    found
}

pub(super) fn expiries(status: &Value) -> Vec<Sample> {
    let shown = list(status, "/proxy/certificates");
    let expiry = |row: &Value| {
        let labels = vec![("path", text(&row["path"]))];
        number(&row["notAfter"]).map(|value| sample(labels, value))
    };
    shown.filter_map(expiry).collect()
}

pub(super) fn states(status: &Value) -> Vec<Sample> {
    let of = |instance| {
        ["INIT", "BACKUP", "MASTER", "FAULT"].map(|state: &str| {
            let labels = labelled(instance, "state", state.to_owned());
            sample(labels, flag(instance["state"] == state))
        })
    };
    instances(status).flat_map(of).collect()
}

pub(super) fn addresses(status: &Value) -> Vec<Sample> {
    each(status, |instance| count(&instance["addresses"]))
}

pub(super) fn held(status: &Value) -> Vec<Sample> {
    each(status, |instance| count(&instance["held"]))
}

fn count(list: &Value) -> f64 {
    let length = list.as_array().map_or(0, Vec::len);
    u32::try_from(length).map_or(f64::MAX, f64::from)
}

pub(super) fn differs(status: &Value) -> Vec<Sample> {
    each(status, |instance| {
        flag(!instance["addressListDiffers"].is_null())
    })
}

pub(super) fn split(status: &Value) -> Vec<Sample> {
    each(status, |instance| flag(!instance["splitBrain"].is_null()))
}

pub(super) fn announcement(status: &Value) -> Vec<Sample> {
    instances(status)
        .filter_map(|instance| {
            let outcome = instance.pointer("/announcement/outcome")?;
            Some(sample(labelled(instance, "outcome", text(outcome)), 1.0))
        })
        .collect()
}

pub(super) fn errors(status: &Value) -> Vec<Sample> {
    let of = |instance| {
        entries(instance, "/packetErrors").filter_map(move |(kind, count)| {
            Some(sample(
                labelled(instance, "kind", kind.clone()),
                number(count)?,
            ))
        })
    };
    instances(status).flat_map(of).collect()
}

fn of_peers(status: &Value, field: &'static str, factor: f64) -> Vec<Sample> {
    let of = |instance| {
        list(instance, "/peers").filter_map(move |peer| {
            let labels = labelled(instance, "peer", text(&peer["address"]));
            Some(sample(labels, number(&peer[field])? / factor))
        })
    };
    instances(status).flat_map(of).collect()
}

pub(super) fn hears(status: &Value) -> Vec<Sample> {
    of_peers(status, "hearsUs", 1.0)
}

pub(super) fn peer_adverts(status: &Value) -> Vec<Sample> {
    of_peers(status, "lastAdvertHeardMs", MS)
}

pub(super) fn checks(status: &Value) -> Vec<Sample> {
    list(status, "/vrrp/checks")
        .map(|check| {
            let labels = vec![
                ("check", text(&check["name"])),
                ("kind", text(&check["kind"])),
            ];
            sample(labels, flag(check["health"] == "up"))
        })
        .collect()
}

pub(super) fn results(status: &Value) -> Vec<Sample> {
    let of = |check: &Value| {
        let name = text(&check["name"]);
        let results = entries(check, "/results").map(|(result, count)| {
            let labels = vec![("check", name.clone()), ("result", result.clone())];
            sample(labels, number(count).unwrap_or(0.0))
        });
        results.collect::<Vec<_>>()
    };
    list(status, "/vrrp/checks").flat_map(of).collect()
}

pub(super) fn lateness(status: &Value) -> Vec<Sample> {
    let Some(lateness) = status.pointer("/vrrp/process/lateness") else {
        return Vec::new();
    };
    let bucket = |bound: String, value: f64| Sample {
        suffix: "_bucket",
        labels: vec![("le", bound)],
        value,
    };
    let mut bounds: Vec<(f64, f64)> = entries(lateness, "/atMostUs")
        .filter_map(|(bound, count)| Some((bound.parse().ok()?, number(count)?)))
        .collect();
    bounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut samples: Vec<Sample> = bounds
        .into_iter()
        .map(|(bound, count)| bucket((bound / US).to_string(), count))
        .collect();
    let total = number(&lateness["count"]).unwrap_or(0.0);
    samples.push(bucket("+Inf".to_owned(), total));
    let sum = number(&lateness["sumUs"]).unwrap_or(0.0) / US;
    for (suffix, value) in [("_sum", sum), ("_count", total)] {
        samples.push(Sample {
            suffix,
            labels: Vec::new(),
            value,
        });
    }
    samples
}
