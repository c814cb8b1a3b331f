//! Real files beside keepalived 2.2.7: `keepalived -t` and this parser on the same text, in a
//! network namespace that has every interface the files name.

use crate::said;
use config::{FileId, Options, Parsed, Source, keepalived};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What keepalived said about one file.
struct Theirs {
    code: i32,
    /// Complaints about the text, not about scripts and users that this machine lacks.
    complaints: Vec<String>,
}

impl Theirs {
    /// The daemon starts after 0, after warnings and after doubts about scripts.
    fn runs(&self) -> bool {
        matches!(self.code, 0 | 5 | 6)
    }

    fn unknown_lines(&self) -> impl Iterator<Item = u32> + '_ {
        let unknown = self
            .complaints
            .iter()
            .filter(|line| line.contains("Unknown keyword"));
        unknown.filter_map(|line| line.split_once("Line ")?.1.split(')').next()?.parse().ok())
    }
}

const ABOUT_THE_MACHINE: [&str; 3] = ["not found/accessible", "SECURITY VIOLATION", "script_user"];

pub fn interfaces(files: &[PathBuf]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let named = words
            .windows(2)
            .filter(|pair| matches!(pair[0], "interface" | "dev" | "lvs_sync_daemon_interface"));
        found.extend(named.map(|pair| pair[1].to_owned()));
    }
    found.retain(|name| {
        name.len() < 16 && name != "lo" && name.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    found
}

/// Runs keepalived on all files in one private namespace, which ends with the shell.
fn theirs(files: &[PathBuf]) -> Option<Vec<Theirs>> {
    let mut script = String::from("set -e\nip link set lo up\n");
    for (number, name) in interfaces(files).into_iter().enumerate() {
        let _ = writeln!(
            script,
            "ip link add {name} type veth peer name tp{number}\nip link set {name} up"
        );
    }
    script.push_str("set +e\nfor f in \"$@\"; do echo \"=== $f\"; /usr/sbin/keepalived -t -f \"$f\" 2>&1; echo \"rc=$?\"; done\n");
    let output = Command::new("unshare")
        .args(["--net", "sh", "-c", &script, "sh"])
        .args(files)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut all = Vec::new();
    for part in text.split("=== ").skip(1) {
        let (said, code) = part.rsplit_once("rc=")?;
        let lines = said
            .lines()
            .skip(1)
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let complaints = lines
            .filter(|line| !ABOUT_THE_MACHINE.iter().any(|other| line.contains(other)))
            .map(ToOwned::to_owned)
            .collect();
        all.push(Theirs {
            code: code.trim().parse().ok()?,
            complaints,
        });
    }
    (all.len() == files.len()).then_some(all)
}

fn ours(path: &Path, tolerant: bool) -> Parsed<keepalived::Config> {
    let bytes = std::fs::read(path).expect("a readable file");
    let source = [Source::new(
        "keepalived.conf",
        String::from_utf8_lossy(&bytes),
    )];
    let options = Options {
        tolerant,
        ..Options::default()
    };
    keepalived::parse(&source, &options)
}

/// What a strict reading refuses although keepalived has nothing to say: known to be not done.
fn is_undone(parsed: &Parsed<keepalived::Config>) -> bool {
    parsed
        .errors()
        .all(|error| error.code == "keepalived/not-yet")
}

/// A finding on the line, or in a block that was passed over with a finding at its head.
fn speaks_of(parsed: &Parsed<keepalived::Config>, line: u32) -> bool {
    parsed.diagnostics.iter().any(|finding| {
        let at = parsed.sources.position(finding.span).line;
        let heads_block = matches!(
            finding.code,
            "keepalived/not-yet" | "keepalived/unknown-keyword" | "keepalived/unexpected-block"
        );
        at == line || (heads_block && (at..=block_end(parsed, at)).contains(&line))
    })
}

/// The line that closes the block which begins on a line.
fn block_end(parsed: &Parsed<keepalived::Config>, from: u32) -> u32 {
    let mut depth = 0usize;
    let text = parsed.sources.text(FileId(0));
    for (line, content) in (1u32..).zip(text.lines()).skip(from as usize - 1) {
        let content = content.split(['#', '!']).next().unwrap_or("");
        depth += content.matches('{').count();
        depth = depth.saturating_sub(content.matches('}').count());
        // The brace may stand on the line below the keyword.
        if depth == 0 && line > from {
            return line;
        }
    }
    from
}

#[test]
fn real_files_mean_to_us_what_they_mean_to_keepalived() {
    let Some(files) = crate::corpus::files("keepalived") else {
        eprintln!("skipped: ../shared/corpus/keepalived is not beside the project");
        return;
    };
    if !Path::new("/usr/sbin/keepalived").exists() {
        eprintln!("skipped: the Debian package 'keepalived' is not installed");
        return;
    }
    let Some(theirs) = theirs(&files) else {
        eprintln!("skipped: no network namespace can be made here (root and veth are needed)");
        return;
    };
    let mut differ = Vec::new();
    for (path, theirs) in files.iter().zip(theirs) {
        let name = path.file_name().unwrap_or_default().display();
        let (strict, tolerant) = (ours(path, false), ours(path, true));
        let verdict = |valid: bool| if valid { "accepted" } else { "refused" };
        println!(
            "{name}: keepalived -t {} with {} complaints; strict {}, tolerant {}",
            theirs.code,
            theirs.complaints.len(),
            verdict(strict.is_valid()),
            verdict(tolerant.is_valid())
        );
        if theirs.runs() && !tolerant.is_valid() {
            differ.push(format!(
                "{name}: keepalived runs, --tolerant refuses: {:?}",
                said::errors(&tolerant)
            ));
        }
        if theirs.complaints.is_empty() && !strict.is_valid() && !is_undone(&strict) {
            differ.push(format!(
                "{name}: keepalived has nothing to say, we refuse: {:?}",
                said::errors(&strict)
            ));
        }
        for line in theirs
            .unknown_lines()
            .filter(|line| !speaks_of(&strict, *line))
        {
            differ.push(format!(
                "{name}:{line}: unknown to keepalived, nothing said by us"
            ));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
