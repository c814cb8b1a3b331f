//! The proxy process: workers, pools, timers.
#![forbid(unsafe_code)]
