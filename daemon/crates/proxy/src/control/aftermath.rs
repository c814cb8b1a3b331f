//! What follows when a server went down or came back: sessions that end, and shares that grow
//! (`on-marked-down`, `on-marked-up`, `slowstart`).

use super::change::Change;
use super::team::Team;
use crate::plan::Plan;
use crate::shared::{BackendShared, ServerShared, WARM};
use health::Transition;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Servers that warm up.
#[derive(Debug, Default)]
pub struct Warming(Vec<Cold>);

#[derive(Debug)]
struct Cold {
    server: Arc<ServerShared>,
    backend: Arc<BackendShared>,
    since: u64,
    /// Milliseconds until its share is whole.
    takes: u64,
    next: u64,
}

impl Warming {
    pub fn next_due(&self) -> Option<u64> {
        self.0.iter().map(|cold| cold.next).min()
    }

    fn begin(
        &mut self,
        server: &Arc<ServerShared>,
        backend: &Arc<BackendShared>,
        takes: u64,
        now: u64,
    ) {
        self.forget(server);
        server.set_warmth(0);
        backend.epoch.fetch_add(1, Relaxed);
        self.0.push(Cold {
            server: server.clone(),
            backend: backend.clone(),
            since: now,
            takes,
            next: now,
        });
    }

    /// A server that goes down again begins anew when it comes back.
    fn forget(&mut self, server: &Arc<ServerShared>) {
        self.0.retain(|cold| !Arc::ptr_eq(&cold.server, server));
        server.set_warmth(WARM);
    }

    /// Raises the shares that are due.
    pub fn run_due(&mut self, now: u64) {
        for cold in self.0.iter_mut().filter(|cold| cold.next <= now) {
            let part = now.saturating_sub(cold.since) * u64::from(WARM) / cold.takes.max(1);
            let share = u32::try_from(part).unwrap_or(WARM).clamp(1, WARM);
            cold.server.set_warmth(share);
            cold.backend.epoch.fetch_add(1, Relaxed);
            cold.next = now + (cold.takes / 50).clamp(20, 1000);
        }
        self.0.retain(|cold| cold.server.warmth() < WARM);
    }
}

/// Does what the servers' lines ask for after these changes.
pub fn follow(changes: &[Change], plan: &Plan, team: &Team, warming: &mut Warming, now: u64) {
    for change in changes {
        let Some(backend) = plan
            .backends
            .iter()
            .find(|b| Arc::ptr_eq(&b.shared, &change.backend))
        else {
            continue;
        };
        let Some(server) = backend
            .servers
            .iter()
            .find(|s| Arc::ptr_eq(&s.shared, &change.server))
        else {
            continue;
        };
        match change.transition {
            Some(Transition::Down) => {
                warming.forget(&server.shared);
                if server.down_ends_sessions {
                    team.end_sessions(&server.shared, b'D');
                }
            }
            Some(Transition::Up) => {
                if server.slowstart > 0 {
                    warming.begin(&server.shared, &backend.shared, server.slowstart, now);
                }
                if server.up_ends_backup_sessions {
                    for backup in backend.servers.iter().filter(|s| s.backup) {
                        team.end_sessions(&backup.shared, b'U');
                    }
                }
            }
            Some(Transition::Stopping) | None => {}
        }
    }
}
