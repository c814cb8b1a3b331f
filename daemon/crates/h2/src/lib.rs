//! HTTP/2 (RFC 9113) and HPACK (RFC 7541) without IO, and its translation from and to HTTP/1.
#![forbid(unsafe_code)]
