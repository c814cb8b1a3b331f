//! Which tables clients stick to servers by, and to which.

use super::Plan;

impl Plan {
    /// Whether some backend's clients stick to servers by the table.
    pub fn sticks(&self, table: &str) -> bool {
        self.model.proxies.iter().any(|section| {
            let mut rules = section.stick_rules.iter();
            rules.any(|rule| rule.table.as_ref().map_or(&section.name.0, |t| &t.value) == table)
        })
    }

    /// Names and numbers of the servers that a table may name: those of its own section first.
    pub fn servers_by(&self, table: &str) -> Vec<(String, u32)> {
        let own = self.backends.iter().filter(|b| b.name == table);
        let others = self.backends.iter().filter(|b| b.name != table);
        let all = own.chain(others).flat_map(|b| &b.servers);
        all.map(|s| (s.name.clone(), s.id)).collect()
    }
}
