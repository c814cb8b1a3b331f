//! Connections to a server by their place in the order in which they are met: each side has others.

/// The names that an origin gave them, in that order.
#[derive(Debug, Default)]
pub struct Met(Vec<String>);

impl Met {
    pub fn number(&mut self, name: &str) -> usize {
        let known = self.0.iter().position(|it| it == name);
        known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }
}
