//! The adverts that reach a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use sys::rawsock::PacketSocket;
use testkit::segment::Host;

/// `ETH_P_IP`
const IPV4: u16 = 0x0800;
const VRRP: u8 = 112;

#[derive(Debug, Clone, Copy)]
pub struct Heard {
    pub at: Instant,
    pub priority: u8,
}

pub struct Adverts {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Heard>>,
}

impl Adverts {
    pub fn at(host: &Host) -> Self {
        let link = host.namespace.ip(&["-o", "link", "show", "dev", "eth0"]);
        let index = link.split(':').next().unwrap().parse().unwrap();
        let socket = host
            .namespace
            .enter(|| PacketSocket::on(index, IPV4))
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || listen(&socket, &flag));
        Self { stop, thread }
    }

    pub fn finish(self) -> Vec<Heard> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn listen(socket: &PacketSocket, stop: &AtomicBool) -> Vec<Heard> {
    let mut heard = Vec::new();
    let mut frame = [0u8; 4096];
    let soon = Timespec {
        tv_sec: 0,
        tv_nsec: i64::try_from(Duration::from_millis(20).as_nanos()).unwrap(),
    };
    while !stop.load(Ordering::Relaxed) {
        let _ = rustix::event::poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&soon));
        while let Ok(Some(length)) = socket.receive(&mut frame) {
            let at = Instant::now();
            let packet = frame.get(14..length).unwrap_or_default();
            let header = usize::from(packet.first().copied().unwrap_or(0) & 15) * 4;
            if packet.get(9) == Some(&VRRP)
                && let Some(priority) = packet.get(header + 2).copied()
            {
                heard.push(Heard { at, priority });
            }
        }
    }
    heard
}

/// The longest time between two of them.
pub fn longest_silence(heard: &[Heard]) -> Duration {
    let gaps = heard.windows(2).map(|two| two[1].at - two[0].at);
    gaps.max().unwrap_or_default()
}
