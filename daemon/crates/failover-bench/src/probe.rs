//! A client that asks an address each millisecond, and nodes that answer with their number.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use testkit::segment::Host;

use crate::error::{BenchError, While as _};

const PORT: u16 = 7007;
pub const PERIOD: Duration = Duration::from_millis(1);
/// Above the programs that are measured would be unfair, below them useless: just real time.
const REAL_TIME: u8 = 5;

/// When answers came, in the order of time.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// To questions to the virtual address, and from which node.
    pub answers: Vec<(Instant, usize)>,
    /// To questions to an address that nothing happens to: while these miss, the machine itself
    /// stands still, and no engine is to blame.
    pub control: Vec<Instant>,
}

/// First byte of a question, and of its answer.
const TO_VIP: u8 = 0;
const TO_CONTROL: u8 = 1;

/// A thread that ends when this is dropped.
#[derive(Debug)]
struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(body: impl FnOnce(&AtomicBool) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            // Where real time is not allowed, the measurement is only rougher.
            let _ = sys::realtime::schedule_fifo(REAL_TIME);
            body(&flag);
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers on every address of a node, whoever holds it.
#[derive(Debug)]
pub struct Responder {
    _worker: Worker,
}

impl Responder {
    pub fn start(host: &Host, node: u8) -> Result<Self, BenchError> {
        let any = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), PORT);
        let socket = host
            .namespace
            .enter(|| UdpSocket::bind(any))
            .during("binding the responder")?;
        let worker = Worker::start(move |stop| {
            let mut buffer = [0u8; 16];
            while !stop.load(Ordering::Relaxed) {
                if !wait_readable(&socket, Duration::from_millis(100)) {
                    continue;
                }
                if let Ok((_, from)) = socket.recv_from(&mut buffer) {
                    // The asker may be unreachable for a moment; it asks again.
                    let _ = socket.send_to(&[buffer[0], node], from);
                }
            }
        });
        Ok(Self { _worker: worker })
    }
}

/// Asks until dropped.
#[derive(Debug)]
pub struct Probe {
    asked: Arc<Mutex<Asked>>,
    _worker: Worker,
}

impl Probe {
    pub fn start(client: &Host, vip: IpAddr, control: IpAddr) -> Result<Self, BenchError> {
        let any = match vip {
            IpAddr::V4(_) => "0.0.0.0:0",
            IpAddr::V6(_) => "[::]:0",
        };
        let socket = client
            .namespace
            .enter(|| UdpSocket::bind(any))
            .during("binding the client")?;
        socket.set_nonblocking(true).during("binding the client")?;
        let asked = Arc::new(Mutex::new(Asked::default()));
        let log = Arc::clone(&asked);
        let targets = [SocketAddr::new(vip, PORT), SocketAddr::new(control, PORT)];
        let worker = Worker::start(move |stop| ask(&socket, targets, stop, &log));
        Ok(Self {
            asked,
            _worker: worker,
        })
    }

    /// Everything so far.
    pub fn asked(&self) -> Asked {
        lock(&self.asked).clone()
    }

    /// Whether every answer of the last `span` came from this node, and there were enough.
    pub fn steady(&self, node: Option<usize>, span: Duration) -> bool {
        let asked = lock(&self.asked);
        let Some(from) = Instant::now().checked_sub(span) else {
            return false;
        };
        let recent = asked.answers.iter().rev().take_while(|(at, _)| *at >= from);
        let mut count = 0u32;
        for (_, by) in recent {
            if node.is_some_and(|node| node != *by) {
                return false;
            }
            count += 1;
        }
        u128::from(count) * PERIOD.as_millis() * 2 >= span.as_millis()
    }
}

fn lock(asked: &Mutex<Asked>) -> MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ask(socket: &UdpSocket, targets: [SocketAddr; 2], stop: &AtomicBool, log: &Mutex<Asked>) {
    let mut next = Instant::now();
    let mut buffer = [0u8; 16];
    while !stop.load(Ordering::Relaxed) {
        // Nobody may be there to resolve the address; the next question follows anyway.
        let _ = socket.send_to(&[TO_VIP], targets[0]);
        let _ = socket.send_to(&[TO_CONTROL], targets[1]);
        next += PERIOD;
        loop {
            let left = next.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            if !wait_readable(socket, left) {
                continue;
            }
            while let Ok((length, _)) = socket.recv_from(&mut buffer) {
                let now = Instant::now();
                match buffer[..length] {
                    [TO_VIP, node] => lock(log).answers.push((now, usize::from(node))),
                    [TO_CONTROL, _] => lock(log).control.push(now),
                    _ => {}
                }
            }
        }
        // After a stall of the machine, go on from now instead of catching up in a burst.
        next = next.max(Instant::now());
    }
}

/// A socket's own timeout counts in ticks of the kernel, 4 ms and more; poll's does not.
pub fn wait_readable(socket: &impl std::os::fd::AsFd, at_most: Duration) -> bool {
    let timeout = Timespec {
        tv_sec: i64::try_from(at_most.as_secs()).unwrap_or(0),
        tv_nsec: at_most.subsec_nanos().into(),
    };
    let mut fds = [PollFd::new(socket, PollFlags::IN)];
    matches!(rustix::event::poll(&mut fds, Some(&timeout)), Ok(ready) if ready > 0)
}
