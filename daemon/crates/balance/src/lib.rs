//! Load balancing algorithms without IO.
#![forbid(unsafe_code)]
