//! Health check state and protocols without IO.
#![forbid(unsafe_code)]
