//! The proxy process: workers, pools, timers.
#![forbid(unsafe_code)]
pub mod plan;
pub mod rules;
pub mod shared;
pub mod worker;
