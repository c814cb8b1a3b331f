//! Where a server is whose address comes from a name: it moves while the configuration stays.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Read for each new connection to such a server; written by the control thread.
#[derive(Debug, Default)]
pub struct Whereabouts(Mutex<Option<Place>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub ip: IpAddr,
    /// From an SRV record; else the configured one counts.
    pub port: Option<u16>,
}

impl Whereabouts {
    pub fn place(&self) -> Option<Place> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether it was elsewhere before.
    pub fn set_place(&self, place: Option<Place>) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *known, place) != place
    }
}
