//! Tracked files and processes. The supervisor looks at them and says what it sees.

use std::collections::BTreeMap;

use ipc::FromWorker;
use ipc::watch::{FileSeen, FileSpec, ProcessSpec, Seen, WatchList};
use vrrp::tracking::Health;

use super::{NOTICE, Worker};
use crate::plan::Source;

/// Something that is watched, and what is known of it.
#[derive(Debug)]
pub struct Watched<S> {
    spec: S,
    pub health: Health,
}

impl Worker {
    /// What is known stays until the first answer of the supervisor.
    pub(super) fn take_up_watched(&mut self, files: Vec<FileSpec>, processes: Vec<ProcessSpec>) {
        let before = self.watch_list();
        self.files = taken_up(&self.files, files, |spec| spec.name.clone());
        self.processes = taken_up(&self.processes, processes, |spec| spec.name.clone());
        let list = self.watch_list();
        if list != before {
            self.say(&FromWorker::Watch { list });
        }
    }

    pub(super) fn seen(&mut self, seen: Seen) {
        let mut changes = Vec::new();
        for (name, value) in seen.files {
            let health = match value {
                FileSeen::Value(value) => Health::Value(value),
                FileSeen::Unreadable => Health::Unusable,
            };
            if note(&mut self.files, &name, health) {
                changes.push((Source::File(name), health));
            }
        }
        for (name, well) in seen.processes {
            let health = if well { Health::Up } else { Health::Down };
            if note(&mut self.processes, &name, health) {
                changes.push((Source::Process(name), health));
            }
        }
        if changes.is_empty() {
            return;
        }
        for (source, health) in changes {
            self.log(NOTICE, format!("{} {}", source.describe(), says(health)));
        }
        self.reassess();
    }

    pub(super) fn file_health(&self, name: &str) -> Health {
        let file = self.files.get(name);
        file.map_or(Health::Unusable, |file| file.health)
    }

    pub(super) fn process_health(&self, name: &str) -> Health {
        let process = self.processes.get(name);
        process.map_or(Health::Unusable, |process| process.health)
    }

    fn watch_list(&self) -> WatchList {
        WatchList {
            files: self.files.values().map(|file| file.spec.clone()).collect(),
            processes: self.processes.values().map(|it| it.spec.clone()).collect(),
        }
    }
}

fn taken_up<S>(
    old: &BTreeMap<String, Watched<S>>,
    wanted: Vec<S>,
    name: impl Fn(&S) -> String,
) -> BTreeMap<String, Watched<S>> {
    let all = wanted.into_iter().map(|spec| {
        let name = name(&spec);
        let health = old.get(&name).map_or(Health::Unknown, |known| known.health);
        (name, Watched { spec, health })
    });
    all.collect()
}

/// Whether that is new.
fn note<S>(all: &mut BTreeMap<String, Watched<S>>, name: &str, health: Health) -> bool {
    let watched = all.get_mut(name);
    watched.is_some_and(|it| std::mem::replace(&mut it.health, health) != health)
}

fn says(health: Health) -> String {
    match health {
        Health::Up => "is up".to_owned(),
        Health::Value(value) => format!("says {value}"),
        Health::Unusable => "holds no number".to_owned(),
        Health::Down | Health::Unknown => "failed".to_owned(),
    }
}
