//! The one table of what is supported: each keyword of both languages with its status.
//!
//! The parsers ask this table before they read a keyword, and the documentation is generated from
//! it, so neither can drift from the other. To turn something on, implement it and change its
//! status here.

mod haproxy_options;
mod haproxy_proxy;
mod haproxy_samples;
mod haproxy_sections;
mod haproxy_words;
mod keepalived_globals;
mod keepalived_lvs;
mod keepalived_vrrp;
pub mod markdown;
pub mod secrets;
mod table;

pub use table::{Entry, Places, Status, Table};

use std::sync::OnceLock;

/// Keywords of haproxy.cfg.
pub fn haproxy() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        Table::new(&[
            haproxy_sections::SECTIONS,
            haproxy_sections::GLOBAL,
            haproxy_proxy::PROXY,
            haproxy_options::OPTIONS,
            haproxy_words::WORDS,
            haproxy_samples::SAMPLES,
        ])
    })
}

/// Keywords of keepalived.conf.
pub fn keepalived() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        Table::new(&[
            keepalived_globals::GLOBALS,
            keepalived_vrrp::VRRP,
            keepalived_lvs::LVS_TABLE,
        ])
    })
}
