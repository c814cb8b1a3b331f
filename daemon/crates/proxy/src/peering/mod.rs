//! Stick tables that are shared with other hosts, in a thread of its own: changes of entries are
//! gathered and sent by it, and what others send is taken over. It runs where a configuration has
//! peers, and no worker ever waits for it.

mod common;
mod connection;
mod group;
mod link;
mod running;
mod service;
mod shared;
mod shown;
mod teaching;

pub use group::{Group, groups};

use service::Service;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use sys::epoll::{Epoll, Interest, Waker, monotonic_ms};

/// Ends with everything that belongs to it when it is dropped.
#[derive(Debug)]
pub struct Peering {
    service: Arc<Mutex<Service>>,
    waker: Arc<Waker>,
    thread: Option<JoinHandle<()>>,
}

impl Peering {
    /// `waker`: rung when entries change.
    pub fn start(waker: Arc<Waker>) -> io::Result<Self> {
        let epoll = Arc::new(Epoll::new()?);
        epoll.add(&*waker, service::WAKER, Interest::Input)?;
        let service = Service::new(epoll.clone(), waker.clone());
        let service = Arc::new(Mutex::new(service));
        let thread = std::thread::Builder::new()
            .name("peers".to_owned())
            .spawn({
                let service = service.clone();
                move || service::run(&service, &epoll)
            })?;
        Ok(Self {
            service,
            waker,
            thread: Some(thread),
        })
    }

    pub fn configure(&self, groups: Vec<Group>) {
        self.service().configure(groups, monotonic_ms());
        self.waker.wake();
    }

    /// As `show peers` has it; `None`: there is no section of that name.
    pub fn show(&self, only: &str, with_names: bool) -> Option<String> {
        self.service().show(only, with_names, monotonic_ms())
    }

    fn service(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Peering {
    fn drop(&mut self) {
        self.service().stop();
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
