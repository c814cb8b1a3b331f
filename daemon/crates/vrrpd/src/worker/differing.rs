//! Adverts that list other addresses than the configuration: taken, so that an address can be
//! added host by host without two masters, and alarmed, because one of the hosts is not finished.

use std::net::IpAddr;

use serde_json::{Value, json};
use vrrp::admit::Datagram;
use vrrp::{InstanceId, Micros, packet};

use super::{NOTICE, WARNING, Worker};
use crate::clock;

/// A router that fell silent differs no more.
const FORGOTTEN: Micros = 10_000_000;

/// What another router lists and we do not, or the reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub source: IpAddr,
    /// Ours that it does not list.
    missing: Vec<IpAddr>,
    /// Listed by it and none of ours.
    unknown: Vec<IpAddr>,
    since_ms: u64,
    last: Micros,
}

impl Difference {
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        for (list, says) in [
            (&self.missing, "does not list"),
            (&self.unknown, "lists also"),
        ] {
            if !list.is_empty() {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                parts.push(format!("{says} {}", list.join(", ")));
            }
        }
        format!(
            "address lists differ: {} {}",
            self.source,
            parts.join(" and ")
        )
    }

    pub fn status(&self) -> Value {
        let texts = |list: &[IpAddr]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        json!({
            "from": self.source.to_string(),
            "missing": texts(&self.missing),
            "unknown": texts(&self.unknown),
            "since": self.since_ms,
        })
    }
}

impl Worker {
    /// An advert was taken whose list differs from ours, or agrees with it.
    pub(super) fn compare_lists(&mut self, id: InstanceId, datagram: &Datagram<'_>, differs: bool) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let source = datagram.source;
        let known = running.difference.as_mut().filter(|it| it.source == source);
        if !differs {
            if known.is_some() {
                running.difference = None;
                let name = running.plan.name.clone();
                let text = format!("instance {name}: the address lists agree again with {source}");
                self.log(NOTICE, text);
            }
            return;
        }
        let Ok(advert) = packet::decode(datagram.payload, source, datagram.destination) else {
            return;
        };
        let (ours, theirs) = (&running.plan.advertised, &advert.addresses);
        let without = |list: &[IpAddr], other: &[IpAddr]| -> Vec<IpAddr> {
            list.iter()
                .filter(|it| !other.contains(it))
                .copied()
                .collect()
        };
        let found = Difference {
            source,
            missing: without(ours, theirs),
            unknown: without(theirs, ours),
            since_ms: clock::unix_ms(),
            last: clock::monotonic(),
        };
        if let Some(known) = known
            && (&known.missing, &known.unknown) == (&found.missing, &found.unknown)
        {
            known.last = found.last;
            return;
        }
        let text = format!("instance {}: {}", running.plan.name, found.text());
        // Two that advertise turn by turn must not fill the log.
        let quiet = (running.difference.as_ref()).is_some_and(|old| old.source != source);
        running.difference = Some(found);
        self.next_chores = 0;
        if !quiet {
            self.log(WARNING, text);
        }
    }

    pub(super) fn forget_differences(&mut self, now: Micros) {
        for running in self.running.values_mut() {
            running
                .difference
                .take_if(|old| now.saturating_sub(old.last) > FORGOTTEN);
        }
    }
}
