//! Which node has the virtual address, as the kernel announces it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use netlink::{Change, Netlink, NetlinkError, Watch};
use testkit::segment::Host;

use crate::error::BenchError;
use crate::probe::wait_readable;

/// A node took (true) or lost (false) the address.
pub type Held = (Instant, usize, bool);

/// Watches both nodes until dropped.
#[derive(Debug)]
pub struct Holders {
    log: Arc<Mutex<Vec<Held>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Holders {
    pub fn watch(nodes: &[Host; 2], vip: IpAddr) -> Result<Self, BenchError> {
        let log = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for (number, host) in nodes.iter().enumerate() {
            let opened = host
                .namespace
                .enter(|| Ok((Watch::open()?, Netlink::open()?)));
            let (watch, netlink) = opened.map_err(|error: NetlinkError| {
                BenchError::Panicked(format!("watching addresses of {}: {error}", host.name))
            })?;
            let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
            threads.push(std::thread::spawn(move || {
                let _ = sys::realtime::schedule_fifo(4);
                follow(watch, netlink, vip, &stop, |held| {
                    let entry = (Instant::now(), number, held);
                    log.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(entry);
                });
            }));
        }
        Ok(Self { log, stop, threads })
    }

    pub fn log(&self) -> Vec<Held> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Who holds it now.
    pub fn now(&self) -> [bool; 2] {
        let mut holds = [false; 2];
        for (_, node, held) in self.log() {
            holds[node] = held;
        }
        holds
    }
}

impl Drop for Holders {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Tells each change between "on some interface" and "on none".
fn follow(
    mut watch: Watch,
    mut netlink: Netlink,
    vip: IpAddr,
    stop: &AtomicBool,
    mut tell: impl FnMut(bool),
) {
    let mut interfaces = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        if !wait_readable(&watch, Duration::from_millis(100)) {
            continue;
        }
        for change in watch.changes().unwrap_or_default() {
            let before = !interfaces.is_empty();
            match change {
                Change::AddressAdded(address) if address.address == vip => {
                    interfaces.insert(address.interface);
                }
                Change::AddressRemoved(address) if address.address == vip => {
                    interfaces.remove(&address.interface);
                }
                Change::LinkGone(link) => {
                    interfaces.remove(&link.index);
                }
                Change::Overrun => {
                    let all = netlink.addresses().unwrap_or_default();
                    let ours = all.iter().filter(|address| address.address == vip);
                    interfaces = ours.map(|address| address.interface).collect();
                }
                _ => {}
            }
            if before == interfaces.is_empty() {
                tell(!before);
            }
        }
    }
}
