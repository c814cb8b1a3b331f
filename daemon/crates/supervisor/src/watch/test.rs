use super::*;
use ipc::watch::{FileSeen, FileSpec};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use sys::epoll::Events;

#[path = "test_processes.rs"]
mod processes;

struct Bench {
    watcher: Watcher,
    epoll: Epoll,
    files: BTreeMap<String, FileSeen>,
    processes: BTreeMap<String, bool>,
    warnings: Vec<String>,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let epoll = Epoll::new().unwrap();
        let folder =
            std::env::temp_dir().join(format!("tandem-watch-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            watcher: Watcher::start(&epoll).unwrap(),
            epoll,
            files: BTreeMap::new(),
            processes: BTreeMap::new(),
            warnings: Vec::new(),
            folder,
        }
    }

    fn file(&self, name: &str, init: Option<i32>, overwrite: bool) -> FileSpec {
        FileSpec {
            name: name.into(),
            path: self.folder.join(name).display().to_string(),
            init,
            overwrite,
        }
    }

    /// How long it took.
    fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> Duration {
        let began = Instant::now();
        let mut events = Events::with_capacity(2);
        while !done(self) {
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "{what}: {:?} {:?}",
                self.files,
                self.processes
            );
            self.epoll
                .wait(&mut events, Some(Duration::from_millis(100)))
                .unwrap();
            for sight in self.watcher.take() {
                match sight {
                    Sight::Seen(seen) => {
                        self.files.extend(seen.files);
                        self.processes.extend(seen.processes);
                    }
                    Sight::Warning(text) => self.warnings.push(text),
                }
            }
        }
        began.elapsed()
    }

    fn wait_file(&mut self, name: &str, value: FileSeen) -> Duration {
        self.wait(name, |bench| bench.files.get(name) == Some(&value))
    }

    fn wait_process(&mut self, name: &str, well: bool) -> Duration {
        self.wait(name, |bench| bench.processes.get(name) == Some(&well))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_number_in_a_file_is_seen_when_it_is_written_replaced_and_removed() {
    let mut bench = Bench::new("file");
    let spec = bench.file("f", None, false);
    let path = bench.folder.join("f");
    bench.watcher.set(WatchList {
        files: vec![spec],
        ..WatchList::default()
    });
    bench.wait_file("f", FileSeen::Value(0));
    std::fs::write(&path, " -7\n").unwrap();
    bench.wait_file("f", FileSeen::Value(-7));
    let other = bench.folder.join("other");
    std::fs::write(&other, "12\n").unwrap();
    std::fs::rename(&other, &path).unwrap();
    bench.wait_file("f", FileSeen::Value(12));
    std::fs::write(&path, "many\n").unwrap();
    bench.wait_file("f", FileSeen::Unreadable);
    std::fs::remove_file(&path).unwrap();
    bench.wait_file("f", FileSeen::Value(0));
    // A folder in its place holds no number, and a FIFO must not hold up the thread.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    bench.wait_file("f", FileSeen::Unreadable);
}

#[test]
fn changes_are_seen_by_events_and_not_by_looking_now_and_then() {
    let mut bench = Bench::new("soon");
    let spec = bench.file("f", Some(0), false);
    let path = bench.folder.join("f");
    bench.watcher.set(WatchList {
        files: vec![spec],
        ..WatchList::default()
    });
    bench.wait_file("f", FileSeen::Value(0));
    let mut took: Vec<Duration> = (1..=5)
        .map(|number| {
            std::fs::write(&path, number.to_string()).unwrap();
            bench.wait_file("f", FileSeen::Value(number))
        })
        .collect();
    took.sort();
    assert!(took[2] < Duration::from_millis(300), "{took:?}");
}

#[test]
fn init_file_writes_what_is_missing_and_overwrites_only_when_told_to() {
    let mut bench = Bench::new("init");
    std::fs::write(bench.folder.join("kept"), "3").unwrap();
    std::fs::write(bench.folder.join("replaced"), "3").unwrap();
    std::fs::write(bench.folder.join("victim"), "root's").unwrap();
    std::os::unix::fs::symlink(bench.folder.join("victim"), bench.folder.join("link")).unwrap();
    let files = vec![
        bench.file("new", Some(5), false),
        bench.file("kept", Some(5), false),
        bench.file("replaced", Some(5), true),
        bench.file("link", Some(5), true),
    ];
    bench.watcher.set(WatchList {
        files: files.clone(),
        ..WatchList::default()
    });
    bench.wait_file("new", FileSeen::Value(5));
    bench.wait_file("replaced", FileSeen::Value(5));
    bench.wait_file("kept", FileSeen::Value(3));
    bench.wait("the warning", |bench| !bench.warnings.is_empty());
    assert!(
        bench.warnings[0].starts_with("track_file link: "),
        "{:?}",
        bench.warnings
    );
    assert_eq!(
        std::fs::read_to_string(bench.folder.join("victim")).unwrap(),
        "root's"
    );
    // The same list again, as after a reload: what was written since stays, and is told again.
    std::fs::write(bench.folder.join("replaced"), "9").unwrap();
    bench.wait_file("replaced", FileSeen::Value(9));
    bench.files.clear();
    bench.watcher.set(WatchList {
        files,
        ..WatchList::default()
    });
    bench.wait_file("replaced", FileSeen::Value(9));
}
