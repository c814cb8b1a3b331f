//! A client that asks an address every millisecond, and hosts that answer with their name: who
//! serves, and how long nobody did.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::segment::Host;
use crate::standstill::{Span, Watch, merged};

const PORT: u16 = 7007;
const PERIOD: Duration = Duration::from_millis(1);

/// Answers on every address of a host, until dropped.
#[derive(Debug)]
pub struct Responder {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    pub fn on(host: &Host) -> Self {
        let socket = host.namespace.enter(|| {
            let any = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), PORT);
            UdpSocket::bind(any).unwrap_or_else(|error| panic!("binding {any}: {error}"))
        });
        let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, name) = (Arc::clone(&stop), host.name.clone());
        let thread = std::thread::spawn(move || {
            punctual();
            let mut buffer = [0u8; 64];
            while !flag.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut buffer) {
                    let mut answer = buffer[..length].to_vec();
                    answer.extend_from_slice(name.as_bytes());
                    // The asker may be unreachable for a moment; it asks again.
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One answer: when, and from whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub at: Instant,
    pub host: String,
}

#[derive(Debug)]
pub struct Probe {
    stop: Arc<AtomicBool>,
    /// Who answered last.
    latest: Arc<Mutex<String>>,
    thread: Option<JoinHandle<Vec<Answer>>>,
    processors: Watch,
}

impl Probe {
    /// Starts asking `target` from a host.
    pub fn start(client: &Host, target: IpAddr) -> Self {
        let any = match target {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let socket = client.namespace.enter(|| {
            let any = SocketAddr::new(any, 0);
            UdpSocket::bind(any).unwrap_or_else(|error| panic!("binding {any}: {error}"))
        });
        let stop = Arc::new(AtomicBool::new(false));
        let latest = Arc::new(Mutex::new(String::new()));
        let (flag, tell) = (Arc::clone(&stop), Arc::clone(&latest));
        let thread =
            std::thread::spawn(move || ask(&socket, SocketAddr::new(target, PORT), &flag, &tell));
        Self {
            stop,
            latest,
            thread: Some(thread),
            processors: Watch::start(),
        }
    }

    /// Waits until `host` answers.
    ///
    /// # Panics
    ///
    /// When it does not within ten seconds.
    pub fn await_answer(&self, host: &str) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let latest = self
                .latest
                .lock()
                .map_or_else(|_| String::new(), |name| name.clone());
            if latest == host {
                return;
            }
            assert!(
                Instant::now() < end,
                "{host} does not answer, but '{latest}'"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Every answer so far; ends the probe.
    pub fn finish(mut self) -> Timeline {
        self.stop.store(true, Ordering::Relaxed);
        let answers = self.thread.take().and_then(|thread| thread.join().ok());
        Timeline {
            answers: answers.unwrap_or_default(),
            stood_still: self.processors.finish(),
        }
    }
}

fn ask(
    socket: &UdpSocket,
    target: SocketAddr,
    stop: &AtomicBool,
    latest: &Mutex<String>,
) -> Vec<Answer> {
    punctual();
    let _ = socket.set_nonblocking(true);
    let mut answers = Vec::new();
    let mut next = Instant::now();
    let mut buffer = [0u8; 64];
    while !stop.load(Ordering::Relaxed) {
        // Nobody may be there to resolve the address; the next question follows anyway.
        let _ = socket.send_to(&[0u8; 8], target);
        next += PERIOD;
        loop {
            let left = next.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            wait_readable(socket, left);
            if let Ok((length, _)) = socket.recv_from(&mut buffer) {
                let host = String::from_utf8_lossy(&buffer[8..length.max(8)]).into_owned();
                if let Ok(mut latest) = latest.lock()
                    && *latest != host
                {
                    latest.clone_from(&host);
                }
                answers.push(Answer {
                    at: Instant::now(),
                    host,
                });
            }
        }
        // After a stall of the machine, go on from now instead of catching up in a burst.
        next = next.max(Instant::now());
    }
    answers
}

/// A socket's own timeout counts in ticks of the kernel, 4 ms and more; poll's does not.
fn wait_readable(socket: &UdpSocket, at_most: Duration) {
    let timeout = rustix::event::Timespec {
        tv_sec: i64::try_from(at_most.as_secs()).unwrap_or(0),
        tv_nsec: at_most.subsec_nanos().into(),
    };
    let mut fds = [PollFd::new(socket, PollFlags::IN)];
    let _ = rustix::event::poll(&mut fds, Some(&timeout));
}

/// A busy machine must not be mistaken for an outage. Where real time is not allowed, the
/// measurement is only rougher.
fn punctual() {
    let _ = sys::realtime::schedule_fifo(5);
}

#[derive(Debug)]
pub struct Timeline {
    pub answers: Vec<Answer>,
    /// When a processor of the machine did, in order, without overlaps.
    stood_still: Vec<Span>,
}

impl Timeline {
    /// The longest time between two answers in a row that is not the machine's own.
    pub fn longest_gap(&self) -> Duration {
        self.gaps().map(|(gap, _)| gap).max().unwrap_or_default()
    }

    /// The same, less the time in which an address that nothing happened to did not answer either.
    pub fn longest_gap_beside(&self, calm: &Self) -> Duration {
        let long = |pair: &&[Answer]| pair[1].at - pair[0].at > 2 * PERIOD;
        let stalls = calm.answers.windows(2).filter(long);
        let stalls = stalls.map(|pair| (pair[0].at, pair[1].at));
        let stood_still = merged(stalls.chain(self.stood_still.iter().copied()).collect());
        let left = self.gaps_without(&stood_still).map(|(gap, _)| gap);
        left.max().unwrap_or_default()
    }

    /// The longest gap at whose end another host answered.
    pub fn longest_switch(&self) -> Option<Duration> {
        self.gaps()
            .filter(|(_, switched)| *switched)
            .map(|(gap, _)| gap)
            .max()
    }

    /// The hosts in the order in which they took over.
    pub fn hosts(&self) -> Vec<&str> {
        let mut hosts: Vec<&str> = self
            .answers
            .iter()
            .map(|answer| answer.host.as_str())
            .collect();
        hosts.dedup();
        hosts
    }

    fn gaps(&self) -> impl Iterator<Item = (Duration, bool)> + '_ {
        self.gaps_without(&self.stood_still)
    }

    fn gaps_without<'a>(
        &'a self,
        stood_still: &'a [Span],
    ) -> impl Iterator<Item = (Duration, bool)> + 'a {
        self.answers.windows(2).map(|pair| {
            let (begin, end) = (pair[0].at, pair[1].at);
            let shared = stood_still
                .iter()
                .map(|(from, to)| end.min(*to).saturating_duration_since(begin.max(*from)));
            let gap = (end - begin).saturating_sub(shared.sum());
            (gap, pair[0].host != pair[1].host)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(start: Instant, answers: &[(u64, &str)]) -> Timeline {
        let answer = |(at, host): &(u64, &str)| Answer {
            at: start + Duration::from_millis(*at),
            host: (*host).to_owned(),
        };
        Timeline {
            answers: answers.iter().map(answer).collect(),
            stood_still: Vec::new(),
        }
    }

    #[test]
    fn what_the_machine_stood_still_is_no_outage() {
        let start = Instant::now();
        let calm = timeline(
            start,
            &[(0, "b"), (10, "b"), (11, "b"), (40, "b"), (41, "b")],
        );
        let mut asked = timeline(start, &[(1, "a"), (9, "a"), (12, "a"), (45, "b")]);
        let ms = Duration::from_millis;
        assert_eq!(asked.longest_gap(), ms(33));
        // From 12 to 45, of which it stood still until 40.
        assert_eq!(asked.longest_gap_beside(&calm), ms(5));
        assert_eq!(asked.longest_gap_beside(&timeline(start, &[])), ms(33));
        // A processor did from 20 to 42: what both say counts once.
        asked.stood_still = vec![(start + ms(20), start + ms(42))];
        assert_eq!(asked.longest_gap(), ms(11));
        assert_eq!(asked.longest_gap_beside(&calm), ms(3));
    }
}
