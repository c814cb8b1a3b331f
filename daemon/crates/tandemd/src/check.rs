//! `tandemd check`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use supervisor::configuration::{Inputs, load};

use crate::{FAILED, OK, say};

/// How strictly to read, and what to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub json: bool,
    pub tolerant: bool,
    pub diagnostic: bool,
}

pub fn check(haproxy: &[PathBuf], keepalived: Option<&Path>, manner: Manner) -> u8 {
    let loaded = load(Inputs {
        haproxy,
        keepalived,
        tolerant: manner.tolerant,
        diagnostic: manner.diagnostic,
        stand_in: None,
    });
    if manner.json {
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
