//! One connection with another host, and what was told to it and by it.

use super::connection::Connection;
use super::shared::{Shared, told};
use super::teaching::Teaching;
use crate::shared::table::Outlet;
use peers::{Control, Outgoing, Phase, Session};

/// Bytes that wait to be sent when no more are made.
const ENOUGH: usize = 64 * 1024;
/// Entries that are sent to one host before others have their turn.
const TURN: usize = 2000;
/// An update of an entry that was used before this many milliseconds says how long it has left.
const JUST_NOW: u64 = 1000;

/// Another host.
#[derive(Debug, Default)]
pub struct Link {
    pub connection: Option<Connection>,
    /// When it is called again.
    pub next_call: u64,
    /// Calls in vain one after another.
    pub failures: u32,
    /// By table: the last change that was sent, and the last that it has.
    pub pushed: Vec<u64>,
    pub acked: Vec<u64>,
    teaching: Option<Teaching>,
    pub counters: Counters,
}

/// What `show peers` counts.
#[derive(Debug, Default)]
pub struct Counters {
    pub status: &'static str,
    pub opened: Option<u64>,
    pub sessions: u64,
    pub collisions: u64,
    pub faults: u64,
    pub received: u64,
    pub sent: u64,
    pub confirmed: u64,
    pub last_fault: String,
}

impl Link {
    pub fn new(tables: usize, now: u64) -> Self {
        Self {
            next_call: now,
            pushed: vec![0; tables],
            acked: vec![0; tables],
            counters: Counters {
                status: "NONE",
                ..Counters::default()
            },
            ..Self::default()
        }
    }

    pub fn is_open(&self) -> bool {
        let connection = self.connection.as_ref();
        connection.is_some_and(|c| c.session.phase() == Phase::Open)
    }

    /// The session is open: what is not known to have arrived is sent again.
    pub fn begin(&mut self, now: u64) {
        self.pushed.clone_from(&self.acked);
        self.teaching = None;
        self.failures = 0;
        self.counters.status = "ESTA";
        self.counters.opened = Some(now);
        self.counters.sessions += 1;
    }

    pub fn acked(&mut self, table: usize, id: u32) {
        // The first words of a lesson have the number of its last.
        if self.is_teaching() {
            return;
        }
        let (Some(pushed), Some(acked)) = (self.pushed.get(table), self.acked.get_mut(table))
        else {
            return;
        };
        // Of the long number the other side knows the lower half.
        let behind = u64::from(low(*pushed).wrapping_sub(id));
        if let Some(serial) = pushed.checked_sub(behind).filter(|serial| serial >= acked) {
            *acked = serial;
        }
    }

    /// It has nothing, or nothing any more.
    pub fn teach(&mut self, tables: &[Shared]) {
        self.acked.fill(0);
        self.teaching = Some(Teaching::of(0, tables));
    }

    pub fn is_teaching(&self) -> bool {
        self.teaching.is_some()
    }

    /// Makes messages of what there is to tell; `whole`: this host has everything. True when there
    /// may be more.
    pub fn fill(&mut self, tables: &[Shared], whole: bool, now: u64) -> bool {
        let Some(connection) = &mut self.connection else {
            return false;
        };
        let session = &mut connection.session;
        if session.phase() != Phase::Open {
            return false;
        }
        let mut room = TURN;
        while let Some(teaching) = &mut self.teaching {
            if room == 0 || is_full(session) {
                return true;
            }
            let pushed = self.pushed.get(teaching.table).copied().unwrap_or(0);
            let Some(shared) = tables.get(teaching.table) else {
                session.say(if whole {
                    Control::Finished
                } else {
                    Control::Partial
                });
                self.teaching = None;
                break;
            };
            if teaching.go_on(session, shared, low(pushed), &mut room, now) {
                *teaching = Teaching::of(teaching.table + 1, tables);
            }
        }
        for (table, shared) in tables.iter().enumerate() {
            let (Some(outlet), Some(pushed)) = (&shared.table.outlet, self.pushed.get_mut(table))
            else {
                continue;
            };
            while let Some((serial, sent)) = push(session, (table, shared), outlet, *pushed, now) {
                *pushed = serial;
                self.counters.sent += u64::from(sent);
                room = room.saturating_sub(1);
                if room == 0 || is_full(session) {
                    return true;
                }
            }
        }
        false
    }
}

/// So much waits to be sent that no more is made.
pub fn is_full(session: &Session) -> bool {
    session.output().len() > ENOUGH
}

