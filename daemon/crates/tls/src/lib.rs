//! TLS for the proxy: certificates, choice by name, sessions. Bytes in, bytes out; the sockets are
//! the worker's, and files come as bytes, because the process that uses them can open none.
#![forbid(unsafe_code)]

pub mod session;
