//! What a configuration consists of, by name, and a digest of each part: enough to say what is
//! different in another one. Digests are of words, so that comments, blanks and places count for
//! nothing, and nothing of a secret stays.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Sections by `KEYWORD NAME`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    sections: BTreeMap<Box<str>, Section>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Section {
    digest: u64,
    /// What has a name of its own in it: servers, binds, addresses; by `KIND NAME`.
    items: BTreeMap<Box<str>, u64>,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `frontend`, `server`, `vrrp_instance`.
    pub kind: String,
    /// `web`, `app/s1`; empty for what has none, such as `global`.
    pub name: String,
    pub change: Change,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let blank = if self.name.is_empty() { "" } else { " " };
        let Self { kind, name, change } = self;
        write!(f, "{kind}{blank}{name} {}", change.word())
    }
}

impl Outline {
    /// Opens a section, or goes on with one of that name; the handle is its label.
    pub(crate) fn open(&mut self, keyword: &str, name: Option<&str>) -> Box<str> {
        let label: Box<str> = label(keyword, name.unwrap_or_default()).into();
        self.sections.entry(label.clone()).or_default();
        label
    }

    /// Words of a section that have no name of their own.
    pub(crate) fn line<'w>(&mut self, section: &str, words: impl Iterator<Item = &'w str>) {
        if let Some(section) = self.sections.get_mut(section) {
            section.digest = mixed(section.digest, words);
        }
    }

    /// Words about something of that kind and name.
    pub(crate) fn item<'w>(
        &mut self,
        section: &str,
        kind: &str,
        name: &str,
        words: impl Iterator<Item = &'w str>,
    ) {
        if let Some(section) = self.sections.get_mut(section) {
            let digest = section.items.entry(label(kind, name).into()).or_default();
            *digest = mixed(*digest, words);
        }
    }

    /// What `next` has otherwise, by name. What came or went with its section is not told besides.
    pub fn differences(&self, next: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let digest = |section: &Section| section.digest;
        compare(&self.sections, &next.sections, digest, |label, change| {
            found.push(difference(label, None, change));
        });
        for (label, after) in &next.sections {
            let Some(before) = self.sections.get(label) else {
                continue;
            };
            compare(
                &before.items,
                &after.items,
                |digest| *digest,
                |item, change| {
                    found.push(difference(item, Some(label), change));
                },
            );
        }
        found
    }
}

fn compare<T>(
    before: &BTreeMap<Box<str>, T>,
    after: &BTreeMap<Box<str>, T>,
    digest: impl Fn(&T) -> u64,
    mut told: impl FnMut(&str, Change),
) {
    for (label, part) in after {
        match before.get(label) {
            None => told(label, Change::Added),
            Some(known) if digest(known) != digest(part) => told(label, Change::Changed),
            Some(_) => {}
        }
    }
    for label in before.keys().filter(|label| !after.contains_key(*label)) {
        told(label, Change::Removed);
    }
}

fn difference(label: &str, section: Option<&str>, change: Change) -> Difference {
    let (kind, name) = label.split_once(' ').unwrap_or((label, ""));
    let within = section.and_then(|section| section.split_once(' '));
    Difference {
        kind: kind.to_owned(),
        name: within.map_or_else(|| name.to_owned(), |(_, of)| format!("{of}/{name}")),
        change,
    }
}

fn label(keyword: &str, name: &str) -> String {
    if name.is_empty() {
        keyword.to_owned()
    } else {
        format!("{keyword} {name}")
    }
}

/// In order: the same lines in another order are another configuration.
fn mixed<'w>(before: u64, words: impl Iterator<Item = &'w str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    before.hash(&mut hasher);
    words.for_each(|word| word.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, haproxy, keepalived};

    fn proxy(before: &str, after: &str) -> Vec<String> {
        let outline = |text: &str| {
            let parsed = haproxy::parse(&[Source::new("a.cfg", text)], &Options::default());
            assert!(parsed.is_valid(), "{:?}", parsed.diagnostics);
            parsed.outline
        };
        let differences = outline(before).differences(&outline(after));
        differences.iter().map(ToString::to_string).collect()
    }

    const BEFORE: &str = "global\n  maxconn 100\ndefaults\n  mode http\n  timeout client 1s\n  \
        timeout connect 1s\n  timeout server 1s\nfrontend web\n  bind 127.0.0.1:80\n  \
        default_backend app\nbackend app\n  balance roundrobin\n  server a 192.0.2.1:80\n  \
        server b 192.0.2.2:80 weight 2\n";

    #[test]
    fn what_came_went_or_changed_is_named() {
        let after = BEFORE
            .replace("maxconn 100", "maxconn 200")
            .replace("bind 127.0.0.1:80", "bind 127.0.0.1:81")
            .replace("server a 192.0.2.1:80", "server c 192.0.2.3:80")
            .replace("weight 2", "weight 3");
        let after = format!("{after}backend other\n  server x 192.0.2.9:80\n");
        assert_eq!(
            proxy(BEFORE, &after),
            [
                "backend other added",
                "global changed",
                "server app/b changed",
                "server app/c added",
                "server app/a removed",
                "bind web/127.0.0.1:81 added",
                "bind web/127.0.0.1:80 removed",
            ]
        );
    }

    #[test]
    fn comments_blanks_and_places_are_no_change_and_the_order_of_rules_is() {
        let after = BEFORE
            .replace("\n  ", "\n\n\t")
            .replace("100", "100 # more");
        assert_eq!(proxy(BEFORE, &format!("# of\n{after}")), [""; 0]);
        let two = |a: &str, b: &str| {
            format!("{BEFORE}  http-request set-header {a} 1\n  http-request set-header {b} 1\n")
        };
        assert_eq!(
            proxy(&two("a", "b"), &two("b", "a")),
            ["backend app changed"]
        );
    }

    #[test]
    fn instances_and_their_addresses_are_named() {
        let text = |vips: &str, priority: u8| {
            format!(
                "vrrp_instance V {{\n  interface eth0\n  virtual_router_id 7\n  priority {priority}\n  virtual_ipaddress {{\n{vips}  }}\n}}\n"
            )
        };
        let outline = |text: &str| {
            keepalived::parse(&[Source::new("k.conf", text)], &Options::default()).outline
        };
        let before = outline(&text("192.0.2.1/24\n192.0.2.2/24 label eth0:1\n", 100));
        let after = outline(&text("192.0.2.2/24\n192.0.2.3/24\n", 101));
        let differences = before.differences(&after);
        let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "vrrp_instance V changed",
                "address V/192.0.2.2/24 changed",
                "address V/192.0.2.3/24 added",
                "address V/192.0.2.1/24 removed",
            ]
        );
    }
}
