//! Network namespaces, probes, servers and chance for tests.
//!
//! Everything made here is named after the process that made it, is removed when dropped, and is
//! swept by the next test run when its maker was killed.
#![forbid(unsafe_code)]

pub mod netns;
pub mod open_metrics;
pub mod probe;
pub mod random;
pub mod segment;
pub mod standstill;
pub mod torment;
pub mod waiting;
