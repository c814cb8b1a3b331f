//! What expressions refer to while they are compiled.

use super::memory::{Scope, Variable};
use super::patterns::{PatternFile, PatternFiles};
use crate::plan::{Attachments, pages};
use crate::shared::table::Table;
use config::haproxy::model::Config;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

/// Tables by the name of their section.
pub type Tables = HashMap<String, Arc<Table>>;

/// What is kept or counted only where somebody asks for it.
#[derive(Debug, Default)]
pub struct Needs {
    /// Something has to be remembered from rule to rule.
    pub remembers: Cell<bool>,
    /// Somebody asks how many sessions or requests come in a second.
    pub rates: Cell<bool>,
    /// Somebody looks at bodies.
    pub bodies: Cell<bool>,
    /// Somebody asks which certificate clients are shown.
    pub certificates: Cell<bool>,
    /// Somebody asks where the last rule stands that decided.
    pub last_rule: Cell<bool>,
}

pub struct Environment<'e> {
    pub model: &'e Config,
    pub attachments: &'e Attachments,
    pub tables: &'e Tables,
    /// Files of patterns that rules change.
    pub patterns: &'e PatternFiles,
    /// The section whose rules are compiled.
    pub section: &'e str,
    pub needs: &'e Needs,
    /// What is compiled belongs to a message of the server.
    pub response: Cell<bool>,
    /// It belongs to checks, which have variables of their own.
    pub checks: bool,
}

impl Environment<'_> {
    /// A variable that can be known where this is compiled.
    pub fn variable(&self, name: &str) -> Result<Variable, String> {
        let variable = Variable::new(name);
        let variable = variable.ok_or_else(|| {
            format!("the variable '{name}' has no scope, write e.g. 'txn.{name}'")
        })?;
        if variable.scope == Scope::Check && !self.checks {
            return Err(format!(
                "the variable '{name}' is known in checks alone: use proc, sess, txn, req or res"
            ));
        }
        Ok(variable)
    }

    /// The named table, or the section's own.
    pub fn table(&self, name: Option<&str>) -> Result<Arc<Table>, String> {
        let name = name.filter(|name| !name.is_empty()).unwrap_or(self.section);
        let found = self.tables.get(name).cloned();
        found.ok_or_else(|| format!("'{name}' has no stick table"))
    }

    /// The file of patterns that a rule changes.
    /// Nothing when no map and no acl reads the file.
    pub fn pattern_file(&self, path: &str) -> Option<Arc<PatternFile>> {
        self.patterns.get(path).cloned()
    }

    pub fn look_at_bodies(&self) {
        self.needs.bodies.set(true);
    }

    pub fn tell_rules(&self) {
        self.needs.last_rule.set(true);
        self.remember();
    }

    pub fn remember(&self) {
        self.needs.remembers.set(true);
    }

    /// A file that the supervisor read; this process may see another root.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        file(self.attachments, path)
    }

    /// The body of an answer.
    pub fn page(&self, path: &str) -> Result<Vec<u8>, String> {
        pages::page(self.model, self.attachments, path)
    }

    /// A whole answer, as it is kept.
    pub fn answer(&self, path: &str) -> Result<Vec<u8>, String> {
        pages::answer(self.model, self.attachments, path)
    }

    /// The lines of a file of patterns: what is written, without comments and empty lines.
    pub fn lines(&self, path: &str) -> Result<Vec<String>, String> {
        Ok(lines(&self.file(path)?))
    }
}

/// What is written in a file of patterns, without comments and empty lines.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// A file by the name that the configuration uses; this process may see another root.
pub fn file(attachments: &Attachments, path: &str) -> Result<Vec<u8>, String> {
    match attachments.get(path) {
        Some(bytes) => Ok(bytes.clone()),
        None => std::fs::read(path).map_err(|e| format!("cannot read '{path}': {e}")),
    }
}
