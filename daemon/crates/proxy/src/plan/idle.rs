//! What a server allows of idle connections.

use crate::shared::ServerShared;
use config::haproxy::model;
use std::sync::Arc;

/// `pool-max-conn`, `pool-purge-delay`, `max-reuse`, where any is said.
#[derive(Debug)]
pub struct IdleRules {
    /// Most idle connections, over all workers.
    pub most: u32,
    /// Milliseconds after which an idle one is closed.
    pub purge: u64,
    /// Requests behind the first one of a connection.
    pub reuse: u32,
    /// Counts them.
    pub shared: Arc<ServerShared>,
}

/// How long a connection may be idle before it is closed.
pub const PURGE_MS: u64 = 5_000;

impl IdleRules {
    pub fn compile(idle: &model::Idle, shared: &Arc<ServerShared>) -> Option<Arc<Self>> {
        if idle.most.is_none() && idle.purge.is_none() && idle.reuse.is_none() {
            return None;
        }
        let limit = |n: &Option<config::Spanned<u32>>| n.as_ref().map_or(u32::MAX, |n| n.value);
        let purge = idle.purge.as_ref().map(|d| d.as_millis());
        Some(Arc::new(Self {
            most: limit(&idle.most),
            purge: purge.map_or(PURGE_MS, |ms| u64::try_from(ms).unwrap_or(u64::MAX)),
            reuse: limit(&idle.reuse),
            shared: shared.clone(),
        }))
    }
}
