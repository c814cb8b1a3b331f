//! What a configuration asks of servers and tables that are there. It is done when all of the
//! configuration stands: one that is refused changes nothing.

use super::registry::{Registry, ServerEntry};
use super::table::Table;
use super::{State, admin};
use std::collections::HashMap;
use std::sync::Arc;

/// Of one server.
#[derive(Debug)]
pub struct Wish {
    /// What is connected to and how it is checked; another identity makes it another server.
    pub identity: String,
    /// Its state when nothing is known.
    pub start: State,
    pub disabled: bool,
    /// Its address is a name.
    pub named: bool,
    pub weight: u32,
    pub maxconn: u32,
}

#[derive(Debug, Default)]
pub struct Asked {
    servers: Vec<((String, String), usize, Wish)>,
    tables: HashMap<String, Arc<Table>>,
}

impl Asked {
    pub(super) fn of_server(&mut self, key: (String, String), pool: usize, wish: Wish) {
        self.servers.push((key, pool, wish));
    }

    pub(super) fn table(&mut self, section: &str, table: &Arc<Table>) {
        self.tables.insert(section.to_owned(), table.clone());
    }
}

impl Registry {
    /// Does what was asked since, if the configuration `stands`.
    pub fn settle(&mut self, stands: bool) {
        let asked = std::mem::take(&mut self.asked);
        if !stands {
            return;
        }
        self.tables.extend(asked.tables);
        let goes_on = self.goes_on;
        for (key, pool, wish) in asked.servers {
            if let Some(entry) = self.servers.get_mut(&key) {
                entry.take_up(pool, wish, goes_on);
            }
        }
    }
}

impl ServerEntry {
    fn take_up(&mut self, pool: usize, wish: Wish, goes_on: bool) {
        let shared = &self.shared;
        if self.identity != wish.identity {
            (self.identity, self.pool) = (wish.identity, pool);
            shared.whereabouts.set_place(None);
            if !goes_on {
                shared.set_operation(wish.start);
            }
        }
        shared.take_up(wish.weight, wish.maxconn);
        // A name without an address yet: out of rotation, which is no reason not to start.
        let unresolved = wish.named && shared.whereabouts.place().is_none();
        self.order(wish.disabled, unresolved);
    }

    /// What was ordered at run time stays until the line says something else than before.
    fn order(&mut self, disabled: bool, unresolved: bool) {
        const DISABLED: u8 = admin::MAINTENANCE | admin::CONFIGURED;
        let mut orders = self.shared.orders() & !admin::UNRESOLVED;
        if std::mem::replace(&mut self.disabled, disabled) != disabled {
            orders = if disabled {
                orders | DISABLED
            } else {
                orders & !DISABLED
            };
        }
        if unresolved {
            orders |= admin::UNRESOLVED;
        }
        self.shared.set_orders(orders);
    }
}
