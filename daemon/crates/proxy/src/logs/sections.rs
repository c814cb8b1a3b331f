//! Which targets the sections of a configuration log to: worked out once for all threads.

use super::targets::key;
use config::haproxy::model::{Config, LogFormat, LogTarget};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Sections {
    /// As the model has them.
    pub list: Vec<Section>,
    /// Each once, however many sections name it.
    pub wanted: Vec<Wanted>,
}

#[derive(Debug)]
pub struct Section {
    pub name: String,
    /// Places in [`Sections::wanted`].
    pub targets: Vec<usize>,
    pub clf: bool,
    pub json: bool,
}

/// A target, and a line that names it.
#[derive(Debug)]
pub struct Wanted {
    pub key: String,
    pub line: LogTarget,
    /// The first section with it.
    pub section: usize,
}

impl Sections {
    pub fn of(model: &Config) -> Self {
        let mut all = Self::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, proxy) in model.proxies.iter().enumerate() {
            let Self { list, wanted } = &mut all;
            let targets = model.log_targets(proxy).map(|line| {
                let key = key(model, proxy, line);
                *places.entry(key).or_insert_with_key(|key| {
                    wanted.push(Wanted {
                        key: key.clone(),
                        line: line.clone(),
                        section: at,
                    });
                    wanted.len() - 1
                })
            });
            list.push(Section {
                targets: targets.collect(),
                name: proxy.name.0.clone(),
                clf: proxy.log_format == LogFormat::HttpClf,
                json: matches!(proxy.log_format, LogFormat::HttpJson | LogFormat::TcpJson),
            });
        }
        all
    }
}
