//! One connection with another host, and what was told to it and by it.

use super::shared::{Shared, told};
use crate::shared::table::{Entry, Outlet, Table};
use peers::{Control, Fault, Outgoing, Phase, Session};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use sys::tcp;

/// Bytes that wait to be sent when no more are made.
const ENOUGH: usize = 64 * 1024;
/// Entries that are sent to one host before others have their turn.
const TURN: usize = 2000;
/// An update of an entry that was used before this many milliseconds says how long it has left.
const JUST_NOW: u64 = 1000;

/// A socket and what is spoken over it.
#[derive(Debug)]
pub struct Connection {
    pub fd: OwnedFd,
    pub session: Session,
    pub token: u64,
    pub opened: u64,
    writable: bool,
}

impl Connection {
    pub fn new(fd: OwnedFd, session: Session, token: u64, now: u64) -> Self {
        Self {
            fd,
            session,
            token,
            opened: now,
            writable: false,
        }
    }

    /// It may be written to: a call is through.
    pub fn ready(&mut self) {
        self.writable = true;
    }

    /// Sends what waits, as far as it goes; false when the connection is broken.
    pub fn flush(&mut self, now: u64) -> bool {
        while self.writable && !self.session.output().is_empty() {
            match tcp::send(&self.fd, self.session.output()) {
                Ok(length) => self.session.sent(length, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Reads what is there; `Ok(false)`: the other side has ended it.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        now: u64,
        events: &mut Vec<peers::Event>,
    ) -> Result<bool, Fault> {
        loop {
            match tcp::recv(&self.fd, buffer) {
                Ok(0) => return Ok(false),
                Ok(length) => self.session.feed(&buffer[..length], now, events)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Ok(false),
            }
        }
    }
}

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

/// Everything is told again, table by table, in the order of the last use.
#[derive(Debug)]
struct Teaching {
    table: usize,
    mark: (u64, u64),
    /// Entries that are used from this number on are told as changes.
    end: u64,
    /// Nothing of the table is left.
    over: bool,
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

    pub fn teach(&mut self, tables: &[Shared]) {
        self.teaching = Some(Teaching::of(0, tables));
    }

    pub fn is_teaching(&self) -> bool {
        self.teaching.is_some()
    }

    /// Makes messages of what there is to tell; `whole`: this host has everything. True when there
    /// is more.
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
            if room == 0 || session.output().len() > ENOUGH {
                return session.output().len() <= ENOUGH;
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
            room = teaching.go_on(session, shared, low(pushed), room, now);
            if teaching.over {
                *teaching = Teaching::of(teaching.table + 1, tables);
            }
        }
        for (table, shared) in tables.iter().enumerate() {
            let (Some(outlet), Some(pushed)) = (&shared.table.outlet, self.pushed.get_mut(table))
            else {
                continue;
            };
            while session.output().len() <= ENOUGH
                && room > 0
                && let Some(serial) = push(session, table, shared, outlet, *pushed, now)
            {
                *pushed = serial;
                self.counters.sent += 1;
                room -= 1;
            }
        }
        room == 0 && session.output().len() <= ENOUGH
    }
}

/// Sends the next change; its number.
fn push(
    session: &mut Session,
    table: usize,
    shared: &Shared,
    outlet: &Outlet,
    pushed: u64,
    now: u64,
) -> Option<u64> {
    let (serial, key) = outlet.journal().after(pushed)?;
    let Some(entry) = shared.table.find(&key, now) else {
        outlet.journal().forget(serial);
        return Some(serial);
    };
    let (left, idle) = shared.table.age(&entry, now);
    let outgoing = Outgoing {
        id: low(serial),
        key: &told(&key),
        expire: (idle > JUST_NOW).then(|| u32::try_from(left).unwrap_or(u32::MAX)),
        values: &shared.values(&entry, now),
    };
    session.push(table, &outgoing);
    Some(serial)
}

impl Teaching {
    fn of(table: usize, tables: &[Shared]) -> Self {
        let shared = tables.get(table);
        Self {
            table,
            mark: (0, 0),
            end: shared.map_or(0, |shared| shared.table.next_number()),
            over: false,
        }
    }

    /// Sends entries of a table; how many more may be sent.
    fn go_on(
        &mut self,
        session: &mut Session,
        shared: &Shared,
        id: u32,
        room: usize,
        now: u64,
    ) -> usize {
        let (part, _) = shared.table.part(self.mark);
        let since = |entry: &Arc<Entry>| entry.used().1 > self.end;
        self.over = part.len() < Table::PART && part.iter().all(since);
        let mut room = room;
        for entry in &part {
            if room == 0 || session.output().len() > ENOUGH {
                return room;
            }
            let used = entry.used();
            self.mark = (used.0, used.1 + 1);
            if used.1 > self.end {
                continue;
            }
            let (left, _) = shared.table.age(entry, now);
            let outgoing = Outgoing {
                id,
                key: &told(&entry.key),
                expire: Some(u32::try_from(left).unwrap_or(u32::MAX)),
                values: &shared.values(entry, now),
            };
            session.push(self.table, &outgoing);
            room -= 1;
        }
        room
    }
}

fn low(serial: u64) -> u32 {
    u32::try_from(serial & 0xffff_ffff).unwrap_or(0)
}
