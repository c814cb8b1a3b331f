//! From one process to the next: counters, results of checks, entries of stick tables. The old one
//! tells them while it serves on, and what it counted since when its last connection has ended.

use super::enrol::KeptChecks;
use super::{Control, RunError};
use crate::shared::legacy::{Side, since};
use crate::shared::table::KeptEntry;
use ipc::FromWorker;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many entries are one message: a million of them do not fit.
const ENTRIES: usize = 20_000;

/// One message of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
enum Part {
    Sides {
        sides: Vec<Side>,
        checks: KeptChecks,
    },
    Table {
        name: String,
        entries: Vec<KeptEntry>,
    },
    /// Counted since the others were told.
    Rest { sides: Vec<Side> },
}

/// What was told to the next process, and what came of the one before.
#[derive(Debug, Default)]
pub struct Legacy {
    told: Option<Vec<Side>>,
    inherited: Vec<Part>,
}

impl Control {
    pub(super) fn bequeath(&mut self) -> Result<(), RunError> {
        let sides = self.registry.as_ref().map(crate::shared::Registry::sides);
        let sides = sides.unwrap_or_default();
        let checks = self.checks.keep();
        self.legacy.told = Some(sides.clone());
        self.tell_part(&Part::Sides { sides, checks }, true)?;
        let tables = self.registry.as_ref().map(crate::shared::Registry::tables);
        for (name, table) in tables.unwrap_or_default() {
            let mut mark = (0, 0);
            loop {
                let mut entries = Vec::new();
                while entries.len() < ENTRIES {
                    let (part, next) = table.part(mark);
                    mark = next;
                    if part.is_empty() {
                        break;
                    }
                    entries.extend(part.iter().map(|entry| entry.keep()));
                }
                if entries.is_empty() {
                    break;
                }
                let name = name.clone();
                self.tell_part(&Part::Table { name, entries }, true)?;
            }
        }
        self.tell_part(&Part::Rest { sides: Vec::new() }, false)
    }

    /// The last connection has ended: what was counted since the legacy was told.
    pub(super) fn bequeath_rest(&mut self) -> Result<(), RunError> {
        let (Some(told), Some(registry)) = (&self.legacy.told, &self.registry) else {
            return Ok(());
        };
        let sides = since(registry.sides(), told);
        self.tell_part(&Part::Rest { sides }, false)
    }

    fn tell_part(&mut self, part: &Part, more: bool) -> Result<(), RunError> {
        let body = serde_json::to_value(part).unwrap_or(Value::Null);
        self.channel.send(&FromWorker::Legacy { body, more }, &[])?;
        Ok(())
    }

    pub(super) fn inherit(&mut self, body: Value) {
        let Ok(part) = serde_json::from_value(body) else {
            // Of a program that counts other things: this one begins anew with them.
            return;
        };
        match (part, &self.registry) {
            (Part::Rest { sides }, Some(registry)) => registry.gain(&sides, false),
            (Part::Sides { sides, checks }, None) => {
                self.checks.inherit(checks);
                let checks = Vec::new();
                self.legacy.inherited.push(Part::Sides { sides, checks });
            }
            (part @ Part::Table { .. }, None) => self.legacy.inherited.push(part),
            (Part::Rest { .. }, None) | (_, Some(_)) => {}
        }
    }

    /// With the first configuration, before the first connection.
    pub(super) fn take_up_legacy(&mut self) {
        let Some(registry) = &self.registry else {
            return;
        };
        for part in std::mem::take(&mut self.legacy.inherited) {
            match part {
                Part::Sides { sides, .. } => registry.gain(&sides, true),
                Part::Table { name, entries } => {
                    if let Some(table) = registry.known_table(&name) {
                        for entry in &entries {
                            table.restore(entry);
                        }
                    }
                }
                Part::Rest { .. } => {}
            }
        }
    }
}
