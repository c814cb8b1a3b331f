//! Every frame that passes a port of the switch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use sys::rawsock::PacketSocket;
use testkit::segment::{Host, Segment};

/// `ETH_P_ALL`
const EVERY_TYPE: u16 = 3;

pub struct Capture {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Capture {
    /// Starts before it returns, so that nothing is missed.
    pub fn of(segment: &Segment, host: &Host) -> Self {
        let switch = segment.switch();
        let link = switch.ip(&["-o", "link", "show", "dev", host.port()]);
        let index = link.split(':').next().unwrap().parse().unwrap();
        let socket = switch
            .enter(|| PacketSocket::on(index, EVERY_TYPE))
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || read(&socket, &flag));
        Self { stop, thread }
    }

    /// The frames so far, in order.
    pub fn finish(self) -> Vec<Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the capturing thread")
    }
}

fn read(socket: &PacketSocket, stop: &AtomicBool) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut buffer = [0u8; 4096];
    // What came before the end is read before the end.
    let mut last = false;
    while !last {
        last = stop.load(Ordering::Relaxed);
        wait(socket);
        while let Ok(Some(length)) = socket.receive(&mut buffer) {
            frames.push(buffer[..length].to_vec());
        }
    }
    frames
}

fn wait(socket: &PacketSocket) {
    let timeout = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: i64::try_from(Duration::from_millis(50).as_nanos()).unwrap(),
    };
    let mut fds = [PollFd::new(socket, PollFlags::IN)];
    let _ = rustix::event::poll(&mut fds, Some(&timeout));
}
