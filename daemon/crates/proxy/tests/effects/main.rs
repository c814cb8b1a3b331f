//! What lines of haproxy.cfg do to traffic, beside haproxy: each scene has a section of its own, and
//! its requests come over HTTP/1 and over HTTP/2.

#[path = "../h2/peer.rs"]
#[allow(dead_code)] // frames that scenes have no need of
mod peer;
#[path = "../support/mod.rs"]
mod support;

mod clients;
mod cookies;
mod ends;
mod fields;
mod frames;
mod ids;
mod origin;
mod plain;
mod redirects;
mod scene;
mod shown;
mod silences;
mod sources;
mod stage;
mod verdicts;
mod waiting;
