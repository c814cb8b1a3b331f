//! What was ordered about servers while the proxy ran: its next life takes it up again.

use serde::{Deserialize, Serialize};

/// A server that is not as its configuration says. What the configuration said then stands beside
/// it: where that has changed, the order is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerOrders {
    pub backend: String,
    pub server: String,
    /// `disabled` on its line.
    pub disabled: bool,
    /// Maintenance and drain, as the proxy counts them.
    pub orders: u8,
    pub initial_weight: u32,
    pub weight: u32,
    pub initial_maxconn: u32,
    pub maxconn: u32,
}
