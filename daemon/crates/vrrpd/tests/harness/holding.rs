//! Who holds an address, moment by moment: samples in each host's namespace with their time.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use testkit::netns::Namespace;
use testkit::segment::Host;

const PERIOD: Duration = Duration::from_millis(2);

/// A stretch of time in which a host held the address.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub from: Instant,
    pub to: Instant,
}

/// Watches both hosts while `body` runs; returns the stretches of each.
pub fn watch<T>(
    hosts: [&Host; 2],
    address: &str,
    body: impl FnOnce() -> T,
) -> (T, [Vec<Stretch>; 2]) {
    let address: IpAddr = address.parse().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let [a, b] = hosts.map(|host| host.namespace.name().to_owned());
    let spawn = |name: String| {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || Namespace::inside(&name, || sample(address, &stop)))
    };
    let threads = [spawn(a), spawn(b)];
    // Also when the body fails: nobody may be left watching.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    stop.store(true, Ordering::Relaxed);
    let stretches = threads.map(|thread| thread.join().expect("a watcher"));
    match result {
        Ok(value) => (value, stretches),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// An address can be bound exactly while the host has it.
fn sample(address: IpAddr, stop: &AtomicBool) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut held = false;
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        let holds = UdpSocket::bind(SocketAddr::new(address, 0)).is_ok();
        match (holds, stretches.last_mut()) {
            (true, Some(last)) if held => last.to = now,
            (true, _) => stretches.push(Stretch { from: now, to: now }),
            _ => {}
        }
        held = holds;
        std::thread::sleep(PERIOD);
    }
    stretches
}

/// The longest time in which both had it.
pub fn longest_overlap([a, b]: &[Vec<Stretch>; 2]) -> Duration {
    let pairs = a
        .iter()
        .flat_map(|one| b.iter().map(move |other| (one, other)));
    pairs
        .map(|(one, other)| {
            one.to
                .min(other.to)
                .saturating_duration_since(one.from.max(other.from))
        })
        .max()
        .unwrap_or_default()
}
