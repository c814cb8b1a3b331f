//! Names the commit in the binary: `TANDEM_COMMIT` if set, else what git says, else `unknown`
//! (a source archive without a repository).

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=TANDEM_COMMIT");
    println!("cargo:rerun-if-changed=build.rs");
    let commit = std::env::var("TANDEM_COMMIT")
        .ok()
        .filter(|text| !text.is_empty())
        .or_else(from_git)
        .unwrap_or_else(|| "unknown".to_owned());
    println!("cargo:rustc-env=TANDEM_COMMIT={commit}");
}

fn from_git() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // The last commit that touched the daemon: other commits do not make another binary. It is
    // looked up when this crate is built anew, not at every commit.
    git(&["log", "-1", "--format=%h", "--abbrev=12", "--", "../.."]).filter(|text| !text.is_empty())
}
