//! Everything is told again: table by table, in the order of the last use.

use super::link::is_full;
use super::shared::{Shared, told};
use crate::shared::table::{Entry, Table};
use peers::{Outgoing, Session};
use std::sync::Arc;
use std::vec::IntoIter;

#[derive(Debug)]
pub struct Teaching {
    pub table: usize,
    /// Entries that were looked up and are not told yet.
    part: IntoIter<Arc<Entry>>,
    /// Where the next part begins; `None`: there is none.
    mark: Option<(u64, u64)>,
    /// Entries that are used from this number on are told as changes, by whoever changes them.
    end: u64,
}

impl Teaching {
    pub fn of(table: usize, tables: &[Shared]) -> Self {
        let shared = tables.get(table);
        Self {
            table,
            part: Vec::new().into_iter(),
            mark: Some((0, 0)),
            end: shared.map_or(0, |shared| shared.table.next_number()),
        }
    }

    /// Sends entries of the table while there is room for so many; true when all are told. `id`: of
    /// the last change that was sent, which these do not go beyond.
    pub fn go_on(
        &mut self,
        session: &mut Session,
        shared: &Shared,
        id: u32,
        room: &mut usize,
        now: u64,
    ) -> bool {
        while *room > 0 && !is_full(session) {
            let Some(entry) = self.part.next() else {
                if !self.look(&shared.table) {
                    return true;
                }
                continue;
            };
            if entry.used().1 > self.end {
                continue;
            }
            let (left, _) = shared.table.age(&entry, now);
            let outgoing = Outgoing {
                id,
                key: &told(&entry.key),
                expire: Some(u32::try_from(left).unwrap_or(u32::MAX)),
                values: &shared.values(&entry, now),
            };
            session.push(self.table, &outgoing);
            *room -= 1;
        }
        false
    }

    /// Looks up more; false when there is nothing left.
    fn look(&mut self, table: &Table) -> bool {
        let Some(mark) = self.mark.take() else {
            return false;
        };
        let (part, next) = table.part(mark);
        // Behind a part that is not full there is only what is used from now on.
        self.mark = (part.len() == Table::PART).then_some(next);
        self.part = part.into_iter();
        true
    }
}
