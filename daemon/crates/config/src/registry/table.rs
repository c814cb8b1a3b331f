//! Rows of the support table and the look-up.

use std::collections::{HashMap, HashSet};

/// What the daemon does with a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Does what the manual says.
    Supported,
    /// A name or a remark: kept as written, nothing depends on it.
    Label,
    /// Read and accepted with a note; the text says why it has no effect here.
    Accepted(&'static str),
    /// Read and accepted with a warning: it asks for something that is not done yet.
    Ignored(&'static str),
    /// Known, but refused (a warning with `--tolerant`); the text says what to do without it.
    NotYet(&'static str),
    /// Was taken out of the language; the text names its successor.
    Removed(&'static str),
}

/// In which proxy sections a keyword may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places(pub u8);

impl Places {
    pub const DEFAULTS: Self = Self(1);
    pub const FRONTEND: Self = Self(2);
    pub const LISTEN: Self = Self(4);
    pub const BACKEND: Self = Self(8);
    pub const ALL: Self = Self(15);
    /// defaults, frontend, listen
    pub const FRONT: Self = Self(7);
    /// defaults, listen, backend
    pub const BACK: Self = Self(13);
    /// frontend, listen
    pub const FRONT_ONLY: Self = Self(6);
    /// listen, backend
    pub const BACK_ONLY: Self = Self(12);
    /// All but defaults
    pub const NOT_DEFAULTS: Self = Self(14);

    pub fn allows(self, place: Self) -> bool {
        self.0 & place.0 != 0
    }

    /// Section keywords, for messages and the documentation.
    pub fn names(self) -> Vec<&'static str> {
        [
            (Self::DEFAULTS, "defaults"),
            (Self::FRONTEND, "frontend"),
            (Self::LISTEN, "listen"),
            (Self::BACKEND, "backend"),
        ]
        .into_iter()
        .filter(|(place, _)| self.allows(*place))
        .map(|(_, name)| name)
        .collect()
    }
}

/// One keyword in one context.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Context, e.g. `global`, `proxy`, `bind`, `option`, `vrrp_instance`.
    pub group: &'static str,
    pub keyword: &'static str,
    pub places: Places,
    pub status: Status,
}

impl Entry {
    pub const fn new(group: &'static str, keyword: &'static str, status: Status) -> Self {
        Self {
            group,
            keyword,
            places: Places::ALL,
            status,
        }
    }

    pub const fn at(
        group: &'static str,
        keyword: &'static str,
        places: Places,
        status: Status,
    ) -> Self {
        Self {
            group,
            keyword,
            places,
            status,
        }
    }
}

/// Writes a list of [`Entry`]: group, places, then `status => keywords;` rows.
macro_rules! entries {
    ($($group:literal $place:ident { $($status:expr => $($keyword:literal)+;)* })*) => {
        &[$($($($crate::registry::Entry::at(
            $group,
            $keyword,
            $crate::registry::Places::$place,
            $status,
        ),)+)*)*]
    };
}
pub(super) use entries;

/// All keywords of one language.
pub struct Table {
    entries: Vec<&'static Entry>,
    index: HashMap<&'static str, HashMap<&'static str, &'static Entry>>,
    /// Of each group, in the order of the entries.
    keywords: HashMap<&'static str, Vec<&'static str>>,
    /// Of all groups.
    words: HashSet<&'static str>,
}

impl Table {
    pub(super) fn new(parts: &[&'static [Entry]]) -> Self {
        let entries: Vec<&'static Entry> = parts.iter().flat_map(|part| part.iter()).collect();
        let mut index: HashMap<_, HashMap<_, _>> = HashMap::new();
        let mut keywords: HashMap<_, Vec<_>> = HashMap::new();
        for entry in &entries {
            keywords.entry(entry.group).or_default().push(entry.keyword);
            index
                .entry(entry.group)
                .or_default()
                .insert(entry.keyword, *entry);
        }
        let words = entries.iter().map(|entry| entry.keyword).collect();
        Self {
            entries,
            index,
            keywords,
            words,
        }
    }

    pub fn find(&self, group: &str, keyword: &str) -> Option<&'static Entry> {
        self.index.get(group)?.get(keyword).copied()
    }

    /// Keywords of a group, for suggestions.
    pub fn keywords(&self, group: &str) -> impl Iterator<Item = &'static str> {
        let keywords = self.keywords.get(group).map_or(&[][..], Vec::as_slice);
        keywords.iter().copied()
    }

    /// Whether it is a keyword of any group.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    pub fn entries(&self) -> impl Iterator<Item = &'static Entry> + '_ {
        self.entries.iter().copied()
    }

    /// Groups in which a keyword is known, for "it belongs into …".
    pub fn groups_of<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        self.entries
            .iter()
            .filter(move |entry| entry.keyword == keyword)
            .map(|entry| entry.group)
    }
}
