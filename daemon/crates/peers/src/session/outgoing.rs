//! Entries that are sent to the other side.

use super::{Outgoing, Session};
use crate::message;

impl Session {
    /// Sends an entry of the table of this place; false when it is longer than a message may be.
    pub fn push(&mut self, table: usize, entry: &Outgoing<'_>) -> bool {
        let Some(definition) = self.identity.tables.get(table) else {
            return false;
        };
        let last = match self.sending {
            Some((sending, last)) if sending == table => last,
            _ => {
                let mut body = Vec::new();
                definition.write(&mut body);
                message::table_message(message::DEFINITION, &body, &mut self.output);
                self.sending = Some((table, None));
                None
            }
        };
        let next = last.is_some_and(|last| last.wrapping_add(1) == entry.id);
        let names = self.said_names.count();
        let mut body = Vec::with_capacity(64);
        if !next {
            body.extend(entry.id.to_be_bytes());
        }
        body.extend(entry.expire.into_iter().flat_map(u32::to_be_bytes));
        entry.key.write(definition.key, &mut body);
        for value in entry.values {
            value.write(&mut self.said_names, &mut body);
        }
        let kind = match (next, entry.expire.is_some()) {
            (false, false) => message::UPDATE,
            (true, false) => message::UPDATE_NEXT,
            (false, true) => message::UPDATE_TIMED,
            (true, true) => message::UPDATE_NEXT_TIMED,
        };
        let fits = message::table_message(kind, &body, &mut self.output);
        if fits {
            self.sending = Some((table, Some(entry.id)));
        } else {
            self.said_names.take_back(names);
        }
        fits
    }
}
