//! Network namespaces, probes and servers for tests.
#![forbid(unsafe_code)]
