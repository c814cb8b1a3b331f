//! What the threads share about log targets: figures, rings and their forwarders, addresses of
//! names. Kept over reloads by what a target is, not by where its line stands.

use super::forward::Forwarded;
use super::sections::Sections;
use crate::names::Known;
use config::haproxy::model::{Config, LogSink, LogTarget, Proxy, Ring, RingServer, StreamAddress};
use config::source::Spanned;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use trafficlog::Figures;

#[derive(Debug, Default)]
pub struct Targets {
    /// By the key of a target: how it is shown, and its figures.
    figures: HashMap<String, (String, Arc<Figures>)>,
    rings: HashMap<String, Arc<Forwarded>>,
    pub sections: Arc<Sections>,
    /// Addresses of log servers that are given by name.
    pub names: Known,
}

/// A row of the status: what became of the lines for one address.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetStatus {
    target: String,
    sent: u64,
    dropped: u64,
    limited: u64,
}

impl Targets {
    /// The targets of a configuration; what was there before stays as it is, and what is new begins
    /// with [`Targets::start`].
    #[must_use]
    pub fn of(model: &Config, names: &Known, before: &Self) -> Self {
        let mut new = Self {
            names: names.clone(),
            sections: Arc::new(Sections::of(model)),
            ..Self::default()
        };
        for wanted in &new.sections.wanted {
            let (key, target) = (&wanted.key, &wanted.line);
            let known = before.figures.get(key).cloned();
            let fresh = || (shown(&target.sink.value), Arc::default());
            let entry = known.unwrap_or_else(fresh);
            if let Some(ring) = ring_of(model, target) {
                let (name, figures) = (ring_key(&ring), entry.1.clone());
                let known = before.rings.get(&name).cloned();
                new.rings.entry(name).or_insert_with(|| {
                    known.unwrap_or_else(|| Arc::new(Forwarded::new(&ring, &figures)))
                });
            }
            new.figures.insert(key.clone(), entry);
        }
        new
    }

    /// Rings are emptied from now on.
    pub fn start(&self) {
        self.rings.values().for_each(|ring| ring.start());
    }

    pub fn figures(&self, key: &str) -> Arc<Figures> {
        let entry = self.figures.get(key);
        entry.map(|entry| entry.1.clone()).unwrap_or_default()
    }

    pub fn ring(&self, model: &Config, target: &LogTarget) -> Option<Arc<trafficlog::Ring>> {
        let ring = ring_of(model, target)?;
        let forwarded = self.rings.get(&ring_key(&ring))?;
        Some(forwarded.ring())
    }

    /// Lets the forwarders send what is left, for so long at most.
    pub fn finish(&self, patience: Duration) {
        for ring in self.rings.values() {
            ring.close();
        }
        for ring in self.rings.values() {
            ring.wait(patience);
        }
    }

    /// Lines that were lost.
    pub fn dropped(&self) -> u64 {
        let each = self.figures.values();
        each.map(|(_, figures)| figures.dropped.load(Relaxed)).sum()
    }

    pub fn status(&self) -> Vec<TargetStatus> {
        let mut rows: BTreeMap<&str, TargetStatus> = BTreeMap::new();
        for (shown, figures) in self.figures.values() {
            let row = rows.entry(shown).or_default();
            row.target.clone_from(shown);
            row.sent += figures.sent.load(Relaxed);
            row.dropped += figures.dropped.load(Relaxed);
            row.limited += figures.limited.load(Relaxed);
        }
        rows.into_values().collect()
    }
}

/// What makes two `log` lines the same target. A sampled line of a section counts its own lines.
pub fn key(model: &Config, proxy: &Proxy, target: &LogTarget) -> String {
    let tag = tag(model, proxy);
    let own = model.global.logs.iter().all(|line| line != target);
    let place = match &target.sample {
        Some(_) if own => proxy.name.0.as_str(),
        _ => "",
    };
    let (len, limit) = (value(target.len.as_ref()), value(target.limit.as_ref()));
    let format = target.format.as_ref().map(|format| &format.value);
    let host = model.global.log_send_hostname.as_ref();
    let host = host.map(|name| name.as_ref().map(|name| &name.value));
    format!(
        "{tag}|{place}|{:+?}|{len:+?}|{format:+?}|{:+?}|{limit:+?}|{:+?}|{:+?}|{:+?}|{host:+?}",
        target.sink.value, target.sample, target.facility, target.max_level, target.min_level
    )
}

pub fn tag<'m>(model: &'m Config, proxy: &'m Proxy) -> &'m str {
    let tag = proxy.log_tag.as_ref().or(model.global.log_tag.as_ref());
    tag.map_or("haproxy", |tag| tag.value.as_str())
}

fn value<T: Copy>(spanned: Option<&Spanned<T>>) -> Option<T> {
    spanned.map(|spanned| spanned.value)
}

/// The ring that a target writes to: a section, or one of its own.
pub fn ring_of(model: &Config, target: &LogTarget) -> Option<Ring> {
    match &target.sink.value {
        LogSink::Ring(name) => model
            .rings
            .iter()
            .find(|ring| ring.name.value == *name)
            .cloned(),
        LogSink::Stream(address) => {
            let name = Spanned::implied(shown(&target.sink.value));
            Some(Ring {
                servers: vec![RingServer {
                    name: name.clone(),
                    address: Spanned::implied(address.clone()),
                    octet_count: false,
                }],
                ..Ring::named(name)
            })
        }
        _ => None,
    }
}

fn ring_key(ring: &Ring) -> String {
    let servers: Vec<_> = ring
        .servers
        .iter()
        .map(|server| {
            (
                &server.name.value,
                &server.address.value,
                server.octet_count,
            )
        })
        .collect();
    format!(
        "{:+?}|{:+?}|{:+?}|{:+?}|{servers:+?}",
        ring.name.value,
        value(ring.size.as_ref()),
        value(ring.timeout_connect.as_ref()),
        value(ring.timeout_server.as_ref())
    )
}

/// As the configuration writes it.
fn shown(sink: &LogSink) -> String {
    match sink {
        LogSink::Udp(address) => address.to_string(),
        LogSink::UdpName(name, port) => format!("{name}:{port}"),
        LogSink::Unix(path) => path.clone(),
        LogSink::Stdout => "stdout".to_owned(),
        LogSink::Stderr => "stderr".to_owned(),
        LogSink::Fd(number) => format!("fd@{number}"),
        LogSink::Ring(name) => format!("ring@{name}"),
        LogSink::Stream(StreamAddress::Tcp(address)) => format!("tcp@{address}"),
        LogSink::Stream(StreamAddress::Unix(path)) => format!("uxst@{path}"),
    }
}
