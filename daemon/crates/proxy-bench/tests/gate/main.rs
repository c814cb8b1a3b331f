//! System calls and instructions of the release binary for each request must not rise by more than
//! 3 % above `bench/gate/figures.json`. bench/README.md says what is counted.
//!
//! `UPDATE_GATE=1 cargo test -p proxy-bench --test gate` writes new figures, `PROFILE_GATE=kept`
//! in its place a profile of that case. `TANDEM_DAEMON` names another binary than `dist/tandemd`.

mod cases;
mod count;
mod figures;
mod instance;
mod traffic;

use cases::{CASES, Case};
use figures::{Compiled, Counts, Figures};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const LIMIT: f64 = 1.03;

/// A count above the limit is taken again: what the process does by the clock differs from run to
/// run, and only ever adds.
const ATTEMPTS: usize = 3;

#[test]
fn a_request_costs_no_more_than_the_figures_say() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../dist/tandemd");
    let binary = std::env::var_os("TANDEM_DAEMON").map_or(built, PathBuf::from);
    if let Some(reason) = missing(&binary) {
        eprintln!("skipped: {reason}");
        return;
    }
    if std::env::var_os("UPDATE_GATE").is_some() {
        return update(&binary);
    }
    if let Ok(wanted) = std::env::var("PROFILE_GATE") {
        let case = CASES.iter().find(|case| case.id == wanted);
        return count::profile(&binary, case.expect("a case of that name"));
    }
    let figures = Figures::read();
    let compiled = Compiled::here();
    let same = compiled == figures.compiled;
    if !same {
        eprintln!(
            "instructions are not compared: this is {compiled}, the figures are of {}",
            figures.compiled
        );
    }
    let worse: Vec<String> = CASES
        .iter()
        .flat_map(|case| compare(&binary, case, figures.of(case.id), same))
        .collect();
    assert!(worse.is_empty(), "{}\n{HELP}", worse.join("\n"));
}

const HELP: &str = "\
A request costs more than it did. Find out why before you accept it:
  bench/README.md, gate: a profile by function, system calls by name
If the price is right, write new figures and say in the commit what they buy:
  npm run build:daemon && (cd daemon && UPDATE_GATE=1 cargo test -p proxy-bench --test gate)";

fn missing(binary: &Path) -> Option<String> {
    if !binary.exists() {
        return Some("needs dist/tandemd: `npm run build:daemon`".into());
    }
    ["strace", "valgrind", "perl"].into_iter().find_map(|name| {
        let mut tool = Command::new(name);
        let tool = tool.arg("--version").stdout(Stdio::null());
        let error = tool.status().err()?;
        Some(format!(
            "needs {name} from the package of that name: {error}"
        ))
    })
}

fn compare(binary: &Path, case: &Case, before: Counts, instructions: bool) -> Vec<String> {
    let check = |what: &str, before: f64, count: &dyn Fn() -> f64| {
        let limit = before * LIMIT;
        let now = least(count, limit);
        eprintln!(
            "{}: {now:.2} {what} for each request, {before:.2} before",
            case.id
        );
        (now > limit).then(|| {
            format!(
                "{}: {now:.2} {what} for each request, {:.1} % more than {before:.2}",
                case.id,
                (now / before - 1.0) * 100.0
            )
        })
    };
    let calls = check("system calls", before.syscalls, &|| {
        count::syscalls(binary, case)
    });
    let user = instructions.then(|| {
        check("instructions", before.instructions, &|| {
            count::instructions(binary, case)
        })
    });
    calls.into_iter().chain(user.flatten()).collect()
}

/// The first count within the limit, else the least of some.
fn least(count: &dyn Fn() -> f64, limit: f64) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..ATTEMPTS {
        least = least.min(count());
        if least <= limit {
            break;
        }
    }
    least
}

fn update(binary: &Path) {
    let counts = CASES.iter().map(|case| {
        let counts = Counts {
            syscalls: figures::rounded(least(&|| count::syscalls(binary, case), 0.0)),
            instructions: figures::rounded(least(&|| count::instructions(binary, case), 0.0)),
        };
        (case.id.to_owned(), counts)
    });
    Figures {
        compiled: Compiled::here(),
        requests: counts.collect(),
    }
    .write();
}

/// Where the committed figures are.
fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../bench/gate/figures.json")
}
