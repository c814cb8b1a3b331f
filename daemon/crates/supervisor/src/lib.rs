//! Starts, watches, reloads and stops the processes.
#![forbid(unsafe_code)]
