//! What is asked of a file of patterns and ordered about it from outside: entries by their keys or
//! places, and whole versions that replace what applies at once.

use super::file::{Entries, View};
use super::{Gives, Kind, PatternFile, Reading};
use crate::rules::value::Value;
use std::sync::{Arc, PoisonError};

/// Why nothing was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No version of this number was begun.
    Future,
    /// The key or the value is none here.
    Wrong(String),
}

/// What one kind of reader finds for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub reading: Reading,
    /// Key, value and the value's type.
    pub found: Option<(String, String, &'static str)>,
}

impl PatternFile {
    /// Entries from this place on, with their places, at most so many; and where to go on. Of another
    /// version than the one that applies all entries at once.
    pub fn page(
        &self,
        version: Option<u32>,
        from: usize,
        most: usize,
    ) -> (Vec<(usize, String, String)>, Option<usize>) {
        let entries = self.entries();
        let owned =
            |(at, (key, value)): (usize, &(String, String))| (at, key.clone(), value.clone());
        if let Some(version) = version.filter(|version| *version != entries.version) {
            let list = entries.begun.get(&version).map_or(&[][..], Vec::as_slice);
            return (list.iter().enumerate().map(owned).collect(), None);
        }
        let end = (from + most).min(entries.list.len());
        let part = entries.list.get(from..end).unwrap_or_default();
        let there = (from..)
            .zip(part)
            .filter_map(|(at, e)| Some((at, e.as_ref()?)));
        let next = (end < entries.list.len()).then_some(end);
        (there.map(owned).collect(), next)
    }

    /// The version that applies, the last one that was begun, and how many entries there are of all.
    pub fn versions(&self) -> (u32, u32, usize) {
        let entries = self.entries();
        let begun: usize = entries.begun.values().map(Vec::len).sum();
        let there = entries.list.len() - entries.free.len();
        (entries.version, entries.last_version, there + begun)
    }

    /// Begins a version; its number.
    pub fn begin_version(&self) -> u32 {
        let mut entries = self.entries();
        entries.last_version = entries.last_version.wrapping_add(1);
        let number = entries.last_version;
        entries.begun.insert(number, Vec::new());
        number
    }

    /// Lets a version apply in the place of the others; false when it was never begun.
    pub fn commit(&self, version: u32) -> bool {
        let mut entries = self.entries();
        let Some(list) = entries.begun.remove(&version) else {
            return false;
        };
        entries.begun.retain(|number, _| *number > version);
        entries.version = version;
        entries.replace_all(list);
        true
    }

    /// Takes all entries of a version out; without one, of what applies.
    pub fn clear(&self, version: Option<u32>) {
        let mut entries = self.entries();
        match version.filter(|version| *version != entries.version) {
            Some(version) => {
                if let Some(list) = entries.begun.get_mut(&version) {
                    list.clear();
                }
            }
            None => entries.replace_all(Vec::new()),
        }
    }

    /// Adds an entry, whether or not there is one with its key.
    pub fn add(&self, version: Option<u32>, key: &str, value: &str) -> Result<(), Fault> {
        let mut entries = self.entries();
        let views = entries.live_views();
        for view in &views {
            fits(view.reading, key, value).map_err(Fault::Wrong)?;
        }
        if let Some(version) = version.filter(|version| *version != entries.version) {
            let list = entries.begun.get_mut(&version).ok_or(Fault::Future)?;
            list.push((key.to_owned(), value.to_owned()));
            return Ok(());
        }
        let place = entries.push(key, value);
        for view in &views {
            view.write(|content| drop(content.insert(place, key, value)));
        }
        Ok(())
    }

    /// Takes out what has this key, or is at this place; false when nothing was there.
    pub fn take_out(&self, wanted: Wanted<'_>) -> bool {
        let mut entries = self.entries();
        let places = entries.wanted(wanted);
        let views = entries.live_views();
        for place in &places {
            let Some((key, _)) = entries.list[*place].take() else {
                continue;
            };
            if let Some(of_key) = entries.places.get_mut(&key) {
                of_key.retain(|known| known != place);
                if of_key.is_empty() {
                    entries.places.remove(&key);
                }
            }
            entries.free.push(*place);
            for view in &views {
                view.write(|content| {
                    if !content.remove(*place, &key) {
                        *content = entries.readable(view.reading);
                    }
                });
            }
        }
        !places.is_empty()
    }

    /// Gives what has this key, or is at this place, another value; false when nothing was there.
    pub fn change_value(&self, wanted: Wanted<'_>, value: &str) -> Result<bool, String> {
        let mut entries = self.entries();
        let views = entries.live_views();
        for view in &views {
            if view.reading.gives.read(value).is_none() {
                return Err(format!("unable to parse '{value}'.\n"));
            }
        }
        let places = entries.wanted(wanted);
        for place in &places {
            if let Some(Some(entry)) = entries.list.get_mut(*place) {
                value.clone_into(&mut entry.1);
            }
            for view in &views {
                view.write(|content| content.replace(*place, value));
            }
        }
        Ok(!places.is_empty())
    }

    /// What the file's readers find for this value, maps or conditions.
    pub fn look_up(&self, text: &str, of_maps: bool) -> Vec<Hit> {
        let entries = self.entries();
        let views = entries.live_views();
        let wanted = views
            .iter()
            .filter(|v| (v.reading.gives != Gives::Nothing) == of_maps);
        let hit = |view: &Arc<View>| {
            let content = view.content();
            let found = content.entry(&Value::owned(text.as_bytes().to_vec()));
            Hit {
                reading: view.reading,
                found: found.and_then(|(place, value)| {
                    let (key, shown) = entries.list.get(place)?.as_ref()?;
                    Some((key.clone(), shown.clone(), value.kind_name()))
                }),
            }
        };
        wanted.map(hit).collect()
    }
}

/// Entries by their key, or one by its place.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    Key(&'a str),
    Place(usize),
}

impl View {
    fn write(&self, change: impl FnOnce(&mut super::Content)) {
        change(&mut self.content.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Entries {
    fn live_views(&self) -> Vec<Arc<View>> {
        self.views
            .iter()
            .filter_map(std::sync::Weak::upgrade)
            .collect()
    }

    fn wanted(&self, wanted: Wanted<'_>) -> Vec<usize> {
        match wanted {
            Wanted::Key(key) => self.places.get(key).cloned().unwrap_or_default(),
            Wanted::Place(at) => self
                .list
                .get(at)
                .and_then(Option::as_ref)
                .map(|_| at)
                .into_iter()
                .collect(),
        }
    }

    /// Readers see all of the old list or all of the new one.
    fn replace_all(&mut self, list: Vec<(String, String)>) {
        self.list.clear();
        self.places.clear();
        self.free.clear();
        for (key, value) in list {
            self.push(&key, &value);
        }
        for view in self.live_views() {
            let content = self.readable(view.reading);
            view.write(|old| *old = content);
        }
    }
}

/// Whether a reader can take the entry; else why not.
fn fits(reading: Reading, key: &str, value: &str) -> Result<(), String> {
    if reading.gives.read(value).is_none() {
        return Err(format!("unable to parse '{value}'.\n"));
    }
    super::Content::new(reading)
        .insert(0, key, value)
        .map_err(|why| match reading.method.kind {
            Kind::Ip => format!("'{key}' is not a valid IPv4 or IPv6 address.\n"),
            Kind::Int | Kind::Len => format!("'{key}' is not a number.\n"),
            _ => format!("{why}\n"),
        })
}
