//! Traffic log formats and syslog datagrams.
#![forbid(unsafe_code)]
