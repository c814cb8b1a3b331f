//! Files of patterns whose entries some rule changes: kept from configuration to configuration.

use super::Attachments;
use crate::rules::environment::{file, lines};
use crate::rules::patterns::{PatternFile, PatternFiles, split};
use config::haproxy::model::{Config, Effect, walk};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Each such file as it is now, read anew where its text is another than when it was read.
pub fn files(
    model: &Config,
    attachments: &Attachments,
    known: &PatternFiles,
    problems: &mut Vec<String>,
) -> PatternFiles {
    let mut named: BTreeMap<&str, bool> = BTreeMap::new();
    for proxy in model.proxies.iter().filter(|proxy| !proxy.disabled) {
        for effect in walk(proxy).effects {
            if let Effect::ChangePatterns { file, change, .. } = effect {
                *named.entry(&file.value).or_default() |= change.of_map();
            }
        }
    }
    let mut files = PatternFiles::new();
    for (name, of_map) in named {
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
                files.insert(name.to_owned(), file);
            }
            Err(why) => problems.push(why),
        }
    }
    files
}
