//! `tandemd check`: what a start with the files would say, and what would go wrong later.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use config::json::Finding;
use config::{Diagnostic, Severity};
use proxy::plan;
use supervisor::configuration::{Inputs, Loaded, load};
use supervisor::inspect::machine;

use crate::{FAILED, OK, say};

/// The files could be run, but not on this machine.
const LACKING: u8 = 2;

/// How strictly to read, and what to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub json: bool,
    pub tolerant: bool,
    pub diagnostic: bool,
    pub machine: Machine,
}

/// Where the files are to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    This,
    /// Nothing is looked for on this one.
    Another,
}

pub fn check(haproxy: &[PathBuf], keepalived: Option<&Path>, manner: Manner) -> u8 {
    let loaded = load(Inputs {
        haproxy,
        keepalived,
        tolerant: manner.tolerant,
        diagnostic: manner.diagnostic,
        stand_in: None,
    });
    let looked = match manner.machine {
        Machine::This => look(&loaded),
        Machine::Another => Vec::new(),
    };
    let fits = !looked.iter().any(|it| it.severity == Severity::Error);
    if manner.json {
        let mut all = loaded.findings();
        all.extend(looked);
        let findings = serde_json::to_string_pretty(&all);
        say(&findings.unwrap_or_else(|_| "[]".to_owned()));
    } else {
        let text = loaded.rendered() + &supervisor::texts(&looked);
        let _ = std::io::stderr().write_all(text.as_bytes());
        match (loaded.is_valid(), fits) {
            (true, true) => say("the configuration is valid"),
            (true, false) => {
                say("the configuration is valid, but this machine lacks what it needs");
            }
            (false, _) => {}
        }
    }
    match (loaded.is_valid(), fits) {
        (true, true) => OK,
        (true, false) => LACKING,
        (false, _) => FAILED,
    }
}

/// What this machine lacks, and what the files hold that are named.
fn look(loaded: &Loaded) -> Vec<Finding> {
    let mut found = machine(loaded);
    let place = |it: &Finding| (it.file.clone(), it.line, it.column);
    // Of a file that cannot be read, its content is no news.
    let told: HashSet<_> = found.iter().map(place).collect();
    let content = contents(loaded).into_iter();
    found.extend(content.filter(|it| !told.contains(&place(it))));
    found
}

/// What the proxy would refuse, which it finds when it puts files and rules together.
fn contents(loaded: &Loaded) -> Vec<Finding> {
    let Some(half) = loaded
        .haproxy
        .as_ref()
        .filter(|half| half.parsed.is_valid())
    else {
        return Vec::new();
    };
    let files = half.attachments.iter();
    let files = files.map(|file| (file.path.clone(), file.bytes.clone()));
    let problems = plan::problems(&half.parsed.config, &files.collect());
    let found = problems.into_iter().map(|problem| {
        let code = "host/content";
        Diagnostic::new(Severity::Error, code, problem.place, problem.text)
            .help("correct the file or the line that names it")
    });
    found
        .map(|diagnostic| Finding::new(&diagnostic, &half.parsed.sources))
        .collect()
}
