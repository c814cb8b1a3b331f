//! Looks at tracked files and processes now and then.

use vrrp::Micros;
use vrrp::tracking::Health;

use super::{NOTICE, WARNING, Worker};
use crate::clock;
use crate::plan::{FilePlan, ProcessPlan, Source};
use crate::watching::{WatchedFile, WatchedProcess};

/// How soon a change is seen.
const PERIOD: Micros = 100_000;

impl Worker {
    pub(super) fn take_up_watched(&mut self, files: Vec<FilePlan>, processes: Vec<ProcessPlan>) {
        self.files.clear();
        for plan in files {
            let name = plan.name.clone();
            match WatchedFile::new(plan) {
                Ok(file) => {
                    self.files.insert(name, file);
                }
                // An instance whose file is not there for it is in FAULT and says why.
                Err(error) => self.log(WARNING, format!("track_file {name}: {error}")),
            }
        }
        let now = clock::monotonic();
        let watched = processes.into_iter();
        self.processes = watched
            .map(|plan| (plan.name.clone(), WatchedProcess::new(plan, now)))
            .collect();
        self.next_watch = now + PERIOD;
    }

    pub(super) fn watch_files_and_processes(&mut self) {
        let now = clock::monotonic();
        if self.next_look_at_watched().is_none_or(|at| now < at) {
            return;
        }
        self.next_watch = now + PERIOD;
        let before = self.watched_health();
        for file in self.files.values_mut() {
            file.look();
        }
        for process in self.processes.values_mut() {
            process.look(now);
        }
        let after = self.watched_health();
        if before == after {
            return;
        }
        for ((source, old), (_, new)) in before.iter().zip(&after) {
            if old != new {
                self.log(NOTICE, format!("{} {}", source.describe(), says(*new)));
            }
        }
        self.reassess();
    }

    pub(super) fn next_look_at_watched(&self) -> Option<Micros> {
        let none = self.files.is_empty() && self.processes.is_empty();
        (!none).then_some(self.next_watch)
    }

    pub(super) fn file_health(&self, name: &str) -> Health {
        let file = self.files.get(name);
        file.map_or(Health::Unusable, |file| file.health)
    }

    pub(super) fn process_health(&self, name: &str) -> Health {
        let process = self.processes.get(name);
        process.map_or(Health::Unusable, |process| process.health)
    }

    fn watched_health(&self) -> Vec<(Source, Health)> {
        let files = self.files.iter();
        let files = files.map(|(name, file)| (Source::File(name.clone()), file.health));
        let processes = self.processes.iter();
        let processes = processes.map(|(name, it)| (Source::Process(name.clone()), it.health));
        files.chain(processes).collect()
    }
}

fn says(health: Health) -> String {
    match health {
        Health::Up => "is up".to_owned(),
        Health::Value(value) => format!("says {value}"),
        Health::Unusable => "holds no number".to_owned(),
        Health::Down | Health::Unknown => "failed".to_owned(),
    }
}
