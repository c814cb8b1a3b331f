//! What the figures were measured on; nothing that names this one machine.

use std::process::Command;

use crate::daemon::Programs;
use crate::error::{BenchError, While as _};
use crate::record::Machine;

pub fn describe(programs: &Programs, labs: usize, seed: u64) -> Result<Machine, BenchError> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")
        .during("reading the kernel's version")?;
    let mut numbers = kernel.trim().split('.');
    let release =
        |numbers: &mut std::str::Split<'_, char>| numbers.next().unwrap_or_default().to_owned();
    let (major, minor) = (release(&mut numbers), release(&mut numbers));
    Ok(Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        kernel: format!("Linux {major}.{minor}"),
        tandemd: first_line(
            &programs.tandemd,
            "the daemon is built with `sh daemon/build.sh`",
        )?,
        keepalived: first_line(&programs.keepalived, "it is in Debian's package keepalived")?,
        labs,
        seed,
    })
}

/// What a program answers to `--version`.
fn first_line(program: &std::path::Path, hint: &str) -> Result<String, BenchError> {
    let what = format!("asking {} for its version ({hint})", program.display());
    let output = Command::new(program)
        .arg("--version")
        .output()
        .during(what)?;
    let text = if output.stdout.is_empty() {
        output.stderr
    } else {
        output.stdout
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
