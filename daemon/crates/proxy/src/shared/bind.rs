//! What is shared of an address that a section listens at.

use super::Traffic;
use std::sync::atomic::AtomicU32;

/// Outlives configurations, where a limit or a line of the statistics is about it.
#[derive(Debug)]
pub struct BindShared {
    pub section: String,
    /// By which configurations find it: the address, and its interface.
    pub key: String,
    /// Connections now, over all workers.
    pub active: AtomicU32,
    /// Workers that take none here because some limit is reached.
    pub resting: AtomicU32,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
}

impl BindShared {
    pub fn new(section: &str, key: &str, workers: usize) -> Self {
        Self {
            section: section.to_owned(),
            key: key.to_owned(),
            active: AtomicU32::new(0),
            resting: AtomicU32::new(0),
            traffic: Traffic::of(workers),
        }
    }
}