/// Sends the next change; its number, and whether there was something to send.
fn push(
    session: &mut Session,
    (place, shared): (usize, &Shared),
    outlet: &Outlet,
    pushed: u64,
    now: u64,
) -> Option<(u64, bool)> {
    let (serial, key) = outlet.journal().after(pushed)?;
    let Some(entry) = shared.table.changed_by(serial, &key, now) else {
        outlet.journal().forget(serial);
        return Some((serial, false));
    };
    let (left, idle) = shared.table.age(&entry, now);
    let outgoing = Outgoing {
        id: low(serial),
        key: &told(&key),
        expire: (idle > JUST_NOW).then(|| u32::try_from(left).unwrap_or(u32::MAX)),
        values: &shared.values(&entry, now),
    };
    Some((serial, session.push(place, &outgoing)))
}

fn low(serial: u64) -> u32 {
    u32::try_from(serial & 0xffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::table::{Key, Table, tests::shared_table};
    use peers::{Event, Identity, Update};
    use std::collections::HashSet;
    use std::sync::Arc;

    const NOW: u64 = 10_000;

    fn filled(entries: i64) -> Arc<Table> {
        let table = shared_table(1_000_000, 60, &[("gpc0", 0)]);
        for n in 0..entries {
            table.take(&Key::integer(n), NOW).unwrap();
        }
        table
    }

    fn shared(table: &Arc<Table>) -> Vec<Shared> {
        vec![Shared::new(table.clone(), "t".to_owned(), 1, false, &[])]
    }

    fn session(tables: &[Shared]) -> Session {
        let identity = Identity {
            name: "a".into(),
            process: 1,
            tables: tables.iter().map(|t| t.definition.clone()).collect(),
        };
        let mut session = Session::answer(identity, vec!["b".to_owned()], NOW);
        let hello = b"HAProxyS 2.1\na\nb 1 1\n";
        session.feed(hello, NOW, &mut Vec::new()).unwrap();
        session.sent(session.output().len(), NOW);
        session
    }

    fn linked(tables: &[Shared]) -> Link {
        let fd = std::os::unix::net::UnixStream::pair().unwrap().0.into();
        let mut link = Link::new(tables.len(), NOW);
        link.connection = Some(Connection::new(fd, session(tables), 1, NOW));
        link
    }

    /// What waits to be sent, as the other side understands it.
    fn take(link: &mut Link, hears: &mut Session) -> Vec<Update> {
        let mut events = Vec::new();
        let said = &mut link.connection.as_mut().unwrap().session;
        hears.feed(said.output(), NOW, &mut events).unwrap();
        said.sent(said.output().len(), NOW);
        hears.sent(hears.output().len(), NOW);
        let update = |event| match event {
            Event::Update(_, update) => Some(update),
            _ => None,
        };
        events.into_iter().filter_map(update).collect()
    }

    #[test]
    fn whoever_has_more_to_tell_than_may_wait_goes_on_once_it_is_sent() {
        let table = filled(20_000);
        table.take_up_changes(NOW);
        let tables = shared(&table);
        let (mut link, mut hears) = (linked(&tables), session(&tables));
        let (mut heard, mut turns) = (0, 0);
        while link.fill(&tables, true, NOW) {
            heard += take(&mut link, &mut hears).len();
            turns += 1;
            assert!(turns < 100, "{heard} after {turns} turns");
        }
        heard += take(&mut link, &mut hears).len();
        assert_eq!((heard, link.counters.sent), (20_000, 20_000));
    }

    #[test]
    fn everything_is_taught_though_entries_are_used_meanwhile() {
        let table = filled(10_000);
        table.take_up_changes(NOW);
        let tables = shared(&table);
        let (mut link, mut hears) = (linked(&tables), session(&tables));
        // Nothing is left to be told as a change.
        while link.fill(&tables, true, NOW) {
            take(&mut link, &mut hears);
        }
        take(&mut link, &mut hears);
        link.teach(&tables);
        let mut known = HashSet::new();
        for round in 1.. {
            let more = link.fill(&tables, true, NOW);
            known.extend(take(&mut link, &mut hears).into_iter().map(|it| it.key));
            if !more {
                break;
            }
            // What was told last, what comes next, and others of the end.
            for n in (0..10_000).filter(|n| n % 97 == round % 97) {
                table.take(&Key::integer(n), NOW + 1).unwrap();
            }
        }
        // What was used is told as changes.
        table.take_up_changes(NOW);
        while link.fill(&tables, true, NOW) {
            known.extend(take(&mut link, &mut hears).into_iter().map(|it| it.key));
        }
        known.extend(take(&mut link, &mut hears).into_iter().map(|it| it.key));
        assert_eq!(known.len(), 10_000);
    }
}
