//! Files of patterns whose entries some rule changes, or a runtime socket may: kept from configuration to configuration.

use super::{Attachments, Problem};
use crate::rules::environment::{file, lines};
use crate::rules::patterns::{PatternFile, PatternFiles, split};
use config::haproxy::model::{Config, Effect, walk};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file is looked up as.
#[derive(Default)]
struct Uses {
    map: bool,
    acl: bool,
}

impl Uses {
    fn add(&mut self, of_map: bool) {
        self.map |= of_map;
        self.acl |= !of_map;
    }
}

/// Each such file as it is now, read anew where its text is another than when it was read.
pub fn files(
    model: &Config,
    attachments: &Attachments,
    known: &PatternFiles,
    problems: &mut Vec<Problem>,
) -> PatternFiles {
    let mut named: BTreeMap<&str, Uses> = BTreeMap::new();
    let from_outside = !model.global.stats_sockets.is_empty();
    for proxy in model.proxies.iter().filter(|proxy| !proxy.disabled) {
        let found = walk(proxy);
        for effect in found.effects {
            if let Effect::ChangePatterns { file, change, .. } = effect {
                named.entry(&file.value).or_default().add(change.of_map());
            }
        }
        for (file, of_map) in found.patterns.into_iter().filter(|_| from_outside) {
            named.entry(&file.value).or_default().add(of_map);
        }
    }
    let mut files = PatternFiles::new();
    for (name, uses) in named {
        let of_map = uses.map;
        match file(attachments, name) {
            Ok(text) => {
                let same = known.get(name).filter(|file| file.is_of(&text, of_map));
                let file = same.cloned().unwrap_or_else(|| {
                    let lines = lines(&text);
                    let entry = |line: &String| {
                        let whole = (line.as_str(), "");
                        let (key, value) = if of_map { split(line) } else { whole };
                        (key.to_owned(), value.to_owned())
                    };
                    let entries = lines.iter().map(entry).collect();
                    Arc::new(PatternFile::new(text, of_map, entries))
                });
                file.set_used_as_acl(uses.acl);
                files.insert(name.to_owned(), file);
            }
            Err(why) => problems.push(Problem::of_file(model, why)),
        }
    }
    files
}
