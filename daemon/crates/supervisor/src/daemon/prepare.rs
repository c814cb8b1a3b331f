//! What a start and a reload look at before anything is done.

use std::collections::VecDeque;
use std::ffi::CString;
use std::fmt::Write as _;

use config::json::Finding;

use crate::configuration::{Inputs, Loaded};
use crate::host;
use crate::listeners::Listeners;
use crate::namespace;
use crate::options::RunOptions;
use crate::users::Users;

pub(crate) fn inputs(options: &RunOptions) -> Inputs<'_> {
    Inputs {
        haproxy: &options.haproxy,
        keepalived: options.keepalived.as_deref(),
        tolerant: options.tolerant,
        diagnostic: false,
        stand_in: options.stand_in.as_ref(),
    }
}

/// `process_name`: a label for ps; nothing depends on it.
pub(super) fn take_name(loaded: &Loaded) {
    let name = loaded
        .keepalived
        .as_ref()
        .and_then(|half| half.parsed.config.global.process_name.as_ref())
        .and_then(|name| CString::new(name.value.as_str()).ok());
    if let Some(name) = name {
        let _ = rustix::thread::set_name(&name);
    }
}

/// Of the command line, else of the file.
pub(super) fn enter_namespace(options: &RunOptions, loaded: &Loaded) -> Result<(), String> {
    let said = options.stand_in.as_ref();
    let said = said.and_then(|stand_in| stand_in.namespace.clone());
    let written = || {
        let global = &loaded.keepalived.as_ref()?.parsed.config.global;
        Some(global.net_namespace.as_ref()?.value.clone())
    };
    said.or_else(written)
        .map_or(Ok(()), |name| namespace::enter(&name))
}

/// Checks the machine and opens the listeners that a configuration adds.
pub(super) fn prepare(
    loaded: &Loaded,
    listeners: &Listeners,
    users: &Users,
) -> Result<Listeners, Vec<Finding>> {
    let mut problems: VecDeque<Finding> = host::problems(loaded, users).into();
    let prepared = match &loaded.haproxy {
        Some(half) => {
            let vips = host::virtual_addresses(loaded);
            listeners.prepare(&half.parsed.config, &half.parsed.sources, &vips)
        }
        None => Ok(Listeners::default()),
    };
    match prepared {
        Ok(prepared) if problems.is_empty() => Ok(prepared),
        Ok(_) => Err(problems.into()),
        Err(more) => {
            problems.extend(more);
            Err(problems.into())
        }
    }
}

/// Findings as lines for people.
pub fn texts(findings: &[Finding]) -> String {
    findings.iter().fold(String::new(), |mut text, finding| {
        let _ = writeln!(text, "{finding}");
        if !finding.source.is_empty() {
            let _ = writeln!(text, "    {}", finding.source.trim());
        }
        text
    })
}
