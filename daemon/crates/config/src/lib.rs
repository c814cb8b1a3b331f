//! haproxy.cfg and keepalived.conf: lexers, parsers, spans, diagnostics, support registry.
#![forbid(unsafe_code)]
