//! A server that keeps each request until it is told to answer it.

use super::support::{Origin, WAIT, read_head};
use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

#[derive(Default)]
struct Seen {
    /// In order of their arrival.
    came: Vec<String>,
    open: HashSet<String>,
    /// Those whose answers have begun.
    begun: HashSet<String>,
}

/// Requests by their paths.
#[derive(Default)]
pub struct Gate {
    seen: Mutex<Seen>,
    moved: Condvar,
}

impl Gate {
    pub fn start() -> (Arc<Self>, Origin) {
        let gate = Arc::new(Self::default());
        let own = gate.clone();
        let origin = Origin::start(move |mut stream, _| {
            while let Some(head) = read_head(&mut stream) {
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                own.lock().came.push(path.clone());
                own.moved.notify_all();
                let opens = |seen: &Seen| seen.open.contains(&path);
                own.until(WAIT, |seen| opens(seen) || seen.begun.contains(&path));
                let mut answer = &b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved"[..];
                if own.lock().begun.contains(&path) {
                    let (first, rest) = answer.split_at(answer.len() - 3);
                    let _ = stream.write_all(first);
                    answer = rest;
                    own.until(WAIT, opens);
                }
                if stream.write_all(answer).is_err() {
                    return;
                }
            }
        });
        (gate, origin)
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn until(&self, longest: Duration, holds: impl Fn(&Seen) -> bool) -> bool {
        let seen = self.lock();
        let waits = |seen: &mut Seen| !holds(seen);
        let result = self.moved.wait_timeout_while(seen, longest, waits);
        !result.unwrap().1.timed_out()
    }

    /// Whether the request came in time.
    pub fn has(&self, path: &str, longest: Duration) -> bool {
        self.until(longest, |seen| seen.came.iter().any(|it| it == path))
    }

    pub fn open(&self, path: String) {
        self.lock().open.insert(path);
        self.moved.notify_all();
    }

    pub fn begin(&self, path: String) {
        self.lock().begun.insert(path);
        self.moved.notify_all();
    }

    /// All that came so far and begins with this.
    pub fn came(&self, prefix: &str) -> Vec<String> {
        let seen = self.lock();
        let own = seen.came.iter().filter(|path| path.starts_with(prefix));
        own.cloned().collect()
    }
}
