//! What is shared and counted, as a value for the process after this one.

use super::standing::Kept;
use super::traffic::Tally;
use super::{Past, Registry, Standing, Traffic};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Counters of a section or server, and since when it can or cannot serve.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Side {
    kind: Kind,
    section: String,
    server: String,
    tally: Tally,
    standing: Option<Kept>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Kind {
    #[default]
    Frontend,
    Backend,
    Server,
    /// An address; its key stands in the place of a server's name.
    Listener,
}

impl Side {
    fn key(&self) -> (Kind, &str, &str) {
        (self.kind, &self.section, &self.server)
    }
}

/// What came since `told`, of those where anything did.
pub fn since(now: Vec<Side>, told: &[Side]) -> Vec<Side> {
    let told: HashMap<_, _> = told.iter().map(|it| (it.key(), &it.tally)).collect();
    let mut rest = Vec::new();
    for mut side in now {
        if let Some(before) = told.get(&side.key()) {
            side.tally = side.tally.since(before);
        }
        side.standing = None;
        if !side.tally.is_empty() {
            rest.push(side);
        }
    }
    rest
}

impl Registry {
    pub fn sides(&self) -> Vec<Side> {
        let side = |kind, section: &str, server: &str, traffic, standing: Option<&Standing>| Side {
            kind,
            section: section.to_owned(),
            server: server.to_owned(),
            tally: Traffic::tally(traffic),
            standing: standing.map(Standing::keep),
        };
        let fronts = self.frontends.values();
        let fronts = fronts.map(|f| side(Kind::Frontend, &f.name, "", &f.traffic, None));
        let backs = self.backends.values();
        let backs = backs.map(|b| side(Kind::Backend, &b.name, "", &b.traffic, Some(&b.standing)));
        let servers = self.servers.values().map(|it| &it.shared);
        let servers = servers.map(|s| {
            side(
                Kind::Server,
                &s.backend,
                &s.name,
                &s.traffic,
                Some(&s.standing),
            )
        });
        let binds = self.binds.values();
        let binds = binds.map(|b| side(Kind::Listener, &b.section, &b.key, &b.traffic, None));
        let binds = binds.filter(|side| !side.tally.is_empty());
        fronts.chain(backs).chain(servers).chain(binds).collect()
    }

    /// Counts on from what the process before this one counted; `first`: before anything was
    /// counted here.
    pub fn gain(&self, sides: &[Side], first: bool) {
        for side in sides {
            match side.kind {
                Kind::Frontend => {
                    if let Some(f) = self.frontends.get(&side.section) {
                        take_over(side, &f.traffic, &f.past, None, first);
                    }
                }
                Kind::Backend => {
                    if let Some(b) = self.backends.get(&side.section) {
                        take_over(side, &b.traffic, &b.past, Some(&b.standing), first);
                    }
                }
                Kind::Listener => {
                    let key = (side.section.clone(), side.server.clone());
                    let shared = self.binds.get(&key);
                    if let Some(cell) = shared.and_then(|shared| shared.traffic.last()) {
                        cell.gain(&side.tally);
                    }
                }
                Kind::Server => {
                    let key = (side.section.clone(), side.server.clone());
                    if let Some(entry) = self.servers.get(&key) {
                        let s = &entry.shared;
                        take_over(side, &s.traffic, &s.past, Some(&s.standing), first);
                    }
                }
            }
        }
    }

    /// As if the process before this one had counted nothing, or no maxima.
    pub fn forget_before(&self, all: bool) {
        let fronts = self.frontends.values().map(|f| &f.traffic[..]);
        let backs = self.backends.values().map(|b| &b.traffic[..]);
        let servers = self.servers.values().map(|it| &it.shared.traffic[..]);
        let binds = self.binds.values().map(|b| &b.traffic[..]);
        let cells = fronts.chain(backs).chain(servers).chain(binds);
        for cell in cells.filter_map(|t| t.last()) {
            if all {
                cell.forget();
            } else {
                cell.forget_most();
            }
        }
    }
}

fn take_over(
    side: &Side,
    traffic: &[Traffic],
    past: &Mutex<Past>,
    standing: Option<&Standing>,
    first: bool,
) {
    if let Some(cell) = traffic.last() {
        cell.gain(&side.tally);
    }
    if let (Some(standing), Some(kept)) = (standing, &side.standing) {
        standing.go_on(kept);
    }
    if first {
        let mut past = past.lock().unwrap_or_else(PoisonError::into_inner);
        past.begin(traffic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_process_counts_on_for_each_listener_that_it_has_too() {
        let (mut old, mut new) = (Registry::new(2), Registry::new(1));
        let [kept, gone] = ["10.0.0.1:80", "10.0.0.1:81"].map(|key| old.bind("web", key));
        for (worker, sessions) in [(0, 2), (1, 3)] {
            kept.traffic[worker].connections.add(sessions);
            gone.traffic[worker].connections.add(sessions);
        }
        let first = old.sides();
        kept.traffic[1].connections.add(10);
        let rest = since(old.sides(), &first);
        assert_eq!((first.len(), rest.len()), (2, 1));
        let heir = new.bind("web", "10.0.0.1:80");
        new.gain(&first, true);
        new.gain(&rest, false);
        assert_eq!(Traffic::total(&heir.traffic, |t| &t.connections), 15);
    }
}
