//! The variables that a text may name: those of the process, as `setenv` and its siblings have
//! changed them so far (configuration manual, 2.3 and 3.1).

use crate::source::Source;
use std::collections::BTreeMap;

/// The version of the language: what `HAPROXY_STARTUP_VERSION` says and conditions compare with.
pub const LANGUAGE_VERSION: &str = "2.6.12";

#[derive(Debug, Clone)]
pub struct Environment<'e> {
    process: &'e BTreeMap<String, String>,
    /// What the text set; `None` where it took a variable away.
    changes: BTreeMap<String, Option<String>>,
    /// `resetenv`: what the process gave counts no more, except these.
    only: Option<Vec<String>>,
}

impl<'e> Environment<'e> {
    pub fn new(process: &'e BTreeMap<String, String>, files: &[Source]) -> Self {
        let mut environment = Self {
            process,
            changes: BTreeMap::new(),
            only: None,
        };
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        for (name, value) in [
            ("HAPROXY_CFGFILES", paths.join(";")),
            ("HAPROXY_STARTUP_VERSION", LANGUAGE_VERSION.to_owned()),
        ] {
            if environment.get(name).is_none() {
                environment.set(name, value);
            }
        }
        environment
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        if let Some(change) = self.changes.get(name) {
            return change.as_deref();
        }
        let hidden = |only: &Vec<String>| !only.iter().any(|kept| kept == name);
        if self.only.as_ref().is_some_and(hidden) {
            return None;
        }
        self.process.get(name).map(String::as_str)
    }

    pub fn set(&mut self, name: &str, value: String) {
        self.changes.insert(name.to_owned(), Some(value));
    }

    pub fn unset(&mut self, name: &str) {
        self.changes.insert(name.to_owned(), None);
    }

    /// Takes everything away but these.
    pub fn reset(&mut self, kept: &[String]) {
        self.changes.retain(|name, _| kept.contains(name));
        let before = self.only.take();
        let still = |name: &&String| before.as_ref().is_none_or(|only| only.contains(name));
        self.only = Some(kept.iter().filter(still).cloned().collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_hide_what_the_process_gave() {
        let process = BTreeMap::from([
            ("A".to_owned(), "1".to_owned()),
            ("B".to_owned(), "2".to_owned()),
        ]);
        let mut env = Environment::new(&process, &[Source::new("x", ""), Source::new("y", "")]);
        assert_eq!(env.get("HAPROXY_CFGFILES"), Some("x;y"));
        assert_eq!((env.get("A"), env.get("C")), (Some("1"), None));
        env.set("C", "3".to_owned());
        env.unset("A");
        assert_eq!((env.get("A"), env.get("C")), (None, Some("3")));
        env.reset(&["C".to_owned(), "A".to_owned()]);
        assert_eq!(
            (env.get("A"), env.get("B"), env.get("C")),
            (None, None, Some("3"))
        );
        env.reset(&["B".to_owned()]);
        assert_eq!((env.get("B"), env.get("C")), (None, None));
    }
}
