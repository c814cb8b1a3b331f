//! A file of patterns that rules change: one list for all workers, and what its readers made of it.

use super::{Content, Reading};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};

/// Files by the name that the configuration uses.
pub type PatternFiles = BTreeMap<String, Arc<PatternFile>>;

/// `set-map`, `del-map`, `add-acl`, `del-acl`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// Of the entries with this key, or of a new one.
    Set(&'a str, &'a str),
    /// A pattern that is there already is not added again.
    Add(&'a str),
    /// Every entry with this key.
    Remove(&'a str),
}

#[derive(Debug)]
pub struct PatternFile {
    /// What the file said when it was read: while it says the same, changes outlive a reload.
    text: Vec<u8>,
    of_map: bool,
    as_acl: AtomicBool,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Key and value; `None` where one was taken out.
    pub(super) list: Vec<Option<(String, String)>>,
    pub(super) places: HashMap<String, Vec<usize>>,
    /// Taken again first, so that comings and goings do not grow the list.
    pub(super) free: Vec<usize>,
    pub(super) views: Vec<Weak<View>>,
    /// Versions that were begun and do not apply yet, by their numbers.
    pub(super) begun: BTreeMap<u32, Vec<(String, String)>>,
    /// The version that applies, and the last one that was begun.
    pub(super) version: u32,
    pub(super) last_version: u32,
}

/// What one kind of reader sees.
#[derive(Debug)]
pub struct View {
    pub(super) reading: Reading,
    pub(super) content: RwLock<Content>,
}

impl View {
    pub fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PatternFile {
    /// What the text says: keys, with values where it is a map.
    pub fn new(text: Vec<u8>, of_map: bool, list: Vec<(String, String)>) -> Self {
        let mut entries = Entries::default();
        for (key, value) in list {
            entries.push(&key, &value);
        }
        Self {
            text,
            of_map,
            as_acl: AtomicBool::new(!of_map),
            entries: Mutex::new(entries),
        }
    }

    /// Whether it was made from this text, read in this way.
    pub fn is_of(&self, text: &[u8], of_map: bool) -> bool {
        self.text == text && self.of_map == of_map
    }

    /// Its entries have values.
    pub fn of_map(&self) -> bool {
        self.of_map
    }

    /// Some condition looks into it.
    pub fn is_used_as_acl(&self) -> bool {
        self.as_acl.load(Relaxed)
    }

    pub fn set_used_as_acl(&self, used: bool) {
        self.as_acl.store(used, Relaxed);
    }

    pub(super) fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries in this reading, now and after changes; or the number of one that does not fit.
    pub fn view(&self, reading: Reading) -> Result<Arc<View>, (usize, String)> {
        let mut entries = self.entries();
        let mut known = entries.views.iter().filter_map(Weak::upgrade);
        if let Some(view) = known.find(|view| view.reading == reading) {
            return Ok(view);
        }
        let content = entries.read(reading).map_err(|(at, why)| (at + 1, why))?;
        let view = Arc::new(View {
            reading,
            content: RwLock::new(content),
        });
        entries.views.retain(|view| view.strong_count() > 0);
        entries.views.push(Arc::downgrade(&view));
        Ok(view)
    }

    /// Seen by all workers from now on. What does not fit a reading is not in that reading.
    pub fn change(&self, change: Change<'_>) {
        let mut entries = self.entries();
        let views: Vec<_> = entries.views.iter().filter_map(Weak::upgrade).collect();
        let write = |view: &Arc<View>, change: &mut dyn FnMut(&mut Content)| {
            change(&mut view.content.write().unwrap_or_else(PoisonError::into_inner));
        };
        match change {
            Change::Remove(key) => {
                for place in entries.places.remove(key).unwrap_or_default() {
                    entries.list[place] = None;
                    entries.free.push(place);
                    for view in &views {
                        write(view, &mut |content| {
                            if !content.remove(place, key) {
                                *content = entries.readable(view.reading);
                            }
                        });
                    }
                }
            }
            Change::Set(key, _) | Change::Add(key) if entries.places.contains_key(key) => {
                let Change::Set(_, value) = change else {
                    return;
                };
                for place in entries.places.get(key).cloned().unwrap_or_default() {
                    entries.list[place] = Some((key.to_owned(), value.to_owned()));
                    for view in &views {
                        write(view, &mut |content| content.replace(place, value));
                    }
                }
            }
            Change::Set(key, _) | Change::Add(key) => {
                let value = match change {
                    Change::Set(_, value) => value,
                    _ => "",
                };
                let place = entries.push(key, value);
                for view in &views {
                    write(view, &mut |content| drop(content.insert(place, key, value)));
                }
            }
        }
    }
}

/// Key and value of a line.
pub fn split(line: &str) -> (&str, &str) {
    let (key, value) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    (key, value.trim())
}

impl Entries {
    pub(super) fn push(&mut self, key: &str, value: &str) -> usize {
        let place = self.free.pop().unwrap_or(self.list.len());
        let entry = Some((key.to_owned(), value.to_owned()));
        match self.list.get_mut(place) {
            Some(free) => *free = entry,
            None => self.list.push(entry),
        }
        self.places.entry(key.to_owned()).or_default().push(place);
        place
    }

    pub(super) fn there(&self) -> impl Iterator<Item = (usize, &(String, String))> {
        let places = self.list.iter().enumerate();
        places.filter_map(|(at, entry)| Some((at, entry.as_ref()?)))
    }

    pub(super) fn read(&self, reading: Reading) -> Result<Content, (usize, String)> {
        let mut content = Content::new(reading);
        for (at, (key, value)) in self.there() {
            content.insert(at, key, value).map_err(|why| (at, why))?;
        }
        Ok(content)
    }

    /// As far as it fits the reading.
    pub(super) fn readable(&self, reading: Reading) -> Content {
        let mut content = Content::new(reading);
        for (at, (key, value)) in self.there() {
            let _ = content.insert(at, key, value);
        }
        content
    }
}
