//! HTTP/1.1 framing without IO.
#![forbid(unsafe_code)]
