//! Four busy loops, shared by all labs that want load at the same time.

use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::error::{BenchError, While as _};

const LOOPS: usize = 4;
/// Hidden subcommand of this program.
pub const COMMAND: &str = "busy";

static RUNNING: Mutex<(usize, Vec<Child>)> = Mutex::new((0, Vec::new()));

/// Keeps the loops running until it and all others are dropped.
#[derive(Debug)]
pub struct Load(());

impl Load {
    /// Starts the loops if none run.
    pub fn start() -> Result<Self, BenchError> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if running.0 == 0 {
            let program = std::env::current_exe().during("finding this program")?;
            for _ in 0..LOOPS {
                let mut command = Command::new(&program);
                command.arg(COMMAND).stdin(Stdio::null());
                running
                    .1
                    .push(command.spawn().during("starting a busy loop")?);
            }
        }
        running.0 += 1;
        Ok(Self(()))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.0 = running.0.saturating_sub(1);
        if running.0 == 0 {
            for mut child in running.1.drain(..) {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

/// What a busy loop does, until it is killed or its run is gone.
pub fn spin() {
    let parent = rustix::process::getppid();
    let mut number = 1u64;
    while rustix::process::getppid() == parent {
        for _ in 0..10_000_000 {
            number = std::hint::black_box(
                number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1),
            );
        }
    }
}
