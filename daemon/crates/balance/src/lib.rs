//! Load balancing algorithms without IO.
//!
//! In: weights, loads and keys of servers named by their index. Out: an index. Which servers may
//! be used (up, not full) is the caller's knowledge, passed as a closure.
#![forbid(unsafe_code)]

pub mod first;
pub mod hash;
pub mod keys;
pub mod leastconn;
pub mod map;
pub mod random;
pub mod ring;
pub mod rotation;

pub use leastconn::LeastConn;
pub use map::WeightMap;
pub use random::Lots;
pub use ring::Ring;
pub use rotation::Rotation;
