//! E17: how long each address is away, as the protocol predicts (RFC 9568, 6.1; RFC 3768, 6.1).

use crate::election::priority_when_well;
use crate::node::Node;
use crate::pairing::Pairing;
use config::keepalived::model::{Instance, Version};
use serde::Serialize;
use std::time::Duration;

/// Milliseconds without an answer on one address, for a fault of the preferred master.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    pub vip: String,
    pub instance: String,
    pub master: String,
    /// A dead master: the missed adverts and the skew, less the age of the last advert.
    pub crash_least: f64,
    pub crash_most: f64,
    /// A stop with a farewell advert: the skew of the other node.
    pub graceful: f64,
}

pub fn all(nodes: &[Node<'_>], pairing: &Pairing) -> Vec<Prediction> {
    let each = pairing.instances(nodes).flat_map(|pair| {
        let master = preferred(nodes, pair);
        let times = times(nodes, pair, master);
        let vips = pair[master].vips.iter().chain(&pair[master].vips_excluded);
        let label = nodes[master].label.clone();
        vips.map(|vip| Prediction {
            vip: vip.address.value.to_string(),
            instance: pair[master].name.to_string(),
            master: label.clone(),
            ..times.clone()
        })
        .collect::<Vec<_>>()
    });
    each.collect()
}

/// The node that is master when all is well; the first one when they are equal.
pub fn preferred(nodes: &[Node<'_>], pair: [&Instance; 2]) -> usize {
    let well = |node: usize| priority_when_well(&nodes[node], pair[node]);
    usize::from(well(1) > well(0))
}

fn times(nodes: &[Node<'_>], pair: [&Instance; 2], master: usize) -> Prediction {
    let backup = pair[1 - master];
    let interval = match backup.version.value {
        // A version 3 backup takes over the master's interval.
        Version::V3 => pair[master].advert_int.value,
        Version::V2 => backup.advert_int.value,
    };
    let unit = match backup.version.value {
        Version::V3 => interval,
        Version::V2 => Duration::from_secs(1),
    };
    let priority = priority_when_well(&nodes[1 - master], backup).unwrap_or(backup.priority.0);
    let skew = millis(unit) * (256.0 - f64::from(priority)) / 256.0;
    let missed = f64::from(backup.down_timer_adverts);
    Prediction {
        vip: String::new(),
        instance: String::new(),
        master: String::new(),
        crash_least: round((missed - 1.0) * millis(interval) + skew),
        crash_most: round(missed * millis(interval) + skew),
        graceful: round(skew),
    }
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn round(ms: f64) -> f64 {
    (ms * 100.0).round() / 100.0
}
