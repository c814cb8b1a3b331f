//! The words of `tandemd lint`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::flags::{Flag, Flags};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LintArgs {
    /// The files of the two nodes.
    pub files: Vec<PathBuf>,
    /// Further routers of the segment.
    pub segment: Vec<PathBuf>,
    /// Configuration ids (`@ID`), in the order of the files.
    pub ids: Vec<String>,
    /// The following: one for both nodes, or one for each.
    pub haproxy: Vec<PathBuf>,
    pub sysctl: Vec<PathBuf>,
    pub addresses: Vec<PathBuf>,
    pub firewall: Vec<PathBuf>,
    pub root: Vec<PathBuf>,
    pub target_failover: Option<Duration>,
    pub election: bool,
    pub json: bool,
}

const FLAGS: [Flag; 11] = [
    Flag::words(),
    Flag::value("--segment"),
    Flag::value("--id"),
    Flag::value("--haproxy"),
    Flag::value("--sysctl"),
    Flag::value("--addresses"),
    Flag::value("--firewall"),
    Flag::value("--root"),
    Flag::value("--target-failover"),
    Flag::switch("--election"),
    Flag::switch("--json"),
];

pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<LintArgs, String> {
    let flags = Flags::read("lint", &FLAGS, words)?;
    let files: Vec<PathBuf> = flags.words.iter().map(PathBuf::from).collect();
    if files.len() != 2 {
        return Err(format!(
            "lint: two files are compared, {} given: tandemd lint A.conf B.conf",
            files.len()
        ));
    }
    let ids = flags.all("--id").into_iter();
    let args = LintArgs {
        files,
        segment: flags.paths("--segment"),
        ids: ids.map(|id| id.to_string_lossy().into_owned()).collect(),
        haproxy: flags.paths("--haproxy"),
        sysctl: flags.paths("--sysctl"),
        addresses: flags.paths("--addresses"),
        firewall: flags.paths("--firewall"),
        root: flags.paths("--root"),
        target_failover: flags
            .text("--target-failover")?
            .map(|text| duration(&text))
            .transpose()?,
        election: flags.has("--election"),
        json: flags.has("--json"),
    };
    let each = [
        ("--haproxy", args.haproxy.len()),
        ("--sysctl", args.sysctl.len()),
        ("--addresses", args.addresses.len()),
        ("--firewall", args.firewall.len()),
        ("--root", args.root.len()),
    ];
    match each.iter().find(|(_, count)| *count > 2) {
        Some((name, _)) => Err(format!(
            "lint: {name} is given once for both nodes, or twice in their order"
        )),
        None => Ok(args),
    }
}

/// `1s`, `500ms`, `1.5s`
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("lint: --target-failover '{text}' is no time; write e.g. 1s or 500ms");
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1.0),
    };
    let seconds: f64 = number.parse().map_err(|_| wrong())?;
    let time = Duration::try_from_secs_f64(seconds * unit).map_err(|_| wrong())?;
    if time.is_zero() {
        return Err(wrong());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<LintArgs, String> {
        parse(line.split_ascii_whitespace().map(OsString::from))
    }

    #[test]
    fn two_files_and_facts_of_one_or_both_machines() {
        let args = read("a b --haproxy x --haproxy y --target-failover 500ms --json").unwrap();
        assert_eq!(
            (args.files.len(), args.haproxy.len(), args.json),
            (2, 2, true)
        );
        assert_eq!(args.target_failover, Some(Duration::from_millis(500)));
        assert_eq!(
            read("a b --target-failover 1.5s")
                .unwrap()
                .target_failover
                .unwrap()
                .as_millis(),
            1500
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        assert!(read("a").unwrap_err().contains("two files"));
        assert!(read("a b c").unwrap_err().contains("3 given"));
        assert!(
            read("a b --root x --root y --root z")
                .unwrap_err()
                .contains("twice")
        );
        for time in ["1", "0s", "-1s", "soon", "NaNs"] {
            assert!(
                read(&format!("a b --target-failover {time}"))
                    .unwrap_err()
                    .contains("1s or 500ms"),
                "{time}"
            );
        }
        assert!(read("a b --eletion").unwrap_err().contains("--election"));
    }
}
