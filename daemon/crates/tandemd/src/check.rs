//! `tandemd check`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use supervisor::configuration::{Inputs, load};

use crate::{FAILED, OK, say};

pub fn check(haproxy: &[PathBuf], keepalived: Option<&Path>, json: bool, tolerant: bool) -> u8 {
    let loaded = load(Inputs {
        haproxy,
        keepalived,
        tolerant,
        stand_in: None,
    });
    if json {
        let findings = serde_json::to_string_pretty(&loaded.findings());
        say(&findings.unwrap_or_else(|_| "[]".to_owned()));
    } else {
        let _ = std::io::stderr().write_all(loaded.rendered().as_bytes());
        if loaded.is_valid() {
            say("the configuration is valid");
        }
    }
    if loaded.is_valid() { OK } else { FAILED }
}
