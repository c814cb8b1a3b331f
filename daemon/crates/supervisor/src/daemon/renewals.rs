//! Certificates that are renewed on the disk: the proxy gets the new files without a reload.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use ipc::{Attachment, ToWorker};

use super::Daemon;
use crate::worker::Kind;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(3);

/// What says that a file is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(path: &str) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            inode: found.ino(),
            length: found.len(),
            changed: (found.mtime(), found.mtime_nsec()),
        })
    }
}

#[derive(Debug, Default)]
pub(super) struct Renewals {
    files: BTreeMap<String, Option<Stamp>>,
    /// Some file is not as it was; whether it is whole the next look tells.
    stirred: bool,
    next: Option<Instant>,
    /// What the proxy was given and has not taken up yet.
    sent: Vec<Attachment>,
}

impl Renewals {
    pub fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// These are watched from now on.
    pub fn watch<'p>(&mut self, paths: impl Iterator<Item = &'p String>) {
        self.files = paths.map(|path| (path.clone(), Stamp::of(path))).collect();
        self.stirred = false;
        self.next = (!self.files.is_empty()).then(|| Instant::now() + LOOK);
    }

    /// Whether what has changed can be read: nothing moved since the last look.
    fn look(&mut self, now: Instant) -> bool {
        if self.next.is_none_or(|at| now < at) {
            return false;
        }
        self.next = Some(now + LOOK);
        let mut moved = false;
        for (path, stamp) in &mut self.files {
            let seen = Stamp::of(path);
            // A file that is gone is about to be put back.
            if seen.is_some() && seen != *stamp {
                *stamp = seen;
                moved = true;
            }
        }
        let settled = self.stirred && !moved;
        self.stirred = moved;
        settled
    }
}

impl Daemon {
    /// After every configuration that was taken up.
    pub(super) fn watch_certificates(&mut self) {
        self.renewals.watch(self.current.certificates.iter());
    }

    pub(super) fn check_renewals(&mut self, now: Instant) {
        // A reload reads the files itself.
        if self.reload.is_some() || !self.renewals.look(now) {
            return;
        }
        let Some(half) = &self.current.haproxy else {
            return;
        };
        let watched = half.attachments.iter();
        let watched = watched.filter(|file| self.renewals.files.contains_key(&file.path));
        let changed = watched.filter_map(|file| {
            let bytes = std::fs::read(&file.path).ok()?;
            let path = file.path.clone();
            (bytes != file.bytes).then_some(Attachment { path, bytes })
        });
        let files: Vec<Attachment> = changed.collect();
        if !files.is_empty() {
            self.renewals.sent.clone_from(&files);
            self.tell(Kind::Proxy, &ToWorker::Renewed { files });
        }
    }

    /// The proxy uses them: its next life begins with them, too.
    pub(super) fn certificates_renewed(&mut self, paths: &[String]) {
        let Some(half) = self.current.haproxy.as_mut().filter(|_| !paths.is_empty()) else {
            return;
        };
        for new in self.renewals.sent.drain(..) {
            let mut old = half.attachments.iter_mut();
            if paths.contains(&new.path)
                && let Some(old) = old.find(|old| old.path == new.path)
            {
                *old = new;
            }
        }
        self.journal
            .notice(&format!("renewed and in use: {}", paths.join(", ")));
    }
}
