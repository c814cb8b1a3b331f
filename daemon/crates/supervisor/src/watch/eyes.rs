//! The thread: waits for events of folders and processes, and looks when there is a reason to.

use std::ffi::CStr;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::{Duration, Instant};

use ipc::watch::{Seen, WatchList};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

use super::files::File;
use super::processes::Processes;
use super::{Sight, ring_off};

/// Files are looked at so often whatever inotify says: some file systems say nothing.
const LOOK: Duration = Duration::from_secs(1);

pub struct Eyes {
    lists: Receiver<WatchList>,
    sights: Sender<Sight>,
    bell: UnixStream,
    folders: OwnedFd,
    files: Vec<File>,
    processes: Vec<Processes>,
    next_look: Instant,
}

impl Eyes {
    pub fn new(
        lists: Receiver<WatchList>,
        sights: Sender<Sight>,
        bell: UnixStream,
    ) -> io::Result<Self> {
        Ok(Self {
            lists,
            sights,
            bell,
            folders: inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?,
            files: Vec::new(),
            processes: Vec::new(),
            next_look: Instant::now(),
        })
    }

    /// Until the other side is gone.
    pub fn watch(&mut self) {
        while self.take_lists() {
            let seen = self.look(Instant::now());
            if seen != Seen::default() {
                self.tell(Sight::Seen(seen));
            }
            self.wait();
            if !ring_off(&mut self.bell) {
                return;
            }
        }
    }

    fn tell(&mut self, sight: Sight) {
        // Nobody is left to tell when this fails; the bell says so next.
        let _ = self.sights.send(sight);
        let _ = self.bell.write(&[0]);
    }

    fn take_lists(&mut self) -> bool {
        loop {
            match self.lists.try_recv() {
                Ok(list) => self.take_up(list),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn take_up(&mut self, list: WatchList) {
        let old = std::mem::take(&mut self.files);
        for spec in list.files {
            let known = old.iter().any(|file| file.spec == spec);
            let file = File::new(spec);
            if !known && let Err(error) = file.initialise() {
                let (name, path) = (&file.spec.name, &file.spec.path);
                let text = format!("track_file {name}: {path} cannot be initialised: {error}");
                self.tell(Sight::Warning(text));
            }
            self.files.push(file);
        }
        let mut old = std::mem::take(&mut self.processes);
        for spec in list.processes {
            let at = old.iter().position(|known| known.spec == spec);
            let mut processes = match at {
                Some(at) => old.swap_remove(at),
                None => Processes::new(spec),
            };
            // Whoever sent the list knows nothing yet.
            processes.told = None;
            self.processes.push(processes);
        }
        self.next_look = Instant::now();
    }

    fn look(&mut self, now: Instant) -> Seen {
        let mut seen = Seen::default();
        if now >= self.next_look {
            self.next_look = now + LOOK;
            for file in &mut self.files {
                follow(&self.folders, Path::new(&file.spec.path));
                if let Some(value) = file.look() {
                    seen.files.push((file.spec.name.clone(), value));
                }
            }
        }
        for processes in &mut self.processes {
            if let Some(well) = processes.look(now) {
                seen.processes.push((processes.spec.name.clone(), well));
            }
        }
        seen
    }

    /// Until something happens or is due.
    fn wait(&mut self) {
        let due = self.processes.iter().filter_map(Processes::due);
        let look = (!self.files.is_empty()).then_some(self.next_look);
        let next = due.chain(look).min();
        let timeout = next.map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                // Rounded up: a look before its time finds nothing.
                tv_nsec: i64::from(left.subsec_nanos() | 0xfffff).min(999_999_999),
            }
        });
        let members: Vec<&OwnedFd> = self.processes.iter().flat_map(Processes::pidfds).collect();
        let mut all = vec![
            PollFd::new(&self.bell, PollFlags::IN),
            PollFd::new(&self.folders, PollFlags::IN),
        ];
        all.extend(
            members
                .iter()
                .map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)),
        );
        // Interrupted or out of memory: looking once more is never wrong.
        let _ = poll(&mut all, timeout.as_ref());
        let folders = !all[1].revents().is_empty();
        drop(all);
        if folders && self.concerned() {
            self.next_look = Instant::now();
        }
    }

    /// Takes the events of folders: whether one is about a file of ours.
    fn concerned(&self) -> bool {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.folders, &mut buffer);
        let mut concerned = false;
        while let Ok(event) = reader.next() {
            // Without a name the folder itself has changed, or events were lost.
            concerned |= event.file_name().is_none_or(|name| self.is_ours(name));
        }
        concerned
    }

    fn is_ours(&self, name: &CStr) -> bool {
        let names = self
            .files
            .iter()
            .filter_map(|file| Path::new(&file.spec.path).file_name());
        let name = name.to_bytes();
        names.into_iter().any(|own| own.as_encoded_bytes() == name)
    }
}

/// Has the kernel tell of changes in a file's folder; a second time changes nothing.
fn follow(folders: &OwnedFd, path: &Path) {
    let flags = WatchFlags::CLOSE_WRITE
        | WatchFlags::MODIFY
        | WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO
        | WatchFlags::ATTRIB
        | WatchFlags::ONLYDIR;
    if let Some(folder) = path.parent() {
        // A folder that is not there is tried again at the next look.
        let _ = inotify::add_watch(folders, folder, flags);
    }
}
