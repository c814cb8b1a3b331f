//! `--config-test`: what is wrong with the configuration, and keepalived's exit statuses for it.

use std::io::Write as _;
use std::path::Path;

use config::Severity;
use config::json::Finding;
use supervisor::inspect::{Inspection, inspect};

use super::line::Line;
use super::{start, tell};

/// A parameter is missing: keepalived stops reading there.
const MISSING: u8 = 2;
/// It would not be started with this.
const REFUSED: u8 = 4;
/// It would be started, but something is probably not as it was meant.
const DOUBTS: u8 = 5;
/// Scripts run without `enable_script_security`, or a file is missing.
const SECURITY: u8 = 6;

pub fn run(line: &Line) -> u8 {
    let options = match start::options(line) {
        Ok(options) => options,
        Err(text) => return super::refuse(&text),
    };
    let inspection = inspect(&options);
    let text = &inspection.text;
    match line.value("config-test") {
        None => tell(text.trim_end()),
        Some(file) => {
            if let Err(error) = write(Path::new(file), text) {
                return super::refuse(&format!("{}: {error}", file.to_string_lossy()));
            }
        }
    }
    status(&inspection)
}

/// Never through a link that somebody else has put there.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// A file that is not there; for a plain include it is said, and no fault.
fn is_missing(finding: &Finding) -> bool {
    matches!(
        finding.code.as_str(),
        "keepalived/missing-include" | "file/unreadable"
    )
}

fn status(inspection: &Inspection) -> u8 {
    let findings = &inspection.findings;
    let any = |wanted: fn(&Finding) -> bool| findings.iter().any(wanted);
    if any(|finding| finding.code == "keepalived/missing-parameter") {
        MISSING
    } else if any(|finding| finding.severity == Severity::Error && is_missing(finding)) {
        SECURITY
    } else if any(|finding| finding.severity == Severity::Error) && !inspection.only_interfaces {
        REFUSED
    } else if inspection.unguarded {
        SECURITY
    } else if any(|finding| finding.severity >= Severity::Warning && !is_missing(finding)) {
        DOUBTS
    } else {
        crate::OK
    }
}
